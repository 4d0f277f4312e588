/**
 * What a worker counts, one 32-bit word each in shared memory of its own, so that counting is one addition and reading is
 * the control thread's work. Words wrap at 2^32; {@link readCounters} is called often enough to be told apart (metrics
 * treat a wrap as a counter reset).
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

/** The sums over several workers. */
export function readCounters(list: readonly Counters[]): CounterReport {
  const sum = (word: number) => list.reduce((total, counters) => total + counters[word]!, 0);
  return {
    queries: {
      udp: sum(Counter.QUERIES + Transport.UDP),
      tcp: sum(Counter.QUERIES + Transport.TCP),
      tls: sum(Counter.QUERIES + Transport.TLS),
      https: sum(Counter.QUERIES + Transport.HTTPS),
    },
    silent: sum(Counter.SILENT),
    truncated: sum(Counter.TRUNCATED),
    clientSubnet: sum(Counter.CLIENT_SUBNET),
    edns: sum(Counter.EDNS),
    steered: sum(Counter.STEERED),
    referrals: sum(Counter.REFERRALS),
    allDown: sum(Counter.ALL_DOWN),
    cookies: sum(Counter.COOKIES),
    cookiesGood: sum(Counter.COOKIES_GOOD),
    rateOver: sum(Counter.RATE_OVER),
    rateDropped: sum(Counter.RATE_DROPPED),
    rateSlipped: sum(Counter.RATE_SLIPPED),
    rcodes: Array.from({ length: RCODES }, (_, rcode) => sum(Counter.RCODE + rcode)),
  };
}
