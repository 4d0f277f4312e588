/**
 * What the control thread and a worker say to each other. Order is kept: tables sent before `listen` are in force before
 * the first query.
 */

import type { AnswerDefect } from './guarded-answer.ts';
import type { ListenAddress } from './serve-options.ts';
import type { TableDelta } from './serving-state.ts';
import type { WorkerPolicy } from './worker-policy.ts';

/** Given at the thread's birth (`workerData`). */
export type WorkerSetup = {
  readonly role: 'udp' | 'stream';
  readonly transport: 'mmsg' | 'dgram';
  readonly listen: readonly ListenAddress[];
  readonly reusePort: boolean;
  /** Memory of the health table, of the DNS counters and of the listener's counters. */
  readonly health: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly listenerCounters: SharedArrayBuffer;
  readonly policy: WorkerPolicy;
  /** Memory of the worker's counts of endpoints answered. */
  readonly tally: SharedArrayBuffer;
  /** Memory of one word, the number of messages sent to this thread: a loop that blocks looks for them when it changes. */
  readonly news: SharedArrayBuffer;
  /** Of the worker's random sequence. */
  readonly seed: number;
};

export type ToWorker =
  | { readonly kind: 'tables'; readonly delta: TableDelta }
  /** Bind and answer. */
  | { readonly kind: 'listen' }
  /** Answer what has come in, close, end. */
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'ready' }
  /** The sockets could not be bound, or broke: the thread ends. */
  | { readonly kind: 'failed'; readonly message: string }
  /** A bug of ours; the worker goes on until its successor is ready. */
  | { readonly kind: 'defect'; readonly defect: AnswerDefect };
