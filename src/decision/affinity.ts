/**
 * Client affinity: the same client prefix gets the same choice from every worker and node, by weighted rendezvous (the least of
 * -ln(u)/w, with u a hash of prefix and choice). When a weight changes or a choice comes or goes, only the clients move that
 * must: the share that the change itself takes or gives.
 */

import { maskWord } from '../base/ip-prefix.ts';
import { mixBits } from '../base/random.ts';
import type { Decision } from './decision.ts';
import type { SteeringRequest } from './steering-request.ts';

/** Odd, so that multiplying by it loses no bit. */
const KEY_STEP = 0x9e3779b1;
/** 53 bits make a double in (0, 1). */
const LOW_BITS = 21;
const UNIT = 2 ** -53;

/**
 * Sets `decision.key` to the hash of the client's prefix, whose lengths are packed in `sticky` (IPv4 | IPv6 << 8). Never finer than
 * what the scope of the answer will cover, which grows to the prefix where the client's subnet is what decides.
 */
export function keyClient(decision: Decision, request: SteeringRequest, sticky: number): void {
  const { subnet } = request;
  let length = request.sourceFamily === 4 ? sticky & 255 : (sticky >> 8) & 255;
  let words = request.sourceWords;
  if (decision.isBySubnet) {
    length = Math.min(subnet.family === 4 ? sticky & 255 : (sticky >> 8) & 255, subnet.sourceLength);
    if (length > decision.scope) decision.scope = length;
    words = subnet.words;
  }
  let key = 0;
  for (let i = 0; i < 4 && length > 32 * i; i++) key = mixBits(key ^ (words[i]! & maskWord(length, i)) ^ KEY_STEP);
  decision.key = key;
}

/** What the choice with the hash `identity` and `weight` > 0 scores with the client `key`; the lowest is chosen. */
export function rendezvousScore(key: number, identity: number, weight: number): number {
  const high = mixBits(key ^ identity);
  const low = mixBits(high ^ Math.imul(key, KEY_STEP)) >>> (32 - LOW_BITS);
  return -Math.log((high * 2 ** LOW_BITS + low + 0.5) * UNIT) / weight;
}
