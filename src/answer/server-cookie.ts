/**
 * Server cookies that every node with the same secret makes and believes alike (RFC 9018 4), so that clients of an anycast or
 * load-balanced address keep theirs from node to node:
 *
 *   +0 VERSION 1   +1 RESERVED (3)   +4 TIME in seconds (4)   +8 SipHash-2-4 of client cookie, all of this, client address (8)
 */

import type { IpFamily } from '../base/ip-address.ts';
import { SIP_KEY_WORDS, sipHash } from '../base/sip-hash.ts';
import { CLIENT_COOKIE_BYTES, type RequestCookie } from '../wire/request-cookie.ts';
import { cookieSecretsAt, type LivePolicy } from './live-policy.ts';

/** What the cookie of a query is worth; from `GOOD` up the client has shown that it is where its packets say. */
export const CookieState = {
  /** There is none, or this server has no secret. */
  NONE: 0,
  /** The client's part alone. */
  NEW: 1,
  /** The server's part is not ours, too old, or another client's. */
  BAD: 2,
  /** Goes back as it came. */
  GOOD: 3,
  /** Good, and due for another (RFC 9018 4.3 and 5). */
  AGEING: 4,
} as const;

const SERVER_COOKIE_BYTES = 16;
/** Octets of a whole cookie in an answer. */
export const COOKIE_BYTES = CLIENT_COOKIE_BYTES + SERVER_COOKIE_BYTES;
const VERSION = 1;
/** RFC 9018 4.3: believed for an hour, from five minutes ahead for clocks that differ, renewed after half an hour. */
const AGE_SECONDS_MAX = 3_600;
const AHEAD_SECONDS_MAX = 300;
const RENEW_SECONDS = 1_800;

const TIME_AT = CLIENT_COOKIE_BYTES + 4;
const ADDRESS_AT = CLIENT_COOKIE_BYTES + 8;
/** The hash takes the place that the address has in what is hashed. */
const HASH_AT = ADDRESS_AT;
/** What is hashed, and its hash; one per thread, since no two queries are answered at once. */
const input = new Uint8Array(ADDRESS_AT + 16);
const hash = new Uint8Array(8);

/** The worth of `cookie` from a client at `words` of `family`; `nowSeconds` since 1970, modulo 2^32. */
export function judgeCookie(
  cookie: RequestCookie,
  family: IpFamily,
  words: Uint32Array,
  live: LivePolicy,
  nowSeconds: number,
): number {
  const secretsAt = cookieSecretsAt(live);
  const secrets = live[secretsAt]!;
  if (!cookie.isPresent || secrets === 0) return CookieState.NONE;
  if (cookie.serverLength === 0) return CookieState.NEW;
  const { bytes } = cookie;
  if (cookie.serverLength !== SERVER_COOKIE_BYTES || bytes[CLIENT_COOKIE_BYTES] !== VERSION) return CookieState.BAD;
  const madeSeconds =
    (bytes[TIME_AT]! << 24) | (bytes[TIME_AT + 1]! << 16) | (bytes[TIME_AT + 2]! << 8) | bytes[TIME_AT + 3]!;
  // Serial numbers (RFC 1982): the difference stays right when the seconds wrap.
  const ageSeconds = (nowSeconds - madeSeconds) | 0;
  if (ageSeconds > AGE_SECONDS_MAX || ageSeconds < -AHEAD_SECONDS_MAX) return CookieState.BAD;
  // The reserved octets count as they came (RFC 9018 4.2).
  for (let i = 0; i < ADDRESS_AT; i++) input[i] = bytes[i]!;
  const inputBytes = addAddress(family, words);
  for (let i = 0; i < secrets; i++) {
    sipHash(live, secretsAt + 1 + i * SIP_KEY_WORDS, input, 0, inputBytes, hash, 0);
    let difference = 0;
    for (let k = 0; k < hash.length; k++) difference |= hash[k]! ^ bytes[HASH_AT + k]!;
    if (difference === 0) return i === 0 && ageSeconds <= RENEW_SECONDS ? CookieState.GOOD : CookieState.AGEING;
  }
  return CookieState.BAD;
}

/** Writes the {@link COOKIE_BYTES} that answer `cookie`, judged to be `state`, at `at`; there must be a secret. */
export function writeCookie(
  bytes: Uint8Array,
  at: number,
  cookie: RequestCookie,
  state: number,
  family: IpFamily,
  words: Uint32Array,
  live: LivePolicy,
  nowSeconds: number,
): void {
  if (state === CookieState.GOOD) {
    for (let i = 0; i < COOKIE_BYTES; i++) bytes[at + i] = cookie.bytes[i]!;
    return;
  }
  for (let i = 0; i < CLIENT_COOKIE_BYTES; i++) input[i] = cookie.bytes[i]!;
  input[CLIENT_COOKIE_BYTES] = VERSION;
  for (let i = 1; i < 4; i++) input[CLIENT_COOKIE_BYTES + i] = 0;
  for (let i = 0; i < 4; i++) input[TIME_AT + i] = (nowSeconds >>> (24 - 8 * i)) & 255;
  for (let i = 0; i < ADDRESS_AT; i++) bytes[at + i] = input[i]!;
  sipHash(live, cookieSecretsAt(live) + 1, input, 0, addAddress(family, words), bytes, at + HASH_AT);
}

/** Puts the client's address behind the cookie; returns the octets of both. */
function addAddress(family: IpFamily, words: Uint32Array): number {
  const octets = family === 4 ? 4 : 16;
  for (let i = 0; i < octets; i++) input[ADDRESS_AT + i] = (words[i >> 2]! >>> (24 - 8 * (i & 3))) & 255;
  return ADDRESS_AT + octets;
}
