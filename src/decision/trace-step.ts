/**
 * Writes down a decision that has just been made: the same walk as `decide`, over the same tables, with every endpoint's
 * fate. Only for `explain`; the query's way never comes here.
 */

import { CLASS_NONROUTABLE, type ClassTable, classOf, lookupClass } from '../geo/class-table.ts';
import { FACTOR_ONE, type HealthTable, UNKNOWN_WORD, unpackHealth } from '../health/health-table.ts';
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
  PoolWord,
  StatusCode,
  WALK_WORDS,
  WalkEnd,
  WalkWord,
} from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { rendezvousScore } from './affinity.ts';
import { type Decision, Outcome } from './decision.ts';
import { Admission, effectiveWeight, slotOf } from './endpoint-weight.ts';
import { NO_TURN } from './rotation.ts';
import type { SteeringRequest } from './steering-request.ts';
import type { EndpointTrace, PoolTrace, StepTrace } from './trace.ts';
import { poolAt } from './walk-pools.ts';

const STATUS_NAMES = ['obey', 'up', 'down'] as const;

/** The record of `decision`, made for the RRset of `type` at `name` whose block stands at word `block`. */
export function traceStep(
  name: string,
  type: number,
  ttlSeconds: number,
  decision: Decision,
  zone: ZoneTable,
  block: number,
  request: SteeringRequest,
  classTables: readonly (ClassTable | null)[],
  health: HealthTable,
  turns: Int32Array,
): StepTrace {
  const words = zone.words;
  const pools = walkedPools(decision, zone, block).map(({ pool, isEqual }) =>
    tracePool(decision, zone, poolAt(zone, block, pool), type, health, isEqual, turns),
  );
  const from = decision.isAllDown || decision.pool < 0 ? null : poolName(zone, poolAt(zone, block, decision.pool));
  const group = words[block + DynWord.GROUP]!;
  const rule = ruleOf(decision, words, block);
  const isPinned = rule !== null && rule !== words[block + DynWord.OTHERWISE];
  const chosen = Array.from(decision.dataAt.subarray(0, decision.count), (at) => valueText(zone, at, type));
  return {
    name,
    type: typeName(type),
    ...tracePlace(request, group < 0 ? null : (classTables[group] ?? null)),
    group,
    rule: rule === null ? null : rule + 1,
    isFenced: decision.walk[decision.walkAt + WalkWord.IS_FENCED] === 1,
    method: METHOD_ORDER[isPinned ? 0 : words[block + DynWord.METHOD]!]!,
    balance: BALANCE_ORDER[decision.balance]!,
    key: decision.isKeyed ? decision.key : null,
    isTrickled: decision.isTrickled,
    nearTie: nearTieOf(words, block),
    tieKm: null,
    scope: decision.scope,
    pools,
    outcome: describeOutcome(decision, from, ALL_DOWN_ORDER[words[block + DynWord.ALL_DOWN]!] ?? 'values'),
    chosen,
    ttlSeconds,
    ttlReason: ttlReason(decision, words, block),
  };
}

function nearTieOf(words: Int32Array, block: number): StepTrace['nearTie'] {
  const ratio = words[block + DynWord.TIE_RATIO]!;
  return ratio < 0 ? null : { ratio: ratio / 1e6, marginMs: words[block + DynWord.TIE_MARGIN]! / 1e3 };
}

function ttlReason(decision: Decision, words: Int32Array, block: number): string {
  if (decision.ttlSeconds === 0) return "the record's own";
  const shortest = words[block + DynWord.TTL_MIN]!;
  if (decision.isAllDown) return 'the shortest: every pool is exhausted';
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

function tracePool(
  decision: Decision,
  zone: ZoneTable,
  at: number,
  type: number,
  health: HealthTable,
  isEqual: boolean,
  turns: Int32Array,
): PoolTrace {
  const endpointsAt = zone.words[at + PoolWord.ENDPOINTS_AT]!;
  const endpoints: EndpointTrace[] = [];
  let eligibleWeight = 0;
  for (let i = 0; i < zone.words[at + PoolWord.ENDPOINT_COUNT]!; i++) {
    const endpointAt = endpointsAt + i * ENDPOINT_WORDS;
    eligibleWeight += effectiveWeight(zone, decision.slotsAt, endpointAt, health, Admission.HEALTHY);
    endpoints.push(traceEndpoint(decision, zone, endpointAt, type, health, turns));
  }
  return {
    pool: poolName(zone, at),
    share: isEqual ? zone.words[at + PoolWord.SHARE]! : null,
    region: textAt(zone, zone.words[at + PoolWord.REGION]!),
    bias: zone.words[at + PoolWord.BIAS]!,
    cost: null,
    endpoints,
    eligibleWeight: eligibleWeight / FACTOR_ONE,
  };
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

function traceEndpoint(
  decision: Decision,
  zone: ZoneTable,
  at: number,
  type: number,
  health: HealthTable,
  turns: Int32Array,
): EndpointTrace {
  const packed = zone.words[at + EndpointWord.WEIGHT]!;
  const slot = slotOf(zone, decision.slotsAt, at);
  const word = slot < 0 ? null : health[slot]!;
  const state = unpackHealth(word ?? UNKNOWN_WORD);
  const status = packed >> 16;
  const weight = effectiveWeight(zone, decision.slotsAt, at, health, Admission.HEALTHY);
  const barred = status === StatusCode.OBEY && state.barred ? 'down' : 'weight 0 by override or ramp';
  const turn = decision.balance === BalanceCode.ROUND_ROBIN && slot >= 0 ? (turns[slot] ?? NO_TURN) : NO_TURN;
  return {
    slot,
    value: valueText(zone, zone.words[at + EndpointWord.DATA]!, type),
    weight: packed & 0xffff,
    status: STATUS_NAMES[status]!,
    verdict: state.verdict,
    factor: state.factor / FACTOR_ONE,
    fate: weight > 0 ? 'eligible' : status === StatusCode.DOWN ? 'status down' : barred,
    word,
    turn: turn === NO_TURN ? null : turn,
    score:
      decision.isKeyed && weight > 0
        ? rendezvousScore(decision.key, zone.words[at + EndpointWord.IDENTITY]!, weight)
        : null,
  };
}

function describeOutcome(decision: Decision, from: string | null, allDown: string): string {
  if (from !== null) return `pool ${from}`;
  const end = decision.walk[decision.walkAt + WalkWord.NEXT]!;
  if (end === WalkEnd.SERVE_ANYWAY) return 'every pool of the fence exhausted; on_down: serve_anyway';
  if (end === WalkEnd.NODATA) return 'every pool of the fence exhausted; on_down: nodata';
  if (decision.outcome === Outcome.NODATA) return 'every pool exhausted; all_down: nodata';
  if (decision.outcome === Outcome.FAILURE) return 'every pool exhausted; all_down: servfail';
  return `every pool exhausted; all_down: ${allDown}`;
}

/** Presentation form of the RDATA image at octet `at`. */
function valueText(zone: ZoneTable, at: number, type: number): string {
  const length = (zone.bytes[at]! << 8) | zone.bytes[at + 1]!;
  return rdataToText(type, zone.bytes, at + 3 + 2 * zone.bytes[at + 2]!, length);
}
