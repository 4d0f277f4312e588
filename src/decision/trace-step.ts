/**
 * Writes down a decision that has just been made: the same walk as `decide`, over the same tables, with every endpoint's
 * fate. Only for `explain`; the query's way never comes here.
 */

import { CLASS_NONROUTABLE, type ClassTable, classOf, lookupClass } from '../geo/class-table.ts';
import {
  dissentOf,
  FACTOR_ONE,
  type HealthState,
  type HealthTable,
  UNKNOWN_WORD,
  unpackHealth,
  Verdict,
} from '../health/health-table.ts';
import { typeName } from '../wire/codes.ts';
import { rdataToText } from '../wire/rdata.ts';
import {
  ALL_DOWN_ORDER,
  BALANCE_ORDER,
  BalanceCode,
  DYN_WORDS,
  DynWord,
  ENDPOINT_WORDS,
  EndpointWord,
  METHOD_ORDER,
  MIN_HEALTHY_ONE,
  PoolWord,
  StatusCode,
  TRICKLE_BITS,
  WALK_WORDS,
  WalkEnd,
  WalkWord,
} from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { rendezvousScore } from './affinity.ts';
import { type Decision, Outcome } from './decision.ts';
import { Admission, effectiveWeight, slotOf } from './endpoint-weight.ts';
import type { ChanceDraw } from './recorded-random.ts';
import type { RegionalView } from './regional-view.ts';
import { NO_TURN } from './rotation.ts';
import { traceFences, traceRules } from './rule-trace.ts';
import type { SteeringRequest } from './steering-request.ts';
import type { EndpointFate, EndpointTrace, PoolFate, PoolTrace, StepTrace, WalkTrace } from './trace.ts';
import { poolAt } from './walk-pools.ts';

const STATUS_NAMES = ['obey', 'up', 'down'] as const;

/** What is known of the decision that was just made, for the RRset of `type` at `name`. */
export type StepInput = {
  readonly name: string;
  readonly type: number;
  readonly ttlSeconds: number;
  readonly decision: Decision;
  readonly zone: ZoneTable;
  /** Word of its dynamic block. */
  readonly block: number;
  readonly request: SteeringRequest;
  readonly classTables: readonly (ClassTable | null)[];
  readonly health: HealthTable;
  /** Where rotations stood before it, and what chance gave. */
  readonly turns: Int32Array;
  readonly draws: readonly ChanceDraw[];
};

/** The record of a decision. */
export function traceStep(input: StepInput): StepTrace {
  const { name, type, decision, zone, block, request, classTables, draws } = input;
  const { words } = zone;
  const group = words[block + DynWord.GROUP]!;
  const ruleClass = ruleOf(decision, words, block);
  const isPinned = ruleClass !== null && ruleClass !== words[block + DynWord.OTHERWISE];
  const isFenced = decision.walk[decision.walkAt + WalkWord.IS_FENCED] === 1;
  const rules = ruleClass === null ? [] : traceRules(zone, block, decision.slotsAt, ruleClass);
  return {
    name,
    type: typeName(type),
    ...tracePlace(request, group < 0 ? null : (classTables[group] ?? null)),
    group,
    rule: rules[0]?.number ?? null,
    rules,
    isFenced,
    fences: isFenced ? traceFences(zone, block) : [],
    method: METHOD_ORDER[isPinned ? 0 : words[block + DynWord.METHOD]!]!,
    balance: BALANCE_ORDER[decision.balance]!,
    key: decision.isKeyed ? decision.key : null,
    keyedBy: decision.isKeyed ? (decision.isBySubnet ? 'client subnet' : 'source address') : null,
    draws,
    trickle: words[block + DynWord.TRICKLE]! / 2 ** TRICKLE_BITS,
    minHealthy: words[block + DynWord.MIN_HEALTHY]! / MIN_HEALTHY_ONE,
    isSpread: decision.isSpread,
    nearest: decision.view.isAsked ? { regions: decision.view.nearest, scope: decision.view.scope } : null,
    isNearestIgnored: decision.view.isIgnored,
    isTrickled: decision.isTrickled,
    nearTie: nearTieOf(words, block),
    tieKm: null,
    tieMs: null,
    walk: traceWalk(decision, words, block),
    scope: decision.scope,
    pools: walkedPools(decision, zone, block).map(({ pool, isEqual }) => tracePool(input, pool, isEqual)),
    outcome: describeOutcome(decision, zone, block, input.health),
    chosen: Array.from(decision.dataAt.subarray(0, decision.count), (at) => valueText(zone, at, type)),
    ...ttlOf(input),
  };
}

