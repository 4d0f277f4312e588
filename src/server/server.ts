/**
 * One DNS node: the conductor that owns every thread, socket and timer of `meridian serve`. It loads zones and place,
 * listens to health, keeps the workers fed with tables, and says how it is. The `cli` floor builds one and waits.
 */

import type { Logger } from 'pino';
import type { NodeStatus, ReloadReport } from './node-status.ts';
import type { ListenAddress, ServeOptions } from './serve-options.ts';
import { StartError } from './start-error.ts';

export { StartError };

/** What the ready line tells. */
export type StartReport = {
  /** With the ports really bound. */
  readonly listen: readonly ListenAddress[];
  readonly zones: number;
  readonly refused: number;
  readonly state: 'embedded' | 'redis';
};

export class MeridianServer {
  readonly options: ServeOptions;
  readonly log: Logger;

  constructor(options: ServeOptions, log: Logger) {
    this.options = options;
    this.log = log;
  }

  /** Resolves once every listen address answers; rejects with {@link StartError}. */
  async start(): Promise<StartReport> {
    throw new StartError('not built yet');
  }

  /** Reads every file again (SIGHUP). Never rejects for a fault in a file: those are in the report. */
  async reload(): Promise<ReloadReport> {
    throw new StartError('not built yet');
  }

  /** Stops taking queries, answers what has come in, closes everything. Safe to call twice. */
  async stop(): Promise<void> {}

  status(): NodeStatus {
    throw new StartError('not built yet');
  }
}
