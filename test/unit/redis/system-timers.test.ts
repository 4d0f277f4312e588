import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemTimers } from '../../../src/redis/system-timers.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the timers of Node', () => {
  it('call once, again and again, or in the next turn, as asked', async () => {
    const calls: string[] = [];
    systemTimers.after(30, () => calls.push('once'));
    systemTimers.every(20, () => calls.push('again'));
    systemTimers.nextTurn(() => calls.push('turn'));
    await vi.advanceTimersByTimeAsync(45);
    expect(calls).toEqual(['turn', 'again', 'once', 'again']);
  });

  it('call nobody any more once cancelled', async () => {
    const calls: string[] = [];
    const cancels = [
      systemTimers.after(10, () => calls.push('once')),
      systemTimers.every(10, () => calls.push('again')),
      systemTimers.nextTurn(() => calls.push('turn')),
    ];
    for (const cancel of cancels) cancel();
    await vi.advanceTimersByTimeAsync(50);
    expect(calls).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
