/** The `AnswerPolicy` of a node on its way from the control thread to the workers, which can be handed plain data only. */

import type { AnswerPolicy } from '../answer/answer-policy.ts';
import type { ServeOptions } from './serve-options.ts';

export type WorkerPolicy = {
  readonly serverId: string | null;
  readonly version: string | null;
  /** Memory of the `LivePolicy`, which all share. */
  readonly live: SharedArrayBuffer;
};

/** What `options` say, with `live` as memory. */
export function workerPolicy(options: ServeOptions, live: SharedArrayBuffer): WorkerPolicy {
  return { serverId: options.serverId, version: options.serverVersion, live };
}

/** The policy in a worker. */
export function openPolicy({ serverId, version, live }: WorkerPolicy): AnswerPolicy {
  return { serverId: octets(serverId), version: octets(version), live: new Int32Array(live) };
}

function octets(text: string | null): Uint8Array | null {
  return text === null ? null : new TextEncoder().encode(text);
}
