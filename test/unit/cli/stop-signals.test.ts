import { afterEach, expect, it, vi } from 'vitest';
import { DRAIN_MS_MAX } from '../../../src/base/limits.ts';
import { watchStopSignals } from '../../../src/cli/stop-signals.ts';

const SIGNALS = ['SIGHUP', 'SIGTERM', 'SIGINT'] as const;
const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));

afterEach(() => {
  vi.restoreAllMocks();
  for (const signal of SIGNALS) {
    for (const listener of process.listeners(signal)) {
      if (!before.get(signal)?.includes(listener)) process.removeListener(signal, listener);
    }
  }
});

it('the first SIGTERM asks to stop, the second ends at once', async () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const signals = watchStopSignals();
  process.emit('SIGTERM', 'SIGTERM');
  expect(await signals.stopped).toBe('SIGTERM');
  expect(exit).not.toHaveBeenCalled();
  process.emit('SIGTERM', 'SIGTERM');
  expect(exit).toHaveBeenCalledWith(1);
});

it('a process that does not come to its end is ended', async () => {
  vi.useFakeTimers();
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  watchStopSignals();
  process.emit('SIGTERM', 'SIGTERM');
  vi.advanceTimersByTime(DRAIN_MS_MAX - 1);
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(exit).toHaveBeenCalledWith(1);
  vi.useRealTimers();
});

it('SIGHUP reloads, also one that came before there was anything to reload', () => {
  const signals = watchStopSignals();
  let reloads = 0;
  process.emit('SIGHUP', 'SIGHUP');
  signals.onReload(() => {
    reloads += 1;
  });
  expect(reloads).toBe(1);
  process.emit('SIGHUP', 'SIGHUP');
  expect(reloads).toBe(2);
});

it('nothing is reloaded any more while the process stops', () => {
  vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const signals = watchStopSignals();
  let reloads = 0;
  signals.onReload(() => {
    reloads += 1;
  });
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGHUP', 'SIGHUP');
  expect(reloads).toBe(0);
});
