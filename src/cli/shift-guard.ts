/**
 * Before a shift is made: whether another region, pool or endpoint would then pass what it can bear (`capacity`), from what agents and
 * operators say now. Reckoned by the zone files of the machine on which the command runs.
 */

import { statSync } from 'node:fs';
import { compareGround, type Excess } from '../decision/what-if-report.ts';
import { isOverrideFor, type Override } from '../health/override.ts';
import { wordsShifted } from '../health/planned-words.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { readLiveState, wordsIn } from './live-state.ts';
import { dataDirectories, zoneDefaults } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { NO_EDITS, readGround } from './what-if-ground.ts';
import { checkZonesDirectory } from './zone-check.ts';

/** Pools that the shift would take over their maximum or further over it, and what keeps this from being sure. */
export type ShiftVerdict = { readonly over: readonly Excess[]; readonly notes: readonly string[] };

/** What rounding may do to a load. */
const LOAD_EPSILON = 1e-9;

/** Reckons the shift. Costs a second or more where some pool states a capacity, nothing where none does. */
export async function judgeShift(settings: Settings, override: Override): Promise<ShiftVerdict> {
  if (override.isResume || override.factor === 1) return { over: [], notes: [] };
  const zonesDir = settings.zones ?? 'zones';
  if (statSync(zonesDir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return {
      over: [],
      notes: [`capacities are not checked: no zone files at ${zonesDir}, name them with --zones DIR`],
    };
  }
  const { zones } = checkZonesDirectory(zonesDir, zoneDefaults(settings));
  const broken = zones.filter(({ model }) => model === null).map(({ source }) => source.zone);
  const notes =
    broken.length === 0 ? [] : [`capacities of ${broken.join(', ')} are not checked: the files have faults`];
  const models = zones.flatMap(({ model }) => model ?? []).flatMap(withCapacities);
  if (models.length === 0) return { over: [], notes };
  const { geoDataDir } = dataDirectories(settings);
  const live = await readLiveState(settings);
  const { facts, notes: heard } = live;
  const demand = settings.demand ?? null;
  const { ground } = readGround({ models, geoDataDir, demand, name: null, edits: NO_EDITS, facts });
  const words = wordsIn(ground, live);
  const after = wordsShifted(words, ground.endpoints, override);
  const { over } = compareGround(ground, { before: words, after }, settings.load ?? null);
  const isMoved = ({ zone, name, type, pool }: Excess) =>
    ground.endpoints.some(
      (spec) =>
        spec.zone === zone &&
        spec.name === name &&
        spec.type === type &&
        spec.pool === pool &&
        isOverrideFor(override, spec),
    );
  const isWorse = ({ load, loadBefore }: Excess) => load > loadBefore * (1 + LOAD_EPSILON);
  return { over: over.filter((excess) => isWorse(excess) && !isMoved(excess)), notes: [...notes, ...heard] };
}

/** The zone with only the records that can refuse anything. */
function withCapacities(model: ZoneModel): ZoneModel[] {
  const dynamics = model.dynamics.filter(({ pools }) => pools.some(({ capacity }) => capacity !== null));
  return dynamics.length === 0 ? [] : [{ ...model, dynamics }];
}
