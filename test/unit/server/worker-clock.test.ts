import { expect, it, vi } from 'vitest';
import { WorkerClock } from '../../../src/server/worker-clock.ts';

it('the clock of a worker stands still between ticks and wraps as integers do', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_559_731_985_900 });
  try {
    const clock = new WorkerClock();
    const before = [clock.seconds, clock.milliseconds];
    expect(before[0]).toBe(1_559_731_985);
    vi.advanceTimersByTime(2_500);
    expect([clock.seconds, clock.milliseconds]).toEqual(before);
    clock.tick();
    expect([clock.seconds - before[0]!, (clock.milliseconds - before[1]!) | 0]).toEqual([3, 2_500]);
    vi.setSystemTime(2 ** 32 * 1000 + 5_000);
    clock.tick();
    expect([clock.seconds, clock.milliseconds]).toEqual([5, ((2 ** 32 * 1000 + 5_000) % 2 ** 32) | 0]);
  } finally {
    vi.useRealTimers();
  }
});
