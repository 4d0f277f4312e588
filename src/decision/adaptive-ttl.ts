/**
 * The TTL of an answer where the record lets it adapt: the shortest that any endpoint consulted asks for in its health word
 * (03-health: the time in which its verdict could change), between the record's bounds. An endpoint that asks for nothing
 * leaves the longest.
 */

import { type HealthTable, ttlOfWord } from '../health/health-table.ts';
import {
  DYN_WORDS,
  DynWord,
  ENDPOINT_WORDS,
  EndpointWord,
  PoolWord,
  StatusCode,
  WALK_WORDS,
  WalkWord,
} from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import type { Decision } from './decision.ts';
import { slotOf } from './endpoint-weight.ts';
import { poolAt } from './walk-pools.ts';

/** Seconds, for a decision just made; the record has bounds. With every pool down the shortest: it gets better any moment. */
export function adaptiveTtl(decision: Decision, zone: ZoneTable, block: number, health: HealthTable): number {
  const shortest = zone.words[block + DynWord.TTL_MIN]!;
  if (decision.isAllDown) return shortest;
  const { walk, walkAt } = decision;
  const longest = zone.words[block + DynWord.TTL_MAX]!;
  const own = shortestWish(decision, zone, block, walk, walkAt, health, longest);
  const next = walk[walkAt + WalkWord.NEXT]!;
  if (next < 0 || holdsPool(walk, walkAt, decision.pool)) return Math.max(own, shortest);
  const nextAt = zone.words[block + DYN_WORDS + next]!;
  return Math.max(shortestWish(decision, zone, block, zone.words, nextAt, health, own), shortest);
}

/** Over the pools of one walk up to the one drawn from, the equals at its head included. */
function shortestWish(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  walk: Int32Array,
  walkAt: number,
  health: HealthTable,
  longest: number,
): number {
  const from = walkAt + WALK_WORDS;
  const end = from + walk[walkAt + WalkWord.COUNT]!;
  const equalsEnd = from + walk[walkAt + WalkWord.TIES]!;
  let ttl = longest;
  let isReached = false;
  for (let i = from; i < end && !(isReached && i >= equalsEnd); i++) {
    const at = poolAt(zone, block, walk[i]!);
    ttl = Math.min(ttl, shortestWishOfPool(zone, decision.slotsAt, at, health, ttl));
    if (walk[i] === decision.pool) isReached = true;
  }
  return ttl;
}

function shortestWishOfPool(
  zone: ZoneTable,
  slotsAt: number,
  poolWord: number,
  health: HealthTable,
  longest: number,
): number {
  const { words } = zone;
  const endpointsAt = words[poolWord + PoolWord.ENDPOINTS_AT]!;
  const end = endpointsAt + words[poolWord + PoolWord.ENDPOINT_COUNT]! * ENDPOINT_WORDS;
  let ttl = longest;
  for (let at = endpointsAt; at < end; at += ENDPOINT_WORDS) {
    // What does not obey its health does not change with it.
    if (words[at + EndpointWord.WEIGHT]! >> 16 !== StatusCode.OBEY) continue;
    const wish = ttlOfWord(health[slotOf(zone, slotsAt, at)]!);
    if (wish !== 0 && wish < ttl) ttl = wish;
  }
  return ttl;
}

function holdsPool(walk: Int32Array, walkAt: number, pool: number): boolean {
  const from = walkAt + WALK_WORDS;
  for (let i = from; i < from + walk[walkAt + WalkWord.COUNT]!; i++) if (walk[i] === pool) return true;
  return false;
}
