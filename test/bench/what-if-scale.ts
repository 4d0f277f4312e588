/** How long a what-if takes over 100,000 demand rows and 20 regions, each of them lost in turn, on full city data. */

import { buildGround } from '../../src/decision/what-if-ground.ts';
import { loseEachRegion, wordsOfNothing } from '../../src/decision/what-if-report.ts';
import { countAddresses } from '../../src/geo/client-cells.ts';
import { parseDemandFile, placeDemand } from '../../src/geo/demand-file.ts';
import type { LocationTable } from '../../src/geo/location-table.ts';
import { placeText } from '../../src/geo/place-code.ts';
import { NO_LATENCY_FACTS } from '../../src/geo/pool-costs.ts';
import type { SteeringMethod } from '../../src/zone/zone-model.ts';
import { modelZone, type PoolSketch, regionAt } from '../tools/model-zone.ts';
import { poolIn } from '../tools/what-if-world.ts';

const ROWS = 100_000;
const REGIONS = 20;

/** Milliseconds of this thread's processor time: of the whole, from the text of the demand file on, and of the losses alone. */
export type WhatIfTimes = { readonly wholeMs: number; readonly lossesMs: number };

/** One run for a record by `method`. Places the world's rows by its classes in turn, so that each row is another place as far as there are so many. */
export function timeWhatIf(locations: LocationTable, method: SteeringMethod): WhatIfTimes {
  const placed = locations.classes.filter((place) => place !== null);
  const regions = Array.from({ length: REGIONS }, (_, i) => {
    const { latitude, longitude } = placed[Math.floor((i * placed.length) / REGIONS)]!;
    return regionAt(`r${i}`, latitude ?? i, longitude ?? i);
  });
  const lines = Array.from({ length: ROWS }, (_, i) => `${placeText(placed[i % placed.length]!)},${1 + (i % 97)}`);
  const text = `place,queries\n${lines.join('\n')}\n`;
  const pools: Record<string, PoolSketch> = {};
  for (const [i, { name }] of regions.entries()) {
    pools[`p${i}`] = { ...poolIn(name, i + 1, 800, 1_200), ...(i > 0 ? { fallback: `p${i - 1}` } : {}) };
  }
  const sketch = { name: 'www', pools, rules: [{ pool: `p${REGIONS - 1}` }], steering: { method } };
  const models = [modelZone('example.', [], [sketch])];

  const startMs = processorMs();
  const { rows, faults } = parseDemandFile('demand.csv', text);
  if (faults.length > 0 || rows.length !== ROWS) throw new Error(`demand: ${faults[0]?.message}`);
  const places = countAddresses(locations);
  const { clients } = placeDemand(rows, locations.classes, places.addresses);
  const edits = { weights: [], biases: [] };
  const facts = NO_LATENCY_FACTS;
  const ground = buildGround({ models, isWanted: () => true, edits, locations, places, regions, facts, clients });
  const builtMs = processorMs();
  const losses = loseEachRegion(ground, wordsOfNothing(ground), null);
  if (losses.length !== REGIONS) throw new Error(`${losses.length} regions were lost`);
  return { wholeMs: processorMs() - startMs, lossesMs: processorMs() - builtMs };
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
