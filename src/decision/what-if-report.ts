/**
 * What-if over all records, as plain data in the form that `whatif --json` and `check --n-1 --json` print (a contract: fields are
 * added, never changed). Shares are of clients, 0..1; every record counts the same where records are taken together.
 */

import { type Progress, partOf, unwatched } from '../base/progress.ts';
import { createHealthTable, type HealthTable } from '../health/health-table.ts';
import { wordsWithout } from '../health/planned-words.ts';
import type { Capacity } from '../zone/zone-model.ts';
import { type AddedDistance, DistanceHistogram } from './distance-histogram.ts';
import type { AnswerNumbers } from './expected-shares.ts';
import { compareStates, excessOf, type PoolShares, plannedLoad, type RecordState, recordState } from './what-if.ts';
import type { Ground, GroundRecord } from './what-if-ground.ts';

/** The part of a comparison that is spent on the state before. */
const OPEN_SHARE = 0.5;

export type PoolReport = {
  readonly pool: string;
  readonly region: string | null;
  readonly before: number;
  readonly after: number;
  readonly capacity: Capacity | null;
  /** In the unit of the capacity; null where no pool of the record states one. */
  readonly loadBefore: number | null;
  readonly loadAfter: number | null;
  /** By how much `loadAfter` passes `capacity.max`; 0: it does not. */
  readonly overBy: number;
};

export type RecordReport = {
  readonly zone: string;
  readonly name: string;
  readonly type: string;
  readonly method: string;
  readonly movedShare: number;
  readonly added: AddedDistance | null;
  /** Planned load of the whole record. */
  readonly load: number | null;
  readonly pools: readonly PoolReport[];
  /** Clients answered with the record's own values, and without any record. */
  readonly values: { readonly before: number; readonly after: number };
  readonly nothing: { readonly before: number; readonly after: number };
};

/** A pool that would be over its maximum. */
export type Excess = {
  readonly zone: string;
  readonly name: string;
  readonly type: string;
  readonly pool: string;
  readonly region: string | null;
  readonly load: number;
  readonly loadBefore: number;
  readonly max: number;
  readonly unit: string;
  readonly overBy: number;
};

export type Comparison = {
  /** By region in the order of the files; null for pools without one. Without values and empty answers. */
  readonly regions: ReadonlyArray<{ readonly region: string | null; readonly before: number; readonly after: number }>;
  /** Mean over the records. */
  readonly movedShare: number;
  readonly added: AddedDistance | null;
  readonly records: readonly RecordReport[];
  readonly over: readonly Excess[];
};

/** What the loss of a region does. */
export type Loss = { readonly region: string } & Comparison;

/** The health words of one side each, and the load of each record where the operator states it. */
export type Health = { readonly before: HealthTable; readonly after: HealthTable };

/** Nothing known of any endpoint, all served. */
export function wordsOfNothing({ endpoints }: Ground): HealthTable {
  return createHealthTable(Math.max(1, endpoints.length));
}

/** Every record before and after; `load` is that of each record as the operator says, or null. */
export function compareGround(
  ground: Ground,
  health: Health,
  load: number | null,
  progress: Progress = unwatched,
): Comparison {
  const planned = wordsOfNothing(ground);
  const { records } = ground;
  const opened = records.map((record, i) => {
    progress((i / records.length) * OPEN_SHARE);
    return openRecord(record, health.before, planned, load);
  });
  return compareRecords(opened, health.after, partOf(progress, OPEN_SHARE, 1));
}

/** Every region that pools stand for, lost one at a time from what `words` say. */
export function loseEachRegion(
  ground: Ground,
  words: HealthTable,
  load: number | null,
  progress: Progress = unwatched,
): Loss[] {
  const planned = wordsOfNothing(ground);
  const opened = ground.records.map((record) => openRecord(record, words, planned, load));
  const regions = regionsOf(ground);
  return regions.map((region, i) => {
    const without = wordsWithout(words, ground.endpoints, new Set([region]));
    const part = partOf(progress, i / regions.length, (i + 1) / regions.length);
    return { region, ...compareRecords(opened, without, part) };
  });
}