function nearTieOf(words: Int32Array, block: number): StepTrace['nearTie'] {
  const ratio = words[block + DynWord.TIE_RATIO]!;
  return ratio < 0 ? null : { ratio: ratio / 1e6, marginMs: words[block + DynWord.TIE_MARGIN]! / 1e3 };
}

/** The TTL that goes out, and why. */
function ttlOf({ decision, ttlSeconds, zone, block }: StepInput): Pick<StepTrace, 'ttlSeconds' | 'ttlReason'> {
  if (decision.outcome === Outcome.FAILURE) return { ttlSeconds: 0, ttlReason: 'a SERVFAIL has none' };
  if (decision.outcome === Outcome.NODATA)
    return { ttlSeconds: zone.negativeTtl, ttlReason: 'of negative answers, by the SOA (RFC 2308 5)' };
  return { ttlSeconds, ttlReason: ttlReason(decision, zone.words, block) };
}

function ttlReason(decision: Decision, words: Int32Array, block: number): string {
  if (decision.ttlSeconds === 0) return "the record's own";
  const shortest = words[block + DynWord.TTL_MIN]!;
  if (decision.isAllDown) return 'the shortest: every pool is exhausted';
  if (shortest === words[block + DynWord.TTL_MAX]) return 'its bounds leave no other';
  if (decision.ttlSeconds === words[block + DynWord.TTL_MAX]) return 'the longest: no endpoint asked for less';
  return decision.ttlSeconds === shortest
    ? 'the shortest: an endpoint asked for that or less'
    : 'the shortest that an endpoint consulted asked for';
}

/** The rule of the client's class. Classes beyond the rules are places; behind their walk comes that of their rule, if anything. */
function ruleOf(decision: Decision, words: Int32Array, block: number): number | null {
  if (decision.class < words[block + DynWord.CLASS_COUNT]!) return decision.class;
  const next = decision.walk[decision.walkAt + WalkWord.NEXT]!;
  return next >= 0 ? next : null;
}

/** The pools looked at, in order and once each: equals all together, then up to the one that was drawn from. */
function walkedPools(decision: Decision, zone: ZoneTable, block: number): { pool: number; isEqual: boolean }[] {
  const { walk, walkAt } = decision;
  const poolsOf = (row: Int32Array, at: number) =>
    Array.from(row.subarray(at + WALK_WORDS, at + WALK_WORDS + row[at + WalkWord.COUNT]!));
  const ties = walk[walkAt + WalkWord.TIES]!;
  const next = walk[walkAt + WalkWord.NEXT]!;
  const own = poolsOf(walk, walkAt);
  const all = next < 0 ? own : [...own, ...poolsOf(zone.words, zone.words[block + DYN_WORDS + next]!)];
  const order = [...new Set(all)];
  const drawn = decision.isAllDown ? -1 : order.indexOf(decision.pool);
  // Whether to exercise the fallback was asked before anything else, and it may have had nothing to offer.
  const asked = zone.words[block + DynWord.TRICKLE] === 0 ? ties : Math.max(1, ties) + 1;
  const end = drawn < 0 ? order.length : Math.max(drawn + 1, asked);
  return order.slice(0, end).map((pool, i) => ({ pool, isEqual: ties > 1 && i < ties }));
}

/** The walk, where measurements had a part in it. */
function traceWalk({ class: classId, walk, walkAt }: Decision, words: Int32Array, block: number): WalkTrace | null {
  const base = words[block + DynWord.CLASS_COUNT]!;
  if (classId < base || METHOD_ORDER[words[block + DynWord.METHOD]!] !== 'latency') return null;
  const poolsAt = walkAt + WALK_WORDS;
  return {
    pools: [...walk.subarray(poolsAt, poolsAt + walk[walkAt + WalkWord.COUNT]!)],
    ties: walk[walkAt + WalkWord.TIES]!,
    next: walk[walkAt + WalkWord.NEXT]!,
    base,
    poolCount: words[block + DynWord.POOL_COUNT]!,
  };
}

