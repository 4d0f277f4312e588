/**
 * What a worker counts, one 32-bit word each in shared memory of its own, so that counting is one addition and reading is
 * the control thread's work. Words wrap at 2^32; the control thread looks often enough to see it, and keeps totals that do not.
 */

import { Transport } from './transaction.ts';

/** Position of each count. */
export const Counter = {
  /** One word for each `Transport`, in its order. */
  QUERIES: 0,
  /** Not answered: responses and runts. */
  SILENT: 4,
  /** Answers with TC set. */
  TRUNCATED: 5,
  /** Queries with a Client Subnet of more than 0 bits. */
  CLIENT_SUBNET: 6,
  /** Answers that hold a steered RRset. */
  STEERED: 7,
  REFERRALS: 8,
  /** All pools of a steered RRset were exhausted. */
  ALL_DOWN: 9,
  EDNS: 10,
  /** Queries with a cookie; with one of ours that is good. */
  COOKIES: 11,
  COOKIES_GOOD: 12,
  /** Answers over the response rate limit, whether or not it is enforced; of these not sent, and sent short. */
  RATE_OVER: 13,
  RATE_DROPPED: 14,
  RATE_SLIPPED: 15,
  /** Then one word for each RCODE 0..23. */
  RCODE: 16,
} as const;

/** RCODEs counted apart; higher ones do not occur. */
const RCODES = 24;
const WORDS = Counter.RCODE + RCODES;

export type Counters = Uint32Array<SharedArrayBuffer>;

/** Counts by name, as `status` and metrics show them. */
export type CounterReport = {
  readonly queries: Readonly<Record<'udp' | 'tcp' | 'tls' | 'https', number>>;
  readonly silent: number;
  readonly truncated: number;
  readonly clientSubnet: number;
  readonly edns: number;
  readonly steered: number;
  readonly referrals: number;
  readonly allDown: number;
  readonly cookies: number;
  readonly cookiesGood: number;
  readonly rateOver: number;
  readonly rateDropped: number;
  readonly rateSlipped: number;
  /** By RCODE number. */
  readonly rcodes: readonly number[];
};

/** Counts of one worker, all zero. */
export function createCounters(): Counters {
  return new Uint32Array(new SharedArrayBuffer(WORDS * 4));
}

/** Names what stands in `words`: the counts of one worker, or totals in the same order. */
export function reportCounters(words: ArrayLike<number>): CounterReport {
  const countOf = (word: number) => words[word] ?? 0;
  return {
    queries: {
      udp: countOf(Counter.QUERIES + Transport.UDP),
      tcp: countOf(Counter.QUERIES + Transport.TCP),
      tls: countOf(Counter.QUERIES + Transport.TLS),
      https: countOf(Counter.QUERIES + Transport.HTTPS),
    },
    silent: countOf(Counter.SILENT),
    truncated: countOf(Counter.TRUNCATED),
    clientSubnet: countOf(Counter.CLIENT_SUBNET),
    edns: countOf(Counter.EDNS),
    steered: countOf(Counter.STEERED),
    referrals: countOf(Counter.REFERRALS),
    allDown: countOf(Counter.ALL_DOWN),
    cookies: countOf(Counter.COOKIES),
    cookiesGood: countOf(Counter.COOKIES_GOOD),
    rateOver: countOf(Counter.RATE_OVER),
    rateDropped: countOf(Counter.RATE_DROPPED),
    rateSlipped: countOf(Counter.RATE_SLIPPED),
    rcodes: Array.from({ length: RCODES }, (_, rcode) => countOf(Counter.RCODE + rcode)),
  };
}
