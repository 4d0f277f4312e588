/**
 * What a worker counts, one 32-bit word each in shared memory of its own, so that counting is one addition and reading is
 * the control thread's work. Words wrap at 2^32; the control thread looks often enough to see it, and keeps totals that do not.
 */

import { ZONES_COUNTED_MAX } from '../base/limits.ts';
import { RRType } from '../wire/codes.ts';
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
  /** Answers that hold a steered RRset, or one that follows the health of its targets. */
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

/** Types counted apart: those that clients and attackers ask for. Bucket 0 is every other, and questions that could not be read. */
const COUNTED_TYPES = [
  'A',
  'NS',
  'CNAME',
  'SOA',
  'PTR',
  'MX',
  'TXT',
  'AAAA',
  'SRV',
  'NAPTR',
  'DS',
  'DNSKEY',
  'TLSA',
  'SVCB',
  'HTTPS',
  'AXFR',
  'ANY',
  'CAA',
] as const;
/** The bucket of each type below 258; CAA (257) is the highest counted. */
const TYPE_BUCKETS = bucketTypes();
const TYPES_AT = Counter.RCODE + RCODES;

/** Scopes by how long: none; then steps of 8 bits of IPv4, and of 16 bits of IPv6. */
const SCOPES_IPV4_AT = TYPES_AT + 1 + COUNTED_TYPES.length;
const SCOPES_IPV4 = 5;
const SCOPES_IPV6_AT = SCOPES_IPV4_AT + SCOPES_IPV4;
const SCOPES_IPV6 = 9;

/** One word for answers of no zone, one for each ordinal, one for those beyond. */
const ZONES_AT = SCOPES_IPV6_AT + SCOPES_IPV6;
const WORDS = ZONES_AT + ZONES_COUNTED_MAX + 2;

function bucketTypes(): Uint8Array {
  const buckets = new Uint8Array(258);
  for (const [i, name] of COUNTED_TYPES.entries()) buckets[RRType[name]] = i + 1;
  return buckets;
}

/** The word of answers to questions for `qtype`. */
export function typeWord(qtype: number): number {
  return TYPES_AT + (qtype < 258 ? TYPE_BUCKETS[qtype]! : 0);
}

/** The word of answers out of the zone with `ordinal`; -1: of no zone. */
export function zoneWord(ordinal: number): number {
  return ZONES_AT + (ordinal < ZONES_COUNTED_MAX ? ordinal + 1 : ZONES_COUNTED_MAX + 1);
}

/** The word of answers with a scope of so many bits to a Client Subnet; `family` is 4 or 6 (RFC 7871 7.2.1). */
export function scopeWord(family: number, scope: number): number {
  return family === 4 ? SCOPES_IPV4_AT + ((scope + 7) >> 3) : SCOPES_IPV6_AT + ((scope + 15) >> 4);
}

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
  /** Answers by mnemonic of the question's type, `other` for types not counted apart. */
  readonly types: Readonly<Record<string, number>>;
  /** Answers with a Client Subnet by the bits of their scope (`0`, `1-8` …). */
  readonly scopes: Readonly<Record<'ipv4' | 'ipv6', Readonly<Record<string, number>>>>;
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
    types: Object.fromEntries(['other', ...COUNTED_TYPES].map((name, i) => [name, countOf(TYPES_AT + i)])),
    scopes: {
      ipv4: reportScopes(words, SCOPES_IPV4_AT, SCOPES_IPV4, 8),
      ipv6: reportScopes(words, SCOPES_IPV6_AT, SCOPES_IPV6, 16),
    },
  };
}

function reportScopes(words: ArrayLike<number>, at: number, steps: number, bits: number): Record<string, number> {
  const name = (step: number) => (step === 0 ? '0' : `${(step - 1) * bits + 1}-${step * bits}`);
  return Object.fromEntries(Array.from({ length: steps }, (_, step) => [name(step), words[at + step] ?? 0]));
}
