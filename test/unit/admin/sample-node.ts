/** A node as the admin floor sees it, without sockets or threads. */

import type { AdminNode } from '../../../src/admin/api-ground.ts';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { EventLog } from '../../../src/server/event-log.ts';
import { ExplainError } from '../../../src/server/explanation.ts';
import { NodeHistory } from '../../../src/server/node-history.ts';
import { NodeView } from '../../../src/server/node-view.ts';
import { Planner } from '../../../src/server/planner.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { sampleMeasures } from './sample-measures.ts';
import { sampleStatus } from './sample-status.ts';

const NOW_MS = 1_800_000_000_000;

/** Serves nothing; `parts` are taken as they are. */
export function sampleNode(parts: Partial<AdminNode> = {}): AdminNode {
  const registry = new EndpointRegistry(createHealthTable(4));
  const facts = { registry, queries: () => 7, nowMs: () => NOW_MS };
  const view = new NodeView({
    ...facts,
    health: () => null,
    history: new NodeHistory({ ...facts, latenciesOf: () => [] }),
    counts: () => ({
      windowSeconds: 300,
      lastResort: { total: 0, recent: 0 },
      countOf: () => ({ total: 0, recent: 0 }),
    }),
    regions: () => [],
  });
  return {
    status: sampleStatus,
    measures: sampleMeasures,
    view,
    events: new EventLog(() => NOW_MS),
    reload: async () => ({ ok: true, changed: [], added: [], removed: [], refused: [], faults: [], milliseconds: 1 }),
    explain: () => {
      throw new ExplainError('"nonsense" is no IP address');
    },
    demand: () => ({ windowSeconds: 60, queriesPerSample: 64, samples: 2, places: [{ place: 'EU-DE', queries: 128 }] }),
    health: null,
    planner: new Planner({ zonesDir: '', geoDataDir: '', stateDir: null, zoneDefaults: ZONE_DEFAULTS }, () => {
      throw new Error('nobody plans here');
    }),
    ...parts,
  };
}
