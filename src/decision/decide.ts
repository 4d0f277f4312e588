/**
 * The decision: which endpoints a client gets for one steered RRset. The conductor of this floor; pure, so that the same
 * tables, request and seed always give the same answer (02-steering: location, rule, pool order, health, pool, draw).
 *
 * Every method comes down to a walk (`WalkWord`): pools in order, the first few perhaps equals. Which walk is the client's was
 * worked out when tables were compiled, so a decision costs the same by any method.
 */

import { mixBits, type RandomStream } from '../base/random.ts';
import { type ClassTable, preferenceAt } from '../geo/class-table.ts';
import { NEAREST_GROUP } from '../geo/nearest-regions.ts';
import type { HealthTable } from '../health/health-table.ts';
import {
  AllDownCode,
  BalanceCode,
  DYN_WORDS,
  DynWord,
  PoolWord,
  STEERED_WORDS,
  SteeredWord,
  TRICKLE_BITS,
  WALK_WORDS,
  WalkEnd,
  WalkWord,
} from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { adaptiveTtl } from './adaptive-ttl.ts';
import { keyClient } from './affinity.ts';
import { type Decision, Outcome } from './decision.ts';
import { drawEndpoints } from './draw.ts';
import { Admission, weighEndpoints } from './endpoint-weight.ts';
import { locateClient } from './locate.ts';
import { openView } from './regional-view.ts';
import type { SteeringRequest } from './steering-request.ts';
import { answersWanted, drawFromPool, poolAt, walkPools } from './walk-pools.ts';

/** So that who exercises the fallback has nothing to do with who goes to which endpoint. */
const TRICKLE_SALT = 0x7472636b;

/**
 * Decides the steered RRset whose `SteeredWord`s stand at word `steered` of `zone`. Fills `decision`: outcome, RDATA
 * offsets, class and scope. `classTables` are by group id; `random` is the query's own stream.
 */
export function decide(
  decision: Decision,
  zone: ZoneTable,
  steered: number,
  request: SteeringRequest,
  classTables: readonly (ClassTable | null)[],
  health: HealthTable,
  random: RandomStream,
): void {
  const words = zone.words;
  const block = words[steered + SteeredWord.BLOCK]!;
  decision.slotsAt = steered + STEERED_WORDS;
  const group = words[block + DynWord.GROUP]!;
  const otherwise = words[block + DynWord.OTHERWISE]!;
  const table = group < 0 ? null : (classTables[group] ?? null);
  locateClient(decision, request, table, otherwise);
  const { view } = decision;
  openView(view, request, classTables[NEAREST_GROUP] ?? null);
  decision.outcome = Outcome.ANSWER;
  decision.balance = words[block + DynWord.BALANCE]!;
  const sticky = words[block + DynWord.STICKY]!;
  decision.isKeyed = sticky !== 0;
  decision.isSpread = false;
  if (decision.isKeyed) stickClient(decision, request, sticky);
  const row = decision.class - words[block + DynWord.CLASS_COUNT]!;
  if (row < 0 || table === null) {
    decision.walk = words;
    decision.walkAt = words[block + DYN_WORDS + decision.class]!;
  } else {
    decision.walk = table.preferences;
    decision.walkAt = preferenceAt(table, row);
  }
  const trickle = words[block + DynWord.TRICKLE]!;
  decision.isTrickled = trickle !== 0 && exerciseFallback(decision, zone, block, health, random, trickle);
  decision.isAllDown = !decision.isTrickled && !walkOn(decision, zone, block, health, random, Admission.HEALTHY);
  if (decision.isAllDown && view.hasAvoided) {
    // What only the regions near the client think dead goes before what is.
    view.isIgnored = true;
    decision.isAllDown = !walkOn(decision, zone, block, health, random, Admission.HEALTHY);
  }
  if (decision.isAllDown) decideAllDown(decision, zone, block, health, random);
  if (view.scope > decision.scope) decision.scope = view.scope;
  decision.ttlSeconds = words[block + DynWord.TTL_MAX] === 0 ? 0 : adaptiveTtl(decision, zone, block, health);
}

/** Lets choices follow the client's prefix, unless by `hash` a source that tells no subnet is too heavy for one endpoint. */
function stickClient(decision: Decision, request: SteeringRequest, sticky: number): void {
  keyClient(decision, request, sticky);
  if (decision.balance !== BalanceCode.HASH || decision.isBySubnet) return;
  decision.isSpread = decision.toldSpread ?? decision.heavy.note(decision.key);
  decision.isKeyed = !decision.isSpread;
}

/**
 * Sends the share `trickle` of clients to the pool that would come next, so that it is known to work, and warm, when it is needed.
 * False: not this client, or there is nothing to send it to.
 */
function exerciseFallback(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  health: HealthTable,
  random: RandomStream,
  trickle: number,
): boolean {
  const bits = decision.isKeyed ? mixBits(decision.key ^ TRICKLE_SALT) : random.nextBits();
  if (bits >>> (32 - TRICKLE_BITS) >= trickle) return false;
  const { walk, walkAt } = decision;
  const behind = Math.max(1, walk[walkAt + WalkWord.TIES]!);
  if (behind >= walk[walkAt + WalkWord.COUNT]!) return false;
  return drawFromPool(decision, zone, block, walk[walkAt + WALK_WORDS + behind]!, health, random, Admission.HEALTHY);
}

