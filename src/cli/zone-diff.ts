/**
 * What differs between two states of some zones, as plain data: names that came, went or say something else, weights, and for every
 * steered record that both have the share of its clients that get another endpoint, M = 1/2 sum |p - p'|, with all endpoints up. The
 * form is that of `zone diff --json` (a contract: fields are added, never changed).
 */

import type { AnswerNumbers } from '../decision/expected-shares.ts';
import { compareStates, recordState } from '../decision/what-if.ts';
import { wordsOfNothing } from '../decision/what-if-report.ts';
import { NO_LATENCY_FACTS } from '../geo/pool-costs.ts';
import { diffZones, summariseZone } from '../server/zone-changes.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { CommandFailure } from './command-failure.ts';
import { type DemandReport, NO_EDITS, readGround } from './what-if-ground.ts';

/** Clients of one record that change endpoint, and the share of each pool. */
export type RecordShift = {
  readonly name: string;
  readonly type: string;
  /** 0..1 */
  readonly movedShare: number;
  readonly pools: ReadonlyArray<{ readonly pool: string; readonly before: number; readonly after: number }>;
};

/** One zone; `added` and `removed` as a whole where only one side has it. Records are `NAME TYPE`. */
export type ZoneDifference = {
  readonly zone: string;
  readonly state: 'same' | 'changed' | 'added' | 'removed';
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** `www.example.com. A eu 192.0.2.1: 3 -> 5` */
  readonly weights: readonly string[];
  /** Steered records that changed; null where there is no sound geo data to count clients by. */
  readonly shifts: readonly RecordShift[] | null;
};

export type ZonesDifference = {
  readonly same: boolean;
  readonly zones: readonly ZoneDifference[];
  /** How clients were counted; null where they were not. */
  readonly demand: DemandReport | null;
  readonly notes: readonly string[];
};

export type DiffRequest = { readonly geoDataDir: string; readonly demand: string | null };

/** Compares by zone, whatever the files are called. */
export function diffModels(
  before: readonly ZoneModel[],
  after: readonly ZoneModel[],
  request: DiffRequest,
): ZonesDifference {
  const old = new Map(before.map((model) => [model.originText, model]));
  const now = new Map(after.map((model) => [model.originText, model]));
  const origins = [...new Set([...old.keys(), ...now.keys()])].sort();
  const listed = origins.map((zone) => listChanges(zone, old.get(zone), now.get(zone)));
  const moved = listed.filter(({ steered }) => steered.length > 0);
  const models = moved.map(({ zone }) => old.get(zone)!);
  const counted: Counted =
    models.length === 0 ? { shifts: new Map(), demand: null, notes: [] } : countMoves(models, now, request);
  const zones = listed.map(({ steered, ...zone }): ZoneDifference => {
    const shifts = steered.length === 0 ? [] : (counted.shifts?.get(zone.zone) ?? null);
    return { ...zone, shifts: shifts?.filter(({ name, type }) => steered.includes(`${name} ${type}`)) ?? null };
  });
  const { demand, notes } = counted;
  return { same: zones.every(({ state }) => state === 'same'), zones, demand, notes };
}

type Listed = Omit<ZoneDifference, 'shifts'> & { readonly steered: readonly string[] };

function listChanges(zone: string, old: ZoneModel | undefined, now: ZoneModel | undefined): Listed {
  const summary = (model: ZoneModel | undefined) =>
    model === undefined
      ? { rrsets: new Map(), steered: new Set<string>(), weights: new Map(), isWhole: true }
      : summariseZone(model, Number.POSITIVE_INFINITY);
  const changes = diffZones(summary(old), summary(now), Number.POSITIVE_INFINITY)!;
  const { added, removed, changed, weights, steered } = changes;
  const isSame = added.length + removed.length + changed.length === 0;
  const state = old === undefined ? 'added' : now === undefined ? 'removed' : isSame ? 'same' : 'changed';
  return { zone, state, added, removed, changed, weights, steered };
}

type Counted = Pick<ZonesDifference, 'demand' | 'notes'> & {
  readonly shifts: ReadonlyMap<string, readonly RecordShift[]> | null;
};

function countMoves(
  models: readonly ZoneModel[],
  successors: ReadonlyMap<string, ZoneModel>,
  { geoDataDir, demand }: DiffRequest,
): Counted {
  let read: ReturnType<typeof readGround>;
  try {
    read = readGround({ models, geoDataDir, demand, name: null, edits: NO_EDITS, successors, facts: NO_LATENCY_FACTS });
  } catch (error) {
    // A demand file was asked for; geo data is only there or not.
    if (demand !== null || !(error instanceof CommandFailure)) throw error;
    return { shifts: null, demand: null, notes: [`how many clients move is not known: ${error.message}`] };
  }
  const words = wordsOfNothing(read.ground);
  const shifts = new Map<string, RecordShift[]>();
  for (const { zone, name, type, before, after, cells } of read.ground.records) {
    const numbers: AnswerNumbers = new Map();
    const old = recordState(before, cells, 'before', words, numbers);
    const now = recordState(after, cells, 'after', words, numbers);
    const { moved } = compareStates(after, cells, old, now);
    const names = [...new Set([...before.pools, ...after.pools].map((pool) => pool.name))];
    const shareOf = (pools: typeof before.pools, shares: Float64Array, pool: string) =>
      rounded(shares[pools.findIndex((each) => each.name === pool)] ?? 0);
    const pools = names.map((pool) => ({
      pool,
      before: shareOf(before.pools, old.shares.pools, pool),
      after: shareOf(after.pools, now.shares.pools, pool),
    }));
    shifts.set(zone, [...(shifts.get(zone) ?? []), { name, type, movedShare: rounded(moved), pools }]);
  }
  return { shifts, demand: read.demand, notes: read.notes };
}

function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
