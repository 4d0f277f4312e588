/**
 * One walk over pools: of the equals at its head one by its share, then each in order, until one has something to offer. The
 * middle of every decision (`decide`), whatever the method.
 */

import type { RandomStream } from '../base/random.ts';
import { type HealthTable, isBlindWord } from '../health/health-table.ts';
import {
  DynWord,
  ENDPOINT_WORDS,
  EndpointWord,
  MIN_HEALTHY_ONE,
  POOL_WORDS,
  PoolWord,
  WALK_WORDS,
  WalkWord,
} from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { rendezvousScore } from './affinity.ts';
import type { Decision } from './decision.ts';
import { drawEndpoints } from './draw.ts';
import { Admission, effectiveWeight, slotOf } from './endpoint-weight.ts';
import type { RegionalView } from './regional-view.ts';

/** Answers of a node that is blind carry at least so many endpoints. */
const BLIND_ANSWERS_MIN = 2;

/** The word offset of pool `index` of a block. */
export function poolAt(zone: ZoneTable, block: number, index: number): number {
  return zone.words[block + DynWord.POOLS_AT]! + index * POOL_WORDS;
}

/** Draws from the first pool of the walk at `walk[walkAt]` that has something to offer; false: none has. */
export function walkPools(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  walk: Int32Array,
  walkAt: number,
  health: HealthTable,
  random: RandomStream,
  admission: number,
): boolean {
  if (walk[walkAt + WalkWord.TIES]! > 1) {
    const equal = drawEqual(decision, zone, block, walk, walkAt, null, admission, random);
    if (equal >= 0 && drawFromPool(decision, zone, block, equal, health, random, admission)) return true;
    // Passed over: the others share what it would have had, which a second draw among them gives exactly.
    const other = equal < 0 ? -1 : drawEqual(decision, zone, block, walk, walkAt, health, admission, random);
    if (other >= 0 && drawFromPool(decision, zone, block, other, health, random, admission)) return true;
  }
  const end = walkAt + WALK_WORDS + walk[walkAt + WalkWord.COUNT]!;
  for (let i = walkAt + WALK_WORDS; i < end; i++) {
    if (drawFromPool(decision, zone, block, walk[i]!, health, random, admission)) return true;
  }
  decision.pool = -1;
  return false;
}

/** One of the walk's equals by its share; with `health` only of those that have something to offer. -1: none has a share. */
function drawEqual(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  walk: Int32Array,
  walkAt: number,
  health: HealthTable | null,
  admission: number,
  random: RandomStream,
): number {
  const from = walkAt + WALK_WORDS;
  const end = from + walk[walkAt + WalkWord.TIES]!;
  if (decision.isKeyed) return equalByKey(decision, zone, block, walk, from, end, health, admission);
  // At most 1,000 pools x 1,000,000: below 2^32.
  let total = 0;
  for (let i = from; i < end; i++) {
    total += shareOf(decision, zone, block, poolAt(zone, block, walk[i]!), health, admission);
  }
  if (total === 0) return -1;
  let rest = random.nextBelow(total);
  let last = -1;
  for (let i = from; i < end; i++) {
    const share = shareOf(decision, zone, block, poolAt(zone, block, walk[i]!), health, admission);
    if (share === 0) continue;
    last = walk[i]!;
    rest -= share;
    if (rest < 0) break;
  }
  // Health words may change between the two walks; the last that offers then stands for the remainder.
  return last;
}

/** The client's own by weighted rendezvous. */
function equalByKey(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  walk: Int32Array,
  from: number,
  end: number,
  health: HealthTable | null,
  admission: number,
): number {
  let best = -1;
  let least = 0;
  for (let i = from; i < end; i++) {
    const at = poolAt(zone, block, walk[i]!);
    const share = shareOf(decision, zone, block, at, health, admission);
    if (share === 0) continue;
    const score = rendezvousScore(decision.key, zone.words[at + PoolWord.IDENTITY]!, share);
    if (best >= 0 && score >= least) continue;
    best = walk[i]!;
    least = score;
  }
  return best;
}

function shareOf(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  at: number,
  health: HealthTable | null,
  admission: number,
): number {
  const share = zone.words[at + PoolWord.SHARE]!;
  return health === null || share === 0 || offers(zone, decision.slotsAt, block, at, health, admission, decision.view)
    ? share
    : 0;
}

/** True if the pool at word `at` is healthy enough and some endpoint of it may be drawn; `slotsAt` and `view` as in `effectiveWeight`. */
export function offers(
  zone: ZoneTable,
  slotsAt: number,
  block: number,
  at: number,
  health: HealthTable,
  admission: number,
  view: RegionalView | null,
): boolean {
  const { words } = zone;
  const from = words[at + PoolWord.ENDPOINTS_AT]!;
  const end = from + words[at + PoolWord.ENDPOINT_COUNT]! * ENDPOINT_WORDS;
  const least = admission === Admission.HEALTHY ? words[block + DynWord.MIN_HEALTHY]! : 0;
  // Configured weight, whatever ramps: a pool that comes back is not down again for it.
  let missing = end === from ? 1 : words[end - ENDPOINT_WORDS + EndpointWord.CUMULATIVE]! * least;
  for (let i = from; i < end; i += ENDPOINT_WORDS) {
    if (effectiveWeight(zone, slotsAt, i, health, admission, view) === 0) continue;
    missing -= (words[i + EndpointWord.WEIGHT]! & 0xffff) * MIN_HEALTHY_ONE;
    if (missing <= 0) return true;
  }
  return false;
}

/**
 * How many endpoints an answer from the pool at `endpointsAt` carries: while nobody knows which of them live, at least two, so
 * that a client has another to try (03-health, BLIND). Every word tells of that; the first is enough.
 */
export function answersWanted(
  zone: ZoneTable,
  block: number,
  slotsAt: number,
  endpointsAt: number,
  health: HealthTable,
): number {
  const wanted = zone.words[block + DynWord.ANSWERS]!;
  const slot = slotOf(zone, slotsAt, endpointsAt);
  return wanted < BLIND_ANSWERS_MIN && slot >= 0 && isBlindWord(health[slot]!) ? BLIND_ANSWERS_MIN : wanted;
}

/** Draws from one pool; false: it is passed over. */
export function drawFromPool(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  pool: number,
  health: HealthTable,
  random: RandomStream,
  admission: number,
): boolean {
  const { words } = zone;
  const at = poolAt(zone, block, pool);
  if (
    words[block + DynWord.MIN_HEALTHY] !== 0 &&
    !offers(zone, decision.slotsAt, block, at, health, admission, decision.view)
  )
    return false;
  const endpointsAt = words[at + PoolWord.ENDPOINTS_AT]!;
  const count = words[at + PoolWord.ENDPOINT_COUNT]!;
  const wanted = answersWanted(zone, block, decision.slotsAt, endpointsAt, health);
  decision.pool = pool;
  return drawEndpoints(decision, zone, endpointsAt, count, wanted, health, random, admission) > 0;
}
