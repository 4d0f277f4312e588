/**
 * Choice of endpoints inside a pool, by its balance: round robin (`rotation`), client affinity (`affinity`), else by chance.
 *
 * Weighted choice, unbiased: P(i) = W_i / sum(W), with W_i = weight x factor for endpoints that may be
 * answered and 0 for the rest; several are drawn without replacement.
 *
 * Small pools are weighed once, and drawn from by those weights. In large ones a draw goes by the configured weights (binary search
 * in the running sums) and is kept with probability W_i / weight_i; after a few refusals the pool is weighed after all. Both
 * give the same distribution, and the cost stays flat from 1 to 10,000 endpoints.
 */

import type { RandomStream } from '../base/random.ts';
import { FACTOR_ONE, type HealthTable, slotCountOf } from '../health/health-table.ts';
import { BalanceCode, ENDPOINT_WORDS, EndpointWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { rendezvousScore } from './affinity.ts';
import type { Decision } from './decision.ts';
import { effectiveWeight, isDrawn, weighEndpoints } from './endpoint-weight.ts';
import { newTurns, rotate } from './rotation.ts';

/** Up to this many endpoints a walk is cheaper than a search. */
const WALK_MAX = 16;
/** Refusals before a large pool is walked: below 1/16 eligible a walk is due anyway. */
const TRIES_MAX = 16;

/**
 * Draws up to `wanted` different endpoints of the `count` at `endpointsAt` into `decision`. Returns how many; 0: none may be
 * drawn.
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
  // Values of the last resort have no slot, and so no turns.
  const isRotated =
    decision.balance === BalanceCode.ROUND_ROBIN &&
    !decision.isKeyed &&
    zone.words[endpointsAt + EndpointWord.ORDINAL]! >= 0;
  if (count > WALK_MAX && !decision.isKeyed && !isRotated) {
    drawBySearch(decision, zone, endpointsAt, count, wanted, health, random, admission);
    if (decision.count === wanted) return wanted;
  }
  let sum = weighEndpoints(decision, zone, endpointsAt, count, health, admission);
  const { weights } = decision;
  if (isRotated) {
    if (decision.turns.length < slotCountOf(health)) decision.turns = newTurns(slotCountOf(health));
    while (decision.count < wanted && sum > 0) {
      const index = rotate(decision, zone, endpointsAt, count, sum);
      if (index < 0) break;
      take(decision, zone, endpointsAt, index);
    }
    return decision.count;
  }
  for (let i = 0; i < decision.count; i++) sum -= takeOut(weights, decision.drawn[i]!);
  while (decision.count < wanted && sum > 0) {
    const index = decision.isKeyed
      ? pickByKey(decision, zone, endpointsAt, count)
      : pickByChance(weights, random.nextBelow(sum));
    take(decision, zone, endpointsAt, index);
    sum -= takeOut(weights, index);
  }
  return decision.count;
}

/** Adds an endpoint to the answer. */
function take(decision: Decision, zone: ZoneTable, endpointsAt: number, index: number): void {
  decision.drawn[decision.count] = index;
  decision.dataAt[decision.count] = zone.words[endpointsAt + index * ENDPOINT_WORDS + EndpointWord.DATA]!;
  decision.count++;
}

/** What is drawn is not drawn again; returns what it weighed. */
function takeOut(weights: Int32Array, index: number): number {
  const weight = weights[index]!;
  weights[index] = 0;
  return weight;
}

/** The endpoint in whose part of the sum `target` lies. */
function pickByChance(weights: Int32Array, target: number): number {
  let rest = target;
  let index = 0;
  for (;;) {
    rest -= weights[index]!;
    if (rest < 0) return index;
    index++;
  }
}

/** The client's own by weighted rendezvous, some weight being above 0; every endpoint is looked at, so large pools cost what they hold. */
function pickByKey(decision: Decision, zone: ZoneTable, endpointsAt: number, count: number): number {
  const { weights, key } = decision;
  let best = -1;
  let least = 0;
  for (let i = 0, at = endpointsAt; i < count; i++, at += ENDPOINT_WORDS) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    const score = rendezvousScore(key, zone.words[at + EndpointWord.IDENTITY]!, weight);
    if (best >= 0 && score >= least) continue;
    best = i;
    least = score;
  }
  return best;
}

/** Rejection sampling by configured weight, until enough are drawn or TRIES_MAX are refused in a row. */
function drawBySearch(
  decision: Decision,
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  wanted: number,
  health: HealthTable,
  random: RandomStream,
  admission: number,
): void {
  const words = zone.words;
  const total = words[endpointsAt + (count - 1) * ENDPOINT_WORDS + EndpointWord.CUMULATIVE]!;
  for (let tries = 0; tries < TRIES_MAX && decision.count < wanted; tries++) {
    const target = random.nextBelow(total);
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (words[endpointsAt + middle * ENDPOINT_WORDS + EndpointWord.CUMULATIVE]! > target) high = middle;
      else low = middle + 1;
    }
    const at = endpointsAt + low * ENDPOINT_WORDS;
    const weight = effectiveWeight(zone, decision.slotsAt, at, health, admission, decision.view);
    if (weight === 0 || isDrawn(decision, low)) continue;
    const full = (words[at + EndpointWord.WEIGHT]! & 0xffff) * FACTOR_ONE;
    if (weight !== full && random.nextBelow(full) >= weight) continue;
    take(decision, zone, endpointsAt, low);
    tries = 0;
  }
}
