/**
 * What the control thread and a worker say to each other. Order is kept: tables sent before `listen` are in force before
 * the first query.
 */

import type { IpPrefix } from '../base/ip-prefix.ts';
import type { AnswerDefect } from './guarded-answer.ts';
import type { StreamAddress } from './serve-options.ts';
import type { TableDelta } from './serving-state.ts';
import type { TlsCertificate } from './tls-terminator.ts';
import type { WorkerPolicy } from './worker-policy.ts';

/** What a worker is there for. */
export type WorkerRole = 'udp' | 'stream' | 'tls';

/** Given at the thread's birth (`workerData`). */
export type WorkerSetup = {
  /** `tls` is `stream` for what is encrypted. */
  readonly role: WorkerRole;
  readonly transport: 'mmsg' | 'dgram';
  /** Of the role's services alone; for UDP `service` means nothing. */
  readonly listen: readonly StreamAddress[];
  readonly reusePort: boolean;
  /** Sources whose PROXY headers are believed; mostly none. */
  readonly proxyFrom: readonly IpPrefix[];
  /** Memory of the health table, of the DNS counters and of the listener's counters. */
  readonly health: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly listenerCounters: SharedArrayBuffer;
  /** Memory of the worker's service times. */
  readonly serviceTimes: SharedArrayBuffer;
  readonly policy: WorkerPolicy;
  /** Memory of the worker's counts of endpoints answered. */
  readonly tally: SharedArrayBuffer;
  /** Memory of the worker's samples of clients. */
  readonly samples: SharedArrayBuffer;
  /** Memory of one word, the number of messages sent to this thread: a loop that blocks looks for them when it changes. */
  readonly news: SharedArrayBuffer;
  /** Memory for the descriptors of sockets that Node knows nothing of, each plus 1: the pool closes those of a thread that died. */
  readonly rawSockets: SharedArrayBuffer;
  /** Of TLS session tickets, 48 octets: the same for all workers of a node, so that their clients' tickets stay good. */
  readonly ticketKeys: Uint8Array;
  /** Of the worker's random sequence. */
  readonly seed: number;
};

export type ToWorker =
  | { readonly kind: 'tables'; readonly delta: TableDelta }
  /** For connections from now on; role `tls` gets the first one before `listen`. */
  | { readonly kind: 'certificate'; readonly certificate: TlsCertificate }
  /** For answers from now on. */
  | { readonly kind: 'policy'; readonly policy: WorkerPolicy }
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
