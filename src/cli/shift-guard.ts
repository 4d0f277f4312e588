/**
 * Before a shift is made: whether another region, pool or endpoint would then pass what it can bear (`capacity`), from what agents and
 * operators say now. Reckoned by the zone files of the machine on which the command runs.
 */

import { statSync } from 'node:fs';
import { excessOfShift, withCapacities } from '../decision/planned-change.ts';
import type { Excess } from '../decision/what-if-report.ts';
import type { Override } from '../health/override.ts';
import { checkZonesDirectory } from '../server/zone-directory.ts';
import { readLiveState, wordsIn } from './live-state.ts';
import { dataDirectories, zoneDefaults } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { NO_EDITS, readGround } from './what-if-ground.ts';

/** Pools that the shift would take over their maximum or further over it, and what keeps this from being sure. */
export type ShiftVerdict = { readonly over: readonly Excess[]; readonly notes: readonly string[] };

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
  return { over: excessOfShift(ground, words, override, settings.load ?? null), notes: [...notes, ...heard] };
}
