/**
 * A change that somebody thinks of, against what is: regions lost, pools weighed otherwise, or an operator's shift. The same for the
 * command `whatif`, `shift add` and the admin API. Pure.
 */

import { type Progress, unwatched } from '../base/progress.ts';
import type { HealthTable } from '../health/health-table.ts';
import { isOverrideFor, type Override } from '../health/override.ts';
import { wordsShifted, wordsWithout } from '../health/planned-words.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { type Ground, isEdited, type PoolEdits } from './what-if-ground.ts';
import { type Comparison, compareGround, type Excess, regionsOf } from './what-if-report.ts';

/** What cannot be asked; the message says why. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

export type PlannedChange = {
  readonly down: readonly string[];
  readonly edits: PoolEdits;
  /** Name that the ground was limited to, as the operator wrote it; null: none. */
  readonly name: string | null;
  /** Load of each record, where the operator states it. */
  readonly load: number | null;
};

/** A what-if in the form that `whatif --json` prints, but for where its numbers come from. */
export type PlannedComparison = Comparison & {
  readonly ok: boolean;
  readonly change: { readonly down: readonly string[] } & PoolEdits;
  readonly notes: readonly string[];
};

/** What rounding may do to a load. */
const LOAD_EPSILON = 1e-9;

/** What `change` does to the records of `ground`, from the words `before`. Throws {@link PlanError}. `progress` is told record by record. */
export function compareChange(
  ground: Ground,
  before: HealthTable,
  change: PlannedChange,
  progress: Progress = unwatched,
): PlannedComparison {
  checkTargets(ground, change);
  const { down, edits, load } = change;
  const comparison = compareGround(ground, { before, after: wordsAfter(ground, before, change) }, load, progress);
  return {
    ok: comparison.over.length === 0,
    change: { down, weights: edits.weights, biases: edits.biases },
    ...comparison,
    notes: [...pinnedNotes(ground, down), ...idleNotes(ground, edits)],
  };
}

/** The words under `change`. */
export function wordsAfter(ground: Ground, before: HealthTable, { down }: PlannedChange): HealthTable {
  return wordsWithout(before, ground.endpoints, new Set(down));
}

/** Pools that `override` would take over their maximum, or further over it, and that it does not move itself. */
export function excessOfShift(ground: Ground, words: HealthTable, override: Override, load: number | null): Excess[] {
  const after = wordsShifted(words, ground.endpoints, override);
  const { over } = compareGround(ground, { before: words, after }, load);
  const isMoved = ({ zone, name, type, pool }: Excess) =>
    ground.endpoints.some(
      (spec) =>
        spec.zone === zone &&
        spec.name === name &&
        spec.type === type &&
        spec.pool === pool &&
        isOverrideFor(override, spec),
    );
  const isWorse = ({ load: now, loadBefore }: Excess) => now > loadBefore * (1 + LOAD_EPSILON);
  return over.filter((excess) => isWorse(excess) && !isMoved(excess));
}

/** The zone with only the records whose capacity can refuse anything. */
export function withCapacities(model: ZoneModel): ZoneModel[] {
  const dynamics = model.dynamics.filter(({ pools }) => pools.some(({ capacity }) => capacity !== null));
  return dynamics.length === 0 ? [] : [{ ...model, dynamics }];
}

/** A name that nothing has is a slip, and would make a gate that never closes. */
function checkTargets(ground: Ground, { down, edits, name }: PlannedChange): void {
  if (ground.records.length === 0) {
    throw new PlanError(name === null ? 'no zone has a steered record' : `there is no steered record ${name}`);
  }
  const regions = regionsOf(ground);
  const listed = regions.length === 0 ? 'no pool states a region' : `pools stand for ${regions.join(', ')}`;
  for (const region of down) {
    if (!regions.includes(region)) throw new PlanError(`--down ${region}: no pool stands for that region; ${listed}`);
  }
  for (const { target } of [...edits.weights, ...edits.biases]) {
    if (!poolsOf(ground).some((pool) => isEdited(target, pool.name, pool.region)))
      throw new PlanError(`${target} is neither a pool nor a region of one; ${listed}`);
  }
}

function poolsOf({ records }: Ground) {
  return records.flatMap(({ before, method }) => before.pools.map(({ name, region }) => ({ name, region, method })));
}

function pinnedNotes({ endpoints }: Ground, down: readonly string[]): string[] {
  const pinned = endpoints.filter(({ region, status }) => status === 'up' && region !== null && down.includes(region));
  if (pinned.length === 0) return [];
  const what = pinned.length === 1 ? '1 endpoint there has' : `${pinned.length} endpoints there have`;
  return [`${what} "status: up", which no check takes out: reckoned as drained by an operator (meridian shift add)`];
}

/** Edits that no record's method looks at. */
function idleNotes(ground: Ground, { weights, biases }: PoolEdits): string[] {
  const isIdle = (target: string, methods: readonly string[]) =>
    poolsOf(ground).every(({ name, region, method }) => !isEdited(target, name, region) || !methods.includes(method));
  const idle = [
    ...weights
      .filter(({ target }) => isIdle(target, ['weighted', 'nearest', 'latency']))
      .map(({ target }) => `the weight of ${target}`),
    ...biases
      .filter(({ target }) => isIdle(target, ['nearest', 'latency']))
      .map(({ target }) => `the bias of ${target}`),
  ];
  return idle.map((what) => `${what} changes nothing: no method of its records goes by it`);
}
