/**
 * Choice of endpoints inside a pool, by its balance: round robin (`rotation`), client affinity (`affinity`), else by chance.
 *
 * Weighted choice, unbiased: P(i) = W_i / sum(W), with W_i = weight x factor for endpoints that may be
 * answered and 0 for the rest; several are drawn without replacement.
 *
 * Small pools are summed and walked. In large ones a first draw goes by the configured weights (binary search in the
 * running sums) and is kept with probability W_i / weight_i; after a few refusals the pool is walked after all. Both give
 * the same distribution, and the cost stays flat from 1 to 10,000 endpoints.
 */

import type { RandomStream } from '../base/random.ts';
import { FACTOR_ONE, type HealthTable } from '../health/health-table.ts';
import { BalanceCode, ENDPOINT_WORDS, EndpointWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { rendezvousScore } from './affinity.ts';
import type { Decision } from './decision.ts';
import { effectiveWeight, isDrawn } from './endpoint-weight.ts';
import { rotate } from './rotation.ts';

/** Up to this many endpoints a walk is cheaper than a search. */
const WALK_MAX = 16;
/** Refusals before a large pool is walked: below 1/16 eligible a walk is due anyway. */
const TRIES_MAX = 16;

/**
 * Draws up to `wanted` different endpoints into `decision`, behind the `decision.count` already there from this pool.
 * Returns how many; 0: none may be drawn.
 */
export function drawEndpoints(
  decision: Decision,
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  wanted: number,
  health: HealthTable,
  random: RandomStream,
  admission: number,
): number {
  decision.count = 0;
  while (decision.count < wanted) {
    let index: number;
    if (decision.isKeyed) index = drawByKey(decision, zone, endpointsAt, count, health, admission);
    else if (decision.balance === BalanceCode.ROUND_ROBIN && zone.words[endpointsAt + EndpointWord.SLOT]! >= 0) {
      index = rotate(decision, zone, endpointsAt, count, health, admission);
    } else index = drawOne(decision, zone, endpointsAt, count, health, random, admission);
    if (index < 0) break;
    decision.drawn[decision.count] = index;
    decision.dataAt[decision.count] = zone.words[endpointsAt + index * ENDPOINT_WORDS + EndpointWord.DATA]!;
    decision.count++;
  }
  return decision.count;
}

/** The client's own by weighted rendezvous; every endpoint is looked at, so large pools cost what they hold. */
function drawByKey(
  decision: Decision,
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  health: HealthTable,
  admission: number,
): number {
  let best = -1;
  let least = 0;
  for (let i = 0, at = endpointsAt; i < count; i++, at += ENDPOINT_WORDS) {
    const weight = effectiveWeight(zone, at, health, admission);
    if (weight === 0 || isDrawn(decision, i)) continue;
    const score = rendezvousScore(decision.key, zone.words[at + EndpointWord.IDENTITY]!, weight);
    if (best >= 0 && score >= least) continue;
    best = i;
    least = score;
  }
  return best;
}

function drawOne(
  decision: Decision,
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  health: HealthTable,
  random: RandomStream,
  admission: number,
): number {
  if (count > WALK_MAX) {
    const index = tryDraws(decision, zone, endpointsAt, count, health, random, admission);
    if (index >= 0) return index;
  }
  let sum = 0;
  for (let i = 0, at = endpointsAt; i < count; i++, at += ENDPOINT_WORDS) {
    if (!isDrawn(decision, i)) sum += effectiveWeight(zone, at, health, admission);
  }
  if (sum === 0) return -1;
  let rest = random.nextBelow(sum);
  for (let i = 0, at = endpointsAt; i < count; i++, at += ENDPOINT_WORDS) {
    if (isDrawn(decision, i)) continue;
    rest -= effectiveWeight(zone, at, health, admission);
    if (rest < 0) return i;
  }
  // Health words may change between the two walks; the last endpoint then stands for the remainder.
  return lastEligible(decision, zone, endpointsAt, count, health, admission);
}

/** Rejection sampling by configured weight; -1 after TRIES_MAX refusals. */
function tryDraws(
  decision: Decision,
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  health: HealthTable,
  random: RandomStream,
  admission: number,
): number {
  const words = zone.words;
  const total = words[endpointsAt + (count - 1) * ENDPOINT_WORDS + EndpointWord.CUMULATIVE]!;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const target = random.nextBelow(total);
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (words[endpointsAt + middle * ENDPOINT_WORDS + EndpointWord.CUMULATIVE]! > target) high = middle;
      else low = middle + 1;
    }
    const at = endpointsAt + low * ENDPOINT_WORDS;
    const weight = effectiveWeight(zone, at, health, admission);
    if (weight === 0 || isDrawn(decision, low)) continue;
    const full = (words[at + EndpointWord.WEIGHT]! & 0xffff) * FACTOR_ONE;
    if (weight === full || random.nextBelow(full) < weight) return low;
  }
  return -1;
}

function lastEligible(
  decision: Decision,
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  health: HealthTable,
  admission: number,
): number {
  for (let i = count - 1; i >= 0; i--) {
    if (isDrawn(decision, i)) continue;
    if (effectiveWeight(zone, endpointsAt + i * ENDPOINT_WORDS, health, admission) > 0) return i;
  }
  return -1;
}
