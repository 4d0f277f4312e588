/**
 * Response rate limiting: how often one network gets the same kind of answer about one name. Answers to forged sources all go to one
 * network, so it is there that they are cut down; clients that can prove their address never come here (TCP, good cookies).
 *
 *   bucket   2 words: keyed hash of (network, zone, name, kind), time until which its tokens are spent        0: never used
 *   set      4 buckets side by side, 32 octets; a new key takes the place of the one that is idle longest
 *
 * A bucket holds one second of tokens and can owe {@link DEBT_TICKS_MAX}, so whoever stays over the limit gets hardly anything until it
 * slows down. One token pays for an answer up to 256 octets or one that was refused: large answers cost what they weigh. Pure; the
 * memory is fixed, and a query costs one look at one set.
 */

import type { IpFamily } from '../base/ip-address.ts';
import { type IpPrefix, prefixContains } from '../base/ip-prefix.ts';
import { RATE_BUCKETS } from '../base/limits.ts';
import { mixBits } from '../base/random.ts';

/** What becomes of an answer. */
export const RateVerdict = {
  SEND: 0,
  /** Over the limit, and sent all the same: the limits are only tried. */
  WOULD_LIMIT: 1,
  DROP: 2,
  /** A short answer that a real client can do something with. */
  SLIP: 3,
} as const;

/** What an answer is, as far as its rate counts. */
export const RateKind = { ANSWER: 0, REFERRAL: 1, NODATA: 2, NXDOMAIN: 3, ERROR: 4 } as const;

export type RateLimitInput = {
  /** Otherwise only counted. */
  readonly isEnforced: boolean;
  /** Tokens of a bucket in a second; above 0. */
  readonly perSecond: number;
  /** Each `slip`th answer over the limit is sent short; 0: none. */
  readonly slip: number;
  readonly exempt: readonly IpPrefix[];
  /** Secret, so that nobody can make his bucket another's. */
  readonly keys: readonly [number, number];
};

const WAYS = 4;
/** 64 ticks a millisecond: rates up to 64,000 a second, and 9 hours until a time looks like another. */
const TICKS_SHIFT = 6;
const SECOND_TICKS = 1_000 << TICKS_SHIFT;
/** Five seconds: as long as a client that was over the limit waits, at most. */
const DEBT_TICKS_MAX = 5 * SECOND_TICKS;
const TOKEN_BYTES_SHIFT = 8;
/** Networks that count as one: IPv4 /24, IPv6 /56. */
const IPV4_MASK = 0xffffff00;
const IPV6_MASK = 0xffffff00;

/** Owner of one worker's buckets. */
export class RateLimit {
  readonly #words: Int32Array;
  readonly #setMask: number;
  readonly #isEnforced: boolean;
  readonly #slip: number;
  readonly #exempt: readonly IpPrefix[];
  readonly #key0: number;
  readonly #key1: number;
  readonly #tokenTicks: number;
  readonly #client: { family: IpFamily; words: Uint32Array } = { family: 4, words: new Uint32Array(4) };
  /** Answers over the limit until the next that slips. */
  #untilSlip = 1;

  /** `buckets` is a power of 2. */
  constructor(input: RateLimitInput, buckets: number = RATE_BUCKETS) {
    this.#words = new Int32Array(buckets * 2);
    this.#setMask = buckets / WAYS - 1;
    this.#isEnforced = input.isEnforced;
    this.#slip = input.slip;
    this.#exempt = input.exempt;
    this.#key0 = input.keys[0];
    this.#key1 = input.keys[1];
    this.#tokenTicks = Math.max(1, Math.round(SECOND_TICKS / input.perSecond));
  }

  /**
   * Takes what an answer of `octets` costs from its bucket: `kind` a `RateKind` about node `node` (0: none) of zone `zone` (-1: none), to
   * the client at `words` of `family`, at `nowMs`, modulo 2^32. Returns a `RateVerdict`.
   */
  take(
    family: IpFamily,
    words: Uint32Array,
    zone: number,
    node: number,
    kind: number,
    octets: number,
    nowMs: number,
  ): number {
    const now = nowMs << TICKS_SHIFT;
    const at = this.#find(this.#hash(family, words, zone, node, kind), now);
    const spent = this.#spentTicks(at, now);
    const isOver = spent >= SECOND_TICKS;
    const cost = this.#tokenTicks * (isOver ? 1 : 1 + (octets >> TOKEN_BYTES_SHIFT));
    this.#words[at + 1] = (now + Math.min(spent + cost, DEBT_TICKS_MAX)) | 0;
    return isOver ? this.#judge(family, words) : RateVerdict.SEND;
  }

  #judge(family: IpFamily, words: Uint32Array): number {
    const client = this.#client;
    client.family = family;
    client.words = words;
    for (let i = 0; i < this.#exempt.length; i++) {
      if (prefixContains(this.#exempt[i]!, client)) return RateVerdict.SEND;
    }
    if (!this.#isEnforced) return RateVerdict.WOULD_LIMIT;
    if (this.#slip === 0) return RateVerdict.DROP;
    this.#untilSlip--;
    if (this.#untilSlip > 0) return RateVerdict.DROP;
    this.#untilSlip = this.#slip;
    return RateVerdict.SLIP;
  }

  #hash(family: IpFamily, words: Uint32Array, zone: number, node: number, kind: number): number {
    const isIpv4 = family === 4;
    let hash = mixBits(this.#key0 ^ (isIpv4 ? words[0]! & IPV4_MASK : words[0]!));
    hash = mixBits(hash ^ this.#key1 ^ (isIpv4 ? 0 : words[1]! & IPV6_MASK));
    hash = mixBits(hash ^ node);
    hash = mixBits(hash ^ ((zone + 1) * 16 + kind * 2 + (isIpv4 ? 0 : 1)));
    // 0 marks a bucket that was never used.
    return hash === 0 ? 1 : hash | 0;
  }

  /** The word where the bucket of `hash` is, or now begins. */
  #find(hash: number, now: number): number {
    const words = this.#words;
    const first = (hash & this.#setMask) * WAYS * 2;
    let idlest = first;
    let least = DEBT_TICKS_MAX + 1;
    for (let way = 0; way < WAYS; way++) {
      const at = first + way * 2;
      if (words[at] === hash) return at;
      const spent = words[at] === 0 ? -1 : this.#spentTicks(at, now);
      if (spent >= least) continue;
      least = spent;
      idlest = at;
    }
    words[idlest] = hash;
    words[idlest + 1] = now;
    return idlest;
  }

  /** Ticks that the bucket at `at` is ahead of its tokens; a time further ahead than any debt is an old one seen through a wrap. */
  #spentTicks(at: number, now: number): number {
    const spent = (this.#words[at + 1]! - now) | 0;
    return spent < 0 || spent > DEBT_TICKS_MAX ? 0 : spent;
  }
}