/** The client's walk and the one that follows it. */
function walkOn(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  health: HealthTable,
  random: RandomStream,
  admission: number,
): boolean {
  const { walk, walkAt } = decision;
  if (walkPools(decision, zone, block, walk, walkAt, health, random, admission)) return true;
  const next = walk[walkAt + WalkWord.NEXT]!;
  if (next < 0) return false;
  const nextAt = zone.words[block + DYN_WORDS + next]!;
  return walkPools(decision, zone, block, zone.words, nextAt, health, random, admission);
}

/** Every pool of the walk is exhausted: what its fence or the record's `all_down` says, and never an empty set by accident. */
function decideAllDown(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  health: HealthTable,
  random: RandomStream,
): void {
  const end = decision.walk[decision.walkAt + WalkWord.NEXT]!;
  const allDown = zone.words[block + DynWord.ALL_DOWN]!;
  let isDecided = false;
  if (end === WalkEnd.SERVE_ANYWAY) {
    // Who is fenced in gets dead addresses of inside rather than any of outside.
    isDecided = walkAnyway(decision, zone, block, health, random) || endWith(decision, Outcome.FAILURE);
  } else if (end === WalkEnd.NODATA || allDown === AllDownCode.NODATA) {
    isDecided = endWith(decision, Outcome.NODATA);
  } else if (allDown === AllDownCode.SERVFAIL) {
    isDecided = endWith(decision, Outcome.FAILURE);
  } else if (allDown === AllDownCode.LAST_GOOD) {
    isDecided = walkOn(decision, zone, block, health, random, Admission.LAST_GOOD);
  } else if (allDown === AllDownCode.SERVE_ALL) {
    isDecided = drawFromAllPools(decision, zone, block, health, random);
  } else if (allDown === AllDownCode.FIRST_POOL) {
    isDecided = walkAnyway(decision, zone, block, health, random);
  }
  if (isDecided || drawFromValues(decision, zone, block, health, random)) return;
  if (walkAnyway(decision, zone, block, health, random)) return;
  endWith(decision, Outcome.FAILURE);
}

/** The walk without regard to `min_healthy`, then without regard to health: what lives goes before what is dead. */
function walkAnyway(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  health: HealthTable,
  random: RandomStream,
): boolean {
  if (walkOn(decision, zone, block, health, random, Admission.ALIVE)) return true;
  return walkOn(decision, zone, block, health, random, Admission.NOT_DRAINED);
}

/** The record's own values, which are not checked. */
function drawFromValues(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  health: HealthTable,
  random: RandomStream,
): boolean {
  const { words } = zone;
  const valuesAt = words[block + DynWord.VALUES_AT]!;
  const values = words[block + DynWord.VALUE_COUNT]!;
  const wanted = words[block + DynWord.ANSWERS]!;
  decision.pool = -1;
  return drawEndpoints(decision, zone, valuesAt, values, wanted, health, random, Admission.HEALTHY) > 0;
}

/** Nothing to answer with; true, since that is a decision. */
function endWith(decision: Decision, outcome: number): true {
  decision.outcome = outcome;
  decision.count = 0;
  decision.pool = -1;
  return true;
}

/** A pool of the walk by its share of all weight, health set aside, then endpoints of it. */
function drawFromAllPools(
  decision: Decision,
  zone: ZoneTable,
  block: number,
  health: HealthTable,
  random: RandomStream,
): boolean {
  const words = zone.words;
  // The walk that follows holds all pools of the one before it.
  const next = decision.walk[decision.walkAt + WalkWord.NEXT]!;
  const walk = next < 0 ? decision.walk : words;
  const walkAt = next < 0 ? decision.walkAt : words[block + DYN_WORDS + next]!;
  const poolsAt = walkAt + WALK_WORDS;
  const end = poolsAt + walk[walkAt + WalkWord.COUNT]!;
  // Sums reach 10^9 a pool and 10^12 over POOLS_MAX pools: the draw is by weight without the factor's 10 bits.
  let total = 0;
  for (let i = poolsAt; i < end; i++) {
    total += weightOfPool(decision, zone, poolAt(zone, block, walk[i]!), health);
  }
  if (total === 0) return false;
  let rest = random.nextBelow(total);
  for (let i = poolsAt; i < end; i++) {
    const at = poolAt(zone, block, walk[i]!);
    rest -= weightOfPool(decision, zone, at, health);
    if (rest >= 0) continue;
    const endpointsAt = words[at + PoolWord.ENDPOINTS_AT]!;
    const count = words[at + PoolWord.ENDPOINT_COUNT]!;
    const wanted = answersWanted(zone, block, decision.slotsAt, endpointsAt, health);
    decision.pool = walk[i]!;
    return drawEndpoints(decision, zone, endpointsAt, count, wanted, health, random, Admission.NOT_DRAINED) > 0;
  }
  return false;
}

function weightOfPool(decision: Decision, zone: ZoneTable, at: number, health: HealthTable): number {
  const endpointsAt = zone.words[at + PoolWord.ENDPOINTS_AT]!;
  const count = zone.words[at + PoolWord.ENDPOINT_COUNT]!;
  const sum = weighEndpoints(decision, zone, endpointsAt, count, health, Admission.NOT_DRAINED);
  return Math.ceil(sum / 1024);
}
