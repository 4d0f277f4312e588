/**
 * What metrics tell of a node beyond its status: counts since the start, sizes and ages. Gathered when a scraper asks from what the
 * control thread holds anyway; nothing here waits. Built by `server.ts`, read by the admin floor.
 */

import type { CounterReport } from '../answer/counters.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import { unpackHealth } from '../health/health-table.ts';
import type { StoreState } from '../redis/state-store.ts';
import type { HealthCounts } from './health-tallies.ts';
import type { ServiceReport } from './service-times.ts';
import type { TableDelta } from './serving-state.ts';
import type { ZoneAnswers } from './zone-totals.ts';

/** How often a kind of event has happened, and the last of its `milliseconds`, if it has such. */
export type EventCount = { readonly count: number; readonly lastMs: number; readonly lastMilliseconds: number | null };

/** Octets of shared memory by kind of table. */
export type TableBytes = Readonly<Record<'locations' | 'classes' | 'zones' | 'index' | 'alias', number>>;

export type StoreMeasures = {
  readonly state: StoreState;
  /** Records that were not believed, since the start. */
  readonly refused: number;
  /** Load reports that were pushed to some node and came here, since the start. */
  readonly pushedLoads: number;
  readonly modeHeldSeconds: number;
  readonly regionsFresh: number;
  readonly regionsKnown: number;
};

export type NodeMeasures = {
  /** Of the workers; null before they have started. */
  readonly answers: (Pick<CounterReport, 'types' | 'scopes'> & ZoneAnswers) | null;
  /** Of the answers that were timed; null likewise. */
  readonly serviceTimes: ServiceReport | null;
  /** Of the log, by its `event`. */
  readonly events: ReadonlyMap<string, EventCount>;
  /** Null before health has started. */
  readonly health: (HealthCounts & StoreMeasures) | null;
  /** Endpoints of which one agent saw a check fail, and others look. */
  readonly suspect: number;
  readonly tables: TableBytes;
  /** Class tables in force: one for each group of records that are steered alike. */
  readonly steeringGroups: number;
  /** When the certificate of encrypted transports ends, wall clock; null without one. */
  readonly certificateExpiresMs: number | null;
};

/** What is in force, and how many endpoints are under suspicion. Costs the number of tables and endpoints. */
export function measureTables(
  snapshot: { readonly allTables: () => TableDelta; readonly openLocations: () => { image: SharedArrayBuffer } | null },
  registry: EndpointRegistry,
): Pick<NodeMeasures, 'tables' | 'steeringGroups' | 'suspect'> {
  const all = snapshot.allTables();
  const sum = (placed: TableDelta['zones']) => placed.reduce((bytes, [, image]) => bytes + (image?.byteLength ?? 0), 0);
  let suspect = 0;
  for (const { slot } of registry.endpoints()) if (unpackHealth(registry.table[slot]!).suspect) suspect++;
  return {
    tables: {
      locations: snapshot.openLocations()?.image.byteLength ?? 0,
      classes: sum(all.classTables),
      zones: sum(all.zones),
      index: all.index?.byteLength ?? 0,
      alias: all.aliasTargets?.byteLength ?? 0,
    },
    steeringGroups: all.classTables.filter(([, image]) => image !== null).length,
    suspect,
  };
}
