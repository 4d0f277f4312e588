/**
 * Answers to what would be: zones as they stand in the files, places as the node compiles them, health and latencies as the node goes
 * by them now; clients by the number of addresses. Runs in the planner thread, and keeps the places for the next question.
 */

import { hasError } from '../base/fault.ts';
import { MAP_RECORDS_MAX } from '../base/limits.ts';
import { countryShares } from '../decision/country-shares.ts';
import {
  compareChange,
  excessOfShift,
  PlanError,
  type PlannedChange,
  withCapacities,
  wordsAfter,
} from '../decision/planned-change.ts';
import { buildGround, type Ground, type PoolEdits } from '../decision/what-if-ground.ts';
import { addressClients, countAddresses, type PlaceRuns } from '../geo/client-cells.ts';
import { countryAddresses } from '../geo/country-addresses.ts';
import type { LocationTable } from '../geo/location-table.ts';
import { createHealthTable, type HealthTable } from '../health/health-table.ts';
import type { Override } from '../health/override.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { LocationBuilder } from './location-build.ts';
import type {
  NodeMap,
  NodeWhatIf,
  PlanAnswer,
  PlannerSetup,
  PlanQuestion,
  PlanState,
  ShiftVerdict,
} from './plan-messages.ts';
import { StateDir } from './state-dir.ts';
import { checkZonesDirectory } from './zone-directory.ts';

/** The world of the last question. */
type Places = {
  readonly table: LocationTable;
  readonly runs: PlaceRuns;
  readonly clients: Float64Array;
  readonly addresses: ReadonlyMap<string, string>;
};

const NO_EDITS: PoolEdits = { weights: [], biases: [] };

/** Owner of the places. */
export class PlanAnswerer {
  readonly #setup: PlannerSetup;
  readonly #locations: LocationBuilder;
  #places: Places | null = null;
  #source = '';

  constructor(setup: PlannerSetup) {
    this.#setup = setup;
    this.#locations = new LocationBuilder(setup.geoDataDir, new StateDir(setup.stateDir, () => {}));
  }

  /** Never throws. */
  answer(question: PlanQuestion, state: PlanState): PlanAnswer {
    try {
      switch (question.kind) {
        case 'what-if':
          return { kind: 'what-if', result: this.#whatIf(question.change, state) };
        case 'map':
          return { kind: 'map', result: this.#map(question.change, state) };
        case 'shift':
          return { kind: 'shift', result: this.#judge(question.override, state) };
      }
    } catch (error) {
      if (error instanceof PlanError) return { kind: 'refused', message: error.message };
      return { kind: 'defect', error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }

  #whatIf(change: PlannedChange, state: PlanState): NodeWhatIf {
    const { models, notes } = this.#models();
    const ground = this.#ground(models, change.name, change.edits, state);
    const comparison = compareChange(ground, wordsIn(ground, state), change);
    const total = this.#look().clients.reduce((sum, count) => sum + count, 0);
    const demand = { source: 'ipv4-addresses', file: null, geo: this.#source, total, notFound: 0 } as const;
    return { ...comparison, demand, health: 'node', notes: [...notes, ...comparison.notes] };
  }

  #map(change: PlannedChange, state: PlanState): NodeMap {
    const ground = this.#ground(this.#models().models, change.name, change.edits, state);
    const words = wordsAfter(ground, wordsIn(ground, state), change);
    const { table, addresses } = this.#look();
    const records = ground.records.slice(0, MAP_RECORDS_MAX).map((record) => {
      const { zone, name, type } = record;
      const countries = countryShares(record, words, table.classes).map((each) => ({
        ...each,
        client: addresses.get(each.country ?? '') ?? null,
      }));
      return { zone, name, type, countries };
    });
    return { source: 'ipv4-addresses', geo: this.#source, records };
  }

  #judge(override: Override, state: PlanState): ShiftVerdict {
    const { models, notes } = this.#models();
    const bounded = models.flatMap(withCapacities);
    if (bounded.length === 0 || override.isResume || override.factor === 1) return { over: [], notes };
    const ground = this.#ground(bounded, null, NO_EDITS, state);
    return { over: excessOfShift(ground, wordsIn(ground, state), override, null), notes };
  }

  #models(): { models: ZoneModel[]; notes: string[] } {
    const { zones } = checkZonesDirectory(this.#setup.zonesDir, this.#setup.zoneDefaults);
    const notes = zones
      .filter(({ model }) => model === null)
      .map(({ source }) => `${source.zone} has faults and is left out; "meridian check" lists them`);
    return { models: zones.flatMap(({ model }) => model ?? []), notes };
  }

  #ground(models: readonly ZoneModel[], name: string | null, edits: PoolEdits, { facts }: PlanState): Ground {
    const { table: locations, runs: places, clients } = this.#look();
    const isWanted = (zone: string, record: string) => name === null || record === name || zone === name;
    const { regions } = this.#locations;
    return buildGround({ models, isWanted, edits, locations, places, regions, facts, clients });
  }

  #look(): Places {
    const build = this.#locations.look(false);
    if (build !== null) this.#source = build.source;
    const { table } = this.#locations;
    if (table === null || (build !== null && this.#places === null && hasError(build.faults)))
      throw new PlanError('the geo data has faults; "meridian check" lists them');
    if (this.#places?.table !== table) {
      const runs = countAddresses(table);
      this.#places = {
        table,
        runs,
        clients: addressClients(runs),
        addresses: countryAddresses(runs, table.classes),
      };
    }
    return this.#places;
  }
}

/** The words in the slots of `ground`; an endpoint that the node does not know yet is unknown. */
function wordsIn({ endpoints }: Ground, { words }: PlanState): HealthTable {
  const table = createHealthTable(Math.max(1, endpoints.length));
  for (const [slot, { key }] of endpoints.entries()) table[slot] = words.get(key) ?? table[slot]!;
  return table;
}
