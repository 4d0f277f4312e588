import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LookTimer } from '../../../src/server/look-timer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('looks once an interval, however often it is started, until it is stopped', () => {
  const look = vi.fn();
  const timer = new LookTimer(1_000, look);
  timer.start();
  timer.start();
  vi.advanceTimersByTime(3_500);
  expect(look).toHaveBeenCalledTimes(3);
  timer.stop();
  timer.stop();
  vi.advanceTimersByTime(5_000);
  expect(look).toHaveBeenCalledTimes(3);
  timer.start();
  vi.advanceTimersByTime(1_000);
  expect(look).toHaveBeenCalledTimes(4);
  timer.stop();
});
