/** The `AnswerPolicy` of a node on its way from the control thread to the workers, which can be handed plain data only. */

import { randomInt } from 'node:crypto';
import type { AnswerPolicy } from '../answer/answer-policy.ts';
import { RateLimit } from '../answer/rate-limit.ts';
import type { IpPrefix } from '../base/ip-prefix.ts';
import type { RateLimitOptions, ServeOptions } from './serve-options.ts';

export type WorkerPolicy = {
  readonly serverId: string | null;
  readonly version: string | null;
  readonly explainFrom: readonly IpPrefix[];
  /** Memory of the `LivePolicy`, which all share. */
  readonly live: SharedArrayBuffer;
  /** With the part of the rate that is one worker's. */
  readonly rateLimit: RateLimitOptions;
};

/** What `options` say, with `live` as memory and `rateLimit` in force. */
export function workerPolicy(
  options: ServeOptions,
  live: SharedArrayBuffer,
  rateLimit: RateLimitOptions = options.rateLimit,
): WorkerPolicy {
  const { serverId, serverVersion: version, explainFrom, workers } = options;
  // The kernel spreads a network's queries over the workers by their ports.
  return {
    serverId,
    version,
    explainFrom,
    live,
    rateLimit: { ...rateLimit, perSecond: rateLimit.perSecond / workers },
  };
}

/** The policy in a worker; the key of its rates is its own and lives as long as it does. */
export function openPolicy({ serverId, version, explainFrom, live, rateLimit }: WorkerPolicy): AnswerPolicy {
  return {
    serverId: octets(serverId),
    version: octets(version),
    explainFrom,
    live: new Int32Array(live),
    rateLimit: openRateLimit(rateLimit),
  };
}

/** Puts the rate limit of `next` in force; its buckets begin empty. */
export function renewPolicy(policy: AnswerPolicy, next: WorkerPolicy): void {
  policy.rateLimit = openRateLimit(next.rateLimit);
}

function openRateLimit({ mode, perSecond, slip, exempt }: RateLimitOptions): RateLimit | null {
  if (mode === 'off') return null;
  return new RateLimit({
    isEnforced: mode === 'on',
    perSecond,
    slip,
    exempt,
    keys: [randomInt(2 ** 32), randomInt(2 ** 32)],
  });
}

function octets(text: string | null): Uint8Array | null {
  return text === null ? null : new TextEncoder().encode(text);
}