function tracePlace(request: SteeringRequest, table: ClassTable | null): Pick<StepTrace, 'placedBy' | 'subnetNote'> {
  if (table === null) return { placedBy: 'not needed', subnetNote: null };
  const { subnet } = request;
  if (subnet.family === 0) return { placedBy: 'source address', subnetNote: null };
  if (subnet.sourceLength === 0) {
    return {
      placedBy: 'source address',
      subnetNote: 'source prefix length 0: the client asks not to be placed (RFC 7871 7.1.2)',
    };
  }
  if (classOf(lookupClass(table, subnet.family, subnet.words)) === CLASS_NONROUTABLE) {
    return {
      placedBy: 'source address',
      subnetNote: 'not a globally routable address, and no network or rule names it',
    };
  }
  return { placedBy: 'client subnet', subnetNote: null };
}

function tracePool(input: StepInput, pool: number, isEqual: boolean): PoolTrace {
  const { decision, zone, block, health } = input;
  const { words } = zone;
  const at = poolAt(zone, block, pool);
  const endpointsAt = words[at + PoolWord.ENDPOINTS_AT]!;
  const endpoints: EndpointTrace[] = [];
  let eligibleWeight = 0;
  let configured = 0;
  let healthy = 0;
  for (let i = 0; i < words[at + PoolWord.ENDPOINT_COUNT]!; i++) {
    const endpointAt = endpointsAt + i * ENDPOINT_WORDS;
    const weight = effectiveWeight(zone, decision.slotsAt, endpointAt, health, Admission.HEALTHY, viewTaken(decision));
    const own = words[endpointAt + EndpointWord.WEIGHT]! & 0xffff;
    eligibleWeight += weight;
    configured += own;
    healthy += weight > 0 ? own : 0;
    const isChosen = decision.pool === pool && decision.drawn.subarray(0, decision.count).includes(i);
    endpoints.push(traceEndpoint(input, endpointAt, isChosen));
  }
  return {
    pool: poolName(zone, at),
    share: isEqual ? words[at + PoolWord.SHARE]! : null,
    region: textAt(zone, words[at + PoolWord.REGION]!),
    bias: words[at + PoolWord.BIAS]!,
    cost: null,
    endpoints,
    eligibleWeight: eligibleWeight / FACTOR_ONE,
    healthyShare: configured === 0 ? 0 : healthy / configured,
    fate: poolFate(input, pool, healthy, configured),
  };
}

/** The view that the decision took; one that it did not ask for is not asked now. */
function viewTaken({ view }: Decision): RegionalView | null {
  return view.isAsked ? view : null;
}

function poolFate({ decision, zone, block }: StepInput, pool: number, healthy: number, configured: number): PoolFate {
  if (decision.pool === pool && decision.count > 0) return 'drawn from';
  if (healthy === 0) return 'no endpoint eligible';
  const least = configured * zone.words[block + DynWord.MIN_HEALTHY]!;
  return healthy * MIN_HEALTHY_ONE < least ? 'below min_healthy' : 'not chosen';
}

function poolName(zone: ZoneTable, at: number): string {
  return textAt(zone, zone.words[at + PoolWord.NAME]!) ?? '';
}

/** The text at an octet offset; null at 0. */
function textAt(zone: ZoneTable, at: number): string | null {
  if (at === 0) return null;
  // A view of shared memory cannot be decoded directly; the copy is a few octets.
  return new TextDecoder().decode(zone.bytes.slice(at + 1, at + 1 + zone.bytes[at]!));
}

