/**
 * What a change would do to one record: how much of its clients each pool gets before and after, who changes endpoint, how much
 * farther they go, and which pool would pass what it can bear. Exact over the cells of clients handed in (`expected-shares` is
 * the query's own kernel); pure, so that a whole table of failures is reckoned in one go.
 *
 * Load is planned load: so much in all that with everything up and nothing shifted the pools that state a capacity carry together
 * the sum of their targets, or as much as the operator says.
 */

import type { ClientCell } from '../geo/client-cells.ts';
import type { HealthTable } from '../health/health-table.ts';
import type { Capacity } from '../zone/zone-model.ts';
import { DistanceHistogram } from './distance-histogram.ts';
import {
  type AnswerNumbers,
  type Expectation,
  expectationOf,
  isValuesSource,
  poolOfSource,
  type SteeredRRset,
  type Survey,
  surveyRRset,
} from './expected-shares.ts';
import { movedBetween } from './moved-share.ts';

/** One record, and what is known of its pools (in the order of the file). */
export type PlannedRecord = {
  readonly rrset: SteeredRRset;
  readonly pools: ReadonlyArray<{
    readonly name: string;
    readonly region: string | null;
    readonly capacity: Capacity | null;
  }>;
  /** Kilometres to each pool's region by location class, NaN or null where it is not known. */
  readonly distances: ReadonlyArray<Float64Array | null>;
};

/** Shares of all clients of the record; they sum to 1. */
export type PoolShares = {
  readonly pools: Float64Array;
  /** Answered with the record's own values. */
  readonly values: number;
  /** Without any record. */
  readonly nothing: number;
};

/** A record in one state of health, over one side of the cells. */
export type RecordState = { readonly survey: Survey; readonly side: Side; readonly shares: PoolShares };

/** Of which of a cell's classes the tables of a state are. */
export type Side = 'before' | 'after';

/** What differs between two states. */
export type RecordMove = {
  /** Share of clients that get another endpoint. */
  readonly moved: number;
  readonly added: DistanceHistogram;
};

/** Clients that go from one pool to another. */
type PoolMove = { readonly from: number; readonly to: number; readonly share: number };
type Difference = { readonly moved: number; readonly moves: readonly PoolMove[] };

/** Loads that differ by less are equal: what rounding makes of a load that is exactly the maximum does not pass it. */
const LOAD_EPSILON = 1e-9;

/** The record under `health`; states to be compared have `numbers` in common. `side`: of which classes its tables are. */
export function recordState(
  { rrset }: PlannedRecord,
  cells: readonly ClientCell[],
  side: Side,
  health: HealthTable,
  numbers: AnswerNumbers,
): RecordState {
  const survey = surveyRRset(rrset, health, numbers);
  const pools = new Float64Array(survey.poolCount);
  let values = 0;
  let nothing = 0;
  for (const cell of cells) {
    const { sources, shares } = expectationOf(survey, cell[side]);
    for (const [i, source] of sources.entries()) {
      const pool = poolOfSource(survey, source);
      if (pool >= 0) pools[pool]! += cell.share * shares[i]!;
      else if (isValuesSource(survey, source)) values += cell.share * shares[i]!;
      else nothing += cell.share * shares[i]!;
    }
  }
  return { survey, side, shares: { pools, values, nothing } };
}

/** Who moves from `before` to `after`, and how far; both over the same cells. */
export function compareStates(
  { distances }: PlannedRecord,
  cells: readonly ClientCell[],
  before: RecordState,
  after: RecordState,
): RecordMove {
  const added = new DistanceHistogram();
  const known = new Map<number, Difference>();
  let moved = 0;
  for (const cell of cells) {
    const p = expectationOf(before.survey, cell[before.side]);
    const q = expectationOf(after.survey, cell[after.side]);
    const key = p.id * 0x100000 + q.id;
    const difference = known.get(key) ?? differenceOf(before.survey, p, after.survey, q);
    known.set(key, difference);
    moved += cell.share * difference.moved;
    for (const { from, to, share } of difference.moves) {
      const [near, far] = [distances[from] ?? null, distances[to] ?? null];
      if (near !== null && far !== null) addDistances(added, cell, near, far, share);
    }
  }
  return { moved: Math.min(1, moved), added };
}

/** The share `share` of a cell's clients goes from a pool as far as `near` says to one as far as `far` says. */
function addDistances(
  added: DistanceHistogram,
  { places, shares }: ClientCell,
  near: Float64Array,
  far: Float64Array,
  share: number,
): void {
  for (let i = 0; i < places.length; i++) {
    const km = far[places[i]!]! - near[places[i]!]!;
    if (!Number.isNaN(km)) added.add(km, shares[i]! * share);
  }
}

/** Load of the whole record in the unit of its capacities, by how `planned` shares it out; null: no capacity says. */
export function plannedLoad(record: PlannedRecord, planned: PoolShares): number | null {
  let target = 0;
  let share = 0;
  for (const [i, { capacity }] of record.pools.entries()) {
    if (capacity === null) continue;
    target += capacity.target;
    share += planned.pools[i]!;
  }
  return share > 0 ? target / share : null;
}

/** By how much a load passes what the pool can bear; 0: it does not. */
export function excessOf(load: number, capacity: Capacity | null): number {
  return capacity === null || load <= capacity.max * (1 + LOAD_EPSILON) ? 0 : load - capacity.max;
}

function differenceOf(before: Survey, p: Expectation, after: Survey, q: Expectation): Difference {
  const moved = movedBetween(before, p, after, q);
  return { moved, moves: moved === 0 ? [] : poolMoves(poolShares(before, p), poolShares(after, q)) };
}

function poolShares(survey: Survey, { sources, shares }: Expectation): Map<number, number> {
  const pools = new Map<number, number>();
  for (const [i, source] of sources.entries()) {
    const pool = poolOfSource(survey, source);
    pools.set(pool, (pools.get(pool) ?? 0) + shares[i]!);
  }
  return pools;
}

/** What pools lose goes to those that gain, in proportion; nobody moves who need not. */
function poolMoves(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): PoolMove[] {
  const losses: [number, number][] = [];
  const gains: [number, number][] = [];
  let total = 0;
  for (const pool of new Set([...before.keys(), ...after.keys()])) {
    const gain = (after.get(pool) ?? 0) - (before.get(pool) ?? 0);
    if (gain > 0) gains.push([pool, gain]);
    if (gain < 0) losses.push([pool, -gain]);
    total += Math.max(0, gain);
  }
  return losses.flatMap(([from, loss]) => gains.map(([to, gain]) => ({ from, to, share: (loss * gain) / total })));
}
