/**
 * The tables that one thread answers from, and how they change: the control thread sends {@link TableDelta}s in the order
 * in which it made them, each thread applies them between two queries. Zones keep their ordinals and groups their ids, so
 * a delta holds what changed and nothing else; within one, whatever is pointed to is there before the pointer.
 */

import type { ServingTables } from '../answer/serving-tables.ts';
import { isLarge } from '../answer/table-warmer.ts';
import { type ClassTable, openClassTable } from '../geo/class-table.ts';
import { type LocationTable, mapLocationTable } from '../geo/location-table.ts';
import type { HealthTable } from '../health/health-table.ts';
import { type AliasTable, openAliasTable } from '../zone/alias-table.ts';
import { buildZoneIndex, openZoneIndex, type ZoneIndex } from '../zone/zone-index.ts';
import { openZoneTable, type ZoneTable } from '../zone/zone-table.ts';

/** Shared memory by its place in the tables; null empties the place. */
export type Placed = readonly [place: number, image: SharedArrayBuffer | null];

export type TableDelta = {
  /** The location table that mapped class tables of this and later deltas stand on. */
  readonly locations: SharedArrayBuffer | null;
  /** By steering group. */
  readonly classTables: readonly Placed[];
  /** By ordinal. */
  readonly zones: readonly Placed[];
  /** When zones came or went. */
  readonly index: SharedArrayBuffer | null;
  /** When what is known of ALIAS targets outside has changed. */
  readonly aliasTargets?: SharedArrayBuffer;
};

/** Zones in one message: so many are opened in well under a millisecond, and queries go on between messages. */
const ZONES_PER_DELTA = 128;

/** `delta` in steps small enough to be taken between queries: groups one by one, zones in batches, then index and removals. */
export function* splitDelta(delta: TableDelta): Generator<TableDelta> {
  const nothing: TableDelta = { locations: null, classTables: [], zones: [], index: null };
  if (delta.locations !== null) yield { ...nothing, locations: delta.locations };
  for (const placed of delta.classTables) if (placed[1] !== null) yield { ...nothing, classTables: [placed] };
  const put = delta.zones.filter(([, image]) => image !== null);
  for (let at = 0; at < put.length; at += ZONES_PER_DELTA) {
    yield { ...nothing, zones: put.slice(at, at + ZONES_PER_DELTA) };
  }
  if (delta.aliasTargets !== undefined) yield { ...nothing, aliasTargets: delta.aliasTargets };
  const dropped = delta.zones.filter(([, image]) => image === null);
  const unused = delta.classTables.filter(([, image]) => image === null);
  if (delta.index !== null || dropped.length > 0 || unused.length > 0) {
    yield { locations: null, classTables: unused, zones: dropped, index: delta.index };
  }
}

/** The tables of one thread. */
export class ServingState implements ServingTables {
  index: ZoneIndex;
  readonly zones: (ZoneTable | null)[] = [];
  largeZones = 0;
  readonly classTables: (ClassTable | null)[] = [];
  aliasTargets: AliasTable | null = null;
  readonly health: HealthTable;
  #locations: LocationTable | null = null;

  constructor(health: HealthTable) {
    this.health = health;
    this.index = openZoneIndex(buildZoneIndex([]));
  }

  apply(delta: TableDelta): void {
    if (delta.locations !== null) this.#locations = mapLocationTable(delta.locations);
    for (const [group, image] of delta.classTables) {
      grow(this.classTables, group);
      this.classTables[group] = image === null ? null : openClassTable(image, this.#locations);
    }
    for (const [ordinal, image] of delta.zones) if (image !== null) this.#putZone(ordinal, openZoneTable(image));
    if (delta.aliasTargets !== undefined) this.aliasTargets = openAliasTable(delta.aliasTargets);
    if (delta.index !== null) this.index = openZoneIndex(delta.index);
    for (const [ordinal, image] of delta.zones) if (image === null) this.#putZone(ordinal, null);
  }

  #putZone(ordinal: number, zone: ZoneTable | null): void {
    grow(this.zones, ordinal);
    const before = this.zones[ordinal] ?? null;
    if (before !== null && isLarge(before)) this.largeZones--;
    if (zone !== null && isLarge(zone)) this.largeZones++;
    this.zones[ordinal] = zone;
  }
}

/** Without holes: an array with holes is read the slow way for ever. */
function grow<T>(list: (T | null)[], place: number): void {
  while (list.length <= place) list.push(null);
}