/** The regions that pools stand for, in the order of the files. */
export function regionsOf({ records }: Ground): string[] {
  return [...new Set(records.flatMap(({ before }) => before.pools.flatMap(({ region }) => region ?? [])))];
}

/** A record with what is the same in all comparisons. */
type Opened = {
  readonly record: GroundRecord;
  readonly numbers: AnswerNumbers;
  readonly before: RecordState;
  readonly load: number | null;
};

function openRecord(record: GroundRecord, words: HealthTable, planned: HealthTable, load: number | null): Opened {
  const numbers: AnswerNumbers = new Map();
  const stateBy = (health: HealthTable) => recordState(record.before, record.cells, 'before', health, numbers);
  const hasCapacity = record.before.pools.some(({ capacity }) => capacity !== null);
  const planLoad = hasCapacity ? (load ?? plannedLoad(record.before, stateBy(planned).shares)) : null;
  return { record, numbers, before: stateBy(words), load: planLoad };
}

function compareRecords(opened: readonly Opened[], words: HealthTable, progress: Progress): Comparison {
  const all = new DistanceHistogram();
  const records = opened.map(({ record, numbers, before, load }, i) => {
    progress(i / opened.length);
    const after = recordState(record.after, record.cells, 'after', words, numbers);
    const { moved, added } = compareStates(record.after, record.cells, before, after);
    all.addAll(added, 1 / opened.length);
    return reportOf(record, before.shares, after.shares, load, moved, added);
  });
  const moved = records.reduce((sum, record) => sum + record.movedShare, 0);
  return {
    regions: regionShares(records),
    movedShare: records.length === 0 ? 0 : rounded(moved / records.length),
    added: all.report(),
    records,
    over: records.flatMap(excesses),
  };
}

function reportOf(
  { zone, name, type, method, after }: GroundRecord,
  old: PoolShares,
  now: PoolShares,
  load: number | null,
  movedShare: number,
  added: DistanceHistogram,
): RecordReport {
  const pools = after.pools.map(({ name: pool, region, capacity }, i): PoolReport => {
    const loadAfter = load === null ? null : rounded(load * now.pools[i]!);
    return {
      pool,
      region,
      before: rounded(old.pools[i]!),
      after: rounded(now.pools[i]!),
      capacity,
      loadBefore: load === null ? null : rounded(load * old.pools[i]!),
      loadAfter,
      overBy: loadAfter === null ? 0 : rounded(excessOf(loadAfter, capacity)),
    };
  });
  const values = { before: rounded(old.values), after: rounded(now.values) };
  const nothing = { before: rounded(old.nothing), after: rounded(now.nothing) };
  return {
    zone,
    name,
    type,
    method,
    movedShare: rounded(movedShare),
    added: added.report(),
    load: load === null ? null : rounded(load),
    pools,
    values,
    nothing,
  };
}

function excesses({ zone, name, type, pools }: RecordReport): Excess[] {
  return pools.flatMap(({ pool, region, capacity, loadBefore, loadAfter, overBy }) => {
    if (overBy === 0 || capacity === null || loadAfter === null || loadBefore === null) return [];
    const { max, unit } = capacity;
    return [{ zone, name, type, pool, region, load: loadAfter, loadBefore, max, unit, overBy }];
  });
}

function regionShares(records: readonly RecordReport[]): Comparison['regions'] {
  const sums = new Map<string | null, { before: number; after: number }>();
  for (const { pools } of records) {
    for (const { region, before, after } of pools) {
      const sum = sums.get(region) ?? { before: 0, after: 0 };
      sums.set(region, sum);
      sum.before += before / records.length;
      sum.after += after / records.length;
    }
  }
  return Array.from(sums, ([region, sum]) => ({
    region,
    before: rounded(sum.before),
    after: rounded(sum.after),
  }));
}

/** Without what the sum of many small shares leaves behind the ninth place. */
function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
