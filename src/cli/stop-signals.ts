/**
 * Signals of a long-running command: SIGHUP reloads, the first SIGTERM or SIGINT asks for an orderly end, the second one ends
 * the process at once. Handlers stand before anything starts, so that no signal finds the default action.
 *
 * Built by `serve` and `probe`.
 */

import { DRAIN_MS_MAX } from '../base/limits.ts';
import { ExitCode } from './command-failure.ts';

export type StopSignals = {
  /** Resolves with the first signal that asks to stop. */
  readonly stopped: Promise<NodeJS.Signals>;
  /** What SIGHUP does from now on; one that came earlier is acted upon at once. */
  readonly onReload: (reload: () => void) => void;
};

/** Takes over the signals of the process. */
export function watchStopSignals(): StopSignals {
  let reload: (() => void) | null = null;
  let reloadWanted = false;
  let stopping = false;
  process.on('SIGHUP', () => {
    if (reload === null) reloadWanted = true;
    else if (!stopping) reload();
  });
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      // At once means without a last word: whoever reads the log may be what is waited for.
      if (stopping) process.exit(ExitCode.FAILED);
      stopping = true;
      setTimeout(() => process.exit(ExitCode.FAILED), DRAIN_MS_MAX).unref();
      resolve(signal);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
  const onReload = (action: () => void) => {
    reload = action;
    if (reloadWanted) action();
  };
  return { stopped, onReload };
}
