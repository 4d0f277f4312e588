/** Clients in three countries, two or three regions, and records made in the test, ready for what-if. */

import { buildGround, type Ground, type PoolEdits } from '../../src/decision/what-if-ground.ts';
import { addressClients, countAddresses } from '../../src/geo/client-cells.ts';
import type { LatencyFacts } from '../../src/geo/landmarks.ts';
import { compileLocationTable, openLocationTable } from '../../src/geo/location-table.ts';
import { NO_LATENCY_FACTS } from '../../src/geo/pool-costs.ts';
import { type DynamicSketch, modelZone, networkAt, regionAt } from './model-zone.ts';

/** Half of the clients in London, a quarter each in Boston and Seoul; all in 5.5.0.0/16. */
export const CLIENT_NETWORKS = [
  networkAt('5.5.0.0/17', 51.5, -0.12),
  networkAt('5.5.128.0/18', 42.36, -71.06),
  networkAt('5.5.192.0/18', 37.57, 126.98),
];
export const WORLD_REGIONS = [
  regionAt('dublin', 53.35, -6.26),
  regionAt('virginia', 38.9, -77.4),
  regionAt('tokyo', 35.7, 139.7),
];

/** A pool in a region with one endpoint, and what it can bear. */
export function poolIn(region: string, octet: number, target: number, max: number) {
  return { region, values: [`192.0.2.${octet}`], capacity: { target, max, unit: 'conn' } };
}

/** The ground of zone `example.` with `sketches`. */
export function groundOf(
  sketches: readonly DynamicSketch[],
  edits: PoolEdits = { weights: [], biases: [] },
  isWanted: (zone: string, name: string) => boolean = () => true,
  facts: LatencyFacts = NO_LATENCY_FACTS,
): Ground {
  const locations = openLocationTable(compileLocationTable({ overrides: CLIENT_NETWORKS, databases: [] }));
  const places = countAddresses(locations);
  return buildGround({
    models: [modelZone('example.', [], sketches)],
    isWanted,
    edits,
    locations,
    places,
    regions: WORLD_REGIONS,
    facts,
    clients: addressClients(places),
  });
}
