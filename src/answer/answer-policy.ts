/** What an operator decides about every answer, whatever the zone. One per worker, made at its start; the limit may be another later, between two queries. */

import type { IpPrefix } from '../base/ip-prefix.ts';
import { createLivePolicy, type LivePolicy } from './live-policy.ts';
import type { RateLimit } from './rate-limit.ts';

export type AnswerPolicy = {
  /** ASCII, for NSID (RFC 5001) and CHAOS `id.server` and `hostname.bind` (RFC 4892); null: not told. */
  readonly serverId: Uint8Array | null;
  /** ASCII, for CHAOS `version.bind` and `version.server`; null: not told. */
  readonly version: Uint8Array | null;
  /** Networks whose packets may ask for TXT `_explain.NAME`; empty: nobody's. */
  readonly explainFrom: readonly IpPrefix[];
  readonly live: LivePolicy;
  /** Of datagrams; null: off. */
  rateLimit: RateLimit | null;
};

/** Tells nobody anything and has no cookies: where no operator is, as in `explain`. */
export const PLAIN_POLICY: AnswerPolicy = {
  serverId: null,
  version: null,
  explainFrom: [],
  live: createLivePolicy(),
  rateLimit: null,
};
