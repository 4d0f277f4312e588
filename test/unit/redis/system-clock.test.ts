import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/redis/system-clock.ts';

describe("Node's clocks", () => {
  afterEach(() => vi.useRealTimers());

  it('ages by one that does not jump when the other is set', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const startMs = systemClock.monotonicMs();
    expect(systemClock.wallMs()).toBe(1_000_000);
    vi.advanceTimersByTime(5);
    vi.setSystemTime(400_000);
    expect(systemClock.wallMs()).toBe(400_000);
    expect(systemClock.monotonicMs() - startMs).toBeCloseTo(5);
  });
});
