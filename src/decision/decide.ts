/**
 * The decision: which endpoints a client gets for one steered RRset. The conductor of this floor; pure, so that the same
 * tables, request and seed always give the same answer (02-steering: location, rule, pool order, health, pool, draw).
 */

import { POOLS_MAX } from '../base/limits.ts';
import type { RandomStream } from '../base/random.ts';
import type { ClassTable } from '../geo/class-table.ts';
import type { HealthTable } from '../health/health-table.ts';
import { AllDownCode, DYN_WORDS, DynWord, POOL_WORDS, PoolWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { type Decision, Outcome } from './decision.ts';
import { Admission, drawEndpoints, sumWeights } from './draw.ts';
import { locateClient } from './locate.ts';
import type { SteeringRequest } from './steering-request.ts';

/**
 * Decides the steered RRset whose dynamic block stands at word `block` of `zone`. Fills `decision`: outcome, RDATA
 * offsets, class and scope. `classTables` are by group id; `random` is the query's own stream.
 */
export function decide(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  request: SteeringRequest,
  classTables: readonly (ClassTable | null)[],
  health: HealthTable,
  random: RandomStream,
): void {
  const words = zone.words;
  const group = words[block + DynWord.GROUP]!;
  const otherwise = words[block + DynWord.OTHERWISE]!;
  locateClient(decision, request, group < 0 ? null : (classTables[group] ?? null), otherwise);
  decision.outcome = Outcome.ANSWER;
  const wanted = words[block + DynWord.ANSWERS]!;
  const first = words[block + DYN_WORDS + decision.class]!;
  decision.isAllDown = !walkPools(decision, zone, block, first, wanted, health, random, Admission.HEALTHY);
  if (decision.isAllDown) decideAllDown(decision, zone, block, first, wanted, health, random);
}

/** The word offset of pool `index` of a block. */
export function poolAt(zone: ZoneTable, block: number, index: number): number {
  return zone.words[block + DynWord.POOLS_AT]! + index * POOL_WORDS;
}

/** Pool, its fallback, that one's …: the first that has something to offer is drawn from. */
function walkPools(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  first: number,
  wanted: number,
  health: HealthTable,
  random: RandomStream,
  admission: number,
): boolean {
  const words = zone.words;
  let pool = first;
  for (let steps = 0; pool >= 0 && steps < POOLS_MAX; steps++) {
    const at = poolAt(zone, block, pool);
    const endpointsAt = words[at + PoolWord.ENDPOINTS_AT]!;
    const count = words[at + PoolWord.ENDPOINT_COUNT]!;
    if (drawEndpoints(decision, zone, endpointsAt, count, wanted, health, random, admission) > 0) return true;
    pool = words[at + PoolWord.FALLBACK]!;
  }
  return false;
}

/** Every pool of the walk is exhausted: what the record's `all_down` says, and never an empty set by accident. */
function decideAllDown(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  first: number,
  wanted: number,
  health: HealthTable,
  random: RandomStream,
): void {
  const words = zone.words;
  switch (words[block + DynWord.ALL_DOWN]) {
    case AllDownCode.NODATA:
      decision.outcome = Outcome.NODATA;
      decision.count = 0;
      return;
    case AllDownCode.SERVFAIL:
      decision.outcome = Outcome.FAILURE;
      decision.count = 0;
      return;
    case AllDownCode.LAST_GOOD:
      if (walkPools(decision, zone, block, first, wanted, health, random, Admission.LAST_GOOD)) return;
      break;
    case AllDownCode.SERVE_ALL:
      if (drawFromAllPools(decision, zone, block, first, wanted, health, random)) return;
      break;
    case AllDownCode.FIRST_POOL:
      if (walkPools(decision, zone, block, first, wanted, health, random, Admission.NOT_DRAINED)) return;
      break;
    default:
      break;
  }
  const valuesAt = words[block + DynWord.VALUES_AT]!;
  const values = words[block + DynWord.VALUE_COUNT]!;
  if (drawEndpoints(decision, zone, valuesAt, values, wanted, health, random, Admission.HEALTHY) > 0) return;
  if (walkPools(decision, zone, block, first, wanted, health, random, Admission.NOT_DRAINED)) return;
  decision.outcome = Outcome.FAILURE;
}

/** A pool of the walk by its share of all weight, health set aside, then endpoints of it. */
function drawFromAllPools(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  first: number,
  wanted: number,
  health: HealthTable,
  random: RandomStream,
): boolean {
  const words = zone.words;
  // Sums reach 10^9 a pool and 10^12 over POOLS_MAX pools: the draw is by weight without the factor's 10 bits.
  let total = 0;
  for (let pool = first, steps = 0; pool >= 0 && steps < POOLS_MAX; steps++) {
    total += poolShare(zone, poolAt(zone, block, pool), health);
    pool = words[poolAt(zone, block, pool) + PoolWord.FALLBACK]!;
  }
  if (total === 0) return false;
  let rest = random.nextBelow(total);
  for (let pool = first, steps = 0; pool >= 0 && steps < POOLS_MAX; steps++) {
    const at = poolAt(zone, block, pool);
    rest -= poolShare(zone, at, health);
    if (rest < 0) {
      const endpointsAt = words[at + PoolWord.ENDPOINTS_AT]!;
      const count = words[at + PoolWord.ENDPOINT_COUNT]!;
      return drawEndpoints(decision, zone, endpointsAt, count, wanted, health, random, Admission.NOT_DRAINED) > 0;
    }
    pool = words[at + PoolWord.FALLBACK]!;
  }
  return false;
}

function poolShare(zone: ZoneTable, at: number, health: HealthTable): number {
  const endpointsAt = zone.words[at + PoolWord.ENDPOINTS_AT]!;
  const sum = sumWeights(zone, endpointsAt, zone.words[at + PoolWord.ENDPOINT_COUNT]!, health, Admission.NOT_DRAINED);
  return Math.ceil(sum / 1024);
}