function traceEndpoint(input: StepInput, at: number, isChosen: boolean): EndpointTrace {
  const { decision, zone, type, health, turns } = input;
  const packed = zone.words[at + EndpointWord.WEIGHT]!;
  const slot = slotOf(zone, decision.slotsAt, at);
  const word = slot < 0 ? null : health[slot]!;
  const state = unpackHealth(word ?? UNKNOWN_WORD);
  const status = packed >> 16;
  const weight = effectiveWeight(zone, decision.slotsAt, at, health, Admission.HEALTHY, viewTaken(decision));
  const turn = decision.balance === BalanceCode.ROUND_ROBIN && slot >= 0 ? (turns[slot] ?? NO_TURN) : NO_TURN;
  return {
    slot,
    value: valueText(zone, zone.words[at + EndpointWord.DATA]!, type),
    weight: packed & 0xffff,
    status: STATUS_NAMES[status]!,
    verdict: state.verdict,
    factor: state.factor / FACTOR_ONE,
    fate: weight > 0 ? 'eligible' : fateOf(status, state),
    isChosen,
    isShifted: state.shifted,
    isSuspect: state.suspect,
    isLastGood: state.lastGood,
    ttlWish: status === StatusCode.OBEY && state.ttlSeconds > 0 ? state.ttlSeconds : null,
    word,
    dissent: slot >= 0 && state.disputed ? dissentOf(health, slot) : 0,
    turn: turn === NO_TURN ? null : turn,
    score:
      decision.isKeyed && weight > 0
        ? rendezvousScore(decision.key, zone.words[at + EndpointWord.IDENTITY]!, weight)
        : null,
  };
}

/** Why its weight is nothing. */
function fateOf(status: number, state: HealthState): EndpointFate {
  if (status === StatusCode.DOWN) return 'status down';
  if (status === StatusCode.OBEY && state.barred) return state.verdict === Verdict.DOWN ? 'down' : 'held back';
  return state.factor === 0 ? 'drained' : 'down nearby';
}

/** Where the answer came from, by the steps of `decideAllDown`. */
function describeOutcome(decision: Decision, zone: ZoneTable, block: number, health: HealthTable): string {
  const at = decision.pool < 0 ? -1 : poolAt(zone, block, decision.pool);
  if (!decision.isAllDown) return `pool ${poolName(zone, at)}`;
  const end = decision.walk[decision.walkAt + WalkWord.NEXT]!;
  const allDown = ALL_DOWN_ORDER[zone.words[block + DynWord.ALL_DOWN]!] ?? 'values';
  const exit = end === WalkEnd.SERVE_ANYWAY ? 'serve_anyway' : end === WalkEnd.NODATA ? 'nodata' : null;
  const why =
    exit === null
      ? `every pool exhausted; all_down: ${allDown}`
      : `every pool of the fence exhausted; on_down: ${exit}`;
  if (decision.outcome === Outcome.NODATA) return why;
  if (decision.outcome === Outcome.FAILURE)
    return allDown === 'servfail' && exit === null ? why : `${why}, and nothing is left: SERVFAIL`;
  if (at < 0) return allDown === 'values' ? why : `${why} has none, so the record's own values`;
  const pool = `pool ${poolName(zone, at)}`;
  if (exit === null && allDown === 'serve_all') return `${why}: ${pool}, by weight and whatever its health`;
  const endpointAt = zone.words[at + PoolWord.ENDPOINTS_AT]! + decision.drawn[0]! * ENDPOINT_WORDS;
  const may = (admission: number) => effectiveWeight(zone, decision.slotsAt, endpointAt, health, admission, null) > 0;
  if (exit === null && allDown === 'last_good' && may(Admission.LAST_GOOD))
    return `${why}: ${pool}, of those that were the last to be healthy`;
  const isAsked = exit !== null || allDown === 'first_pool';
  const what = isAsked ? `${why}: ${pool}` : `${why} has none, and there are no values: ${pool}`;
  return may(Admission.ALIVE) ? `${what}, what lives of it` : `${what}, although down`;
}

/** Presentation form of the RDATA image at octet `at`. */
function valueText(zone: ZoneTable, at: number, type: number): string {
  const length = (zone.bytes[at]! << 8) | zone.bytes[at + 1]!;
  return rdataToText(type, zone.bytes, at + 3 + 2 * zone.bytes[at + 2]!, length);
}
