/**
 * Address -> class of a steering group, with the ECS scope: what a query asks before it decides anything else. Compiled per group
 * from the location table, where all runs that mean the same to the group become one; read by workers from shared memory.
 *
 * Two forms behind one reader:
 * - direct (compileClassTable): the group's own runs. Exact scopes, the fastest; 1 to 4 MB a group with city data.
 * - mapped (compileClassMap): the group's subnets, and a class for each location class; an address is looked up in the shared location
 *   table. 0.1 MB a group, some 150 ns. Its scopes are those of locations: always safe (the decision is the same in all of the
 *   prefix), and longer than need be. For servers with more distinct groups than memory.
 *
 * Where order depends on the place (`PreferenceSpec`), a class may be a row of the preference table that stands in the same image, so
 * that a worker never has one without the other.
 *
 *   sections: header (mapped or not, checksum of the location table), map (location class -> class), preferences, runs
 */

import { assert } from '../base/assert.ts';
import type { IpAddress, IpFamily } from '../base/ip-address.ts';
import { prefixOf } from '../base/ip-prefix.ts';
import { PREFERENCE_ROWS_MAX } from '../base/limits.ts';
import type { ClassSpec, GeoCode } from '../zone/zone-model.ts';
import { buildImage, GeoImageError, ImageKind, imageChecksum, openImage } from './geo-image.ts';
import type { Location } from './location.ts';
import { NONROUTABLE_CLASS } from './location-classes.ts';
import type { LocationTable } from './location-table.ts';
import { PoolCosts } from './pool-costs.ts';
import { compilePreferences, type Hold, type Preferences, rowAt } from './preference-table.ts';
import { HOLE, layOver, layPrefixes, type PrefixValue, RunList } from './prefix-runs.ts';
import { RowSet } from './row-set.ts';
import {
  lookupRun,
  openRuns,
  packRuns,
  RUN_TABLE_SECTIONS,
  type RunTable,
  runScope,
  runValue,
  unpackRuns,
} from './run-table.ts';

/** The address is not globally routable and no subnet or network names it: ask for the resolver's own address instead. */
export const CLASS_NONROUTABLE = 0xffff;

const CLASS_BITS = 16;

/** An open class table. The fields belong to this module. */
export type ClassTable = {
  readonly runs: RunTable;
  /** Null in the direct form. */
  readonly base: RunTable | null;
  readonly map: Uint32Array;
  /** Of `preference-table`; empty where places prefer nothing. */
  readonly preferences: Int32Array;
};

/** What the image holds besides runs: header, map, preferences. */
const OWN_SECTIONS = 3;

/** Which class every location class is of, and the rows that some of these are: a group worked out, before it is packed. */
export type Classing = {
  readonly map: Uint32Array;
  /** Null where places prefer nothing. */
  readonly preferences: Preferences | null;
};

/** Compiles the direct form. Full city data: some 40 ms. `costs` are over the same locations. */
export function compileClassTable(
  spec: ClassSpec,
  locations: LocationTable,
  costs: PoolCosts = new PoolCosts(locations.classes, []),
): SharedArrayBuffer {
  const { map, preferences } = classPlaces(spec, locations.classes, costs);
  const subnets = subnetValues(spec);
  const runsOf = (family: IpFamily): RunList =>
    layOver(layPrefixes(family, subnets), unpackRuns(locations.runs, family, map));
  const own = [Uint32Array.of(0, 0), new Uint32Array(0), preferences?.section ?? new Uint32Array(0)];
  return buildImage(ImageKind.CLASSES, [...own, ...packRuns(runsOf(4), runsOf(6))]);
}

/** Compiles the mapped form; it is opened with the same location table. */
export function compileClassMap(
  spec: ClassSpec,
  locations: LocationTable,
  costs: PoolCosts = new PoolCosts(locations.classes, []),
): SharedArrayBuffer {
  return packClassMap(spec, locations, classPlaces(spec, locations.classes, costs));
}

/** The mapped form of a group that is worked out already. */
export function packClassMap(spec: ClassSpec, locations: LocationTable, classing: Classing): SharedArrayBuffer {
  const subnets = subnetValues(spec);
  return buildImage(ImageKind.CLASSES, [
    Uint32Array.of(1, imageChecksum(locations.image)),
    classing.map,
    classing.preferences?.section ?? new Uint32Array(0),
    ...packRuns(layPrefixes(4, subnets), layPrefixes(6, subnets)),
  ]);
}

/**
 * The table of one client alone: `walk` for everybody within the first `scope` bits of its address, the class `otherwise` for all others.
 * For decisions made again, whose walks came of measurements that nobody has any more.
 */
export function compileSingleClass(
  client: IpAddress,
  scope: number,
  walk: { readonly pools: readonly number[]; readonly ties: number; readonly next: number; readonly isFenced: boolean },
  base: number,
  otherwise: number,
): SharedArrayBuffer {
  const rows = new RowSet(walk.pools.length);
  rows.intern(walk.pools, walk.pools.length, walk.ties, walk.next, walk.isFenced ? 1 : 0);
  const entry = { prefix: prefixOf(client, scope), value: base, rank: 0 };
  const runsOf = (family: IpFamily) => layOver(layPrefixes(family, [entry]), new RunList(family, otherwise));
  const own = [Uint32Array.of(0, 0), new Uint32Array(0), rows.pack()];
  return buildImage(ImageKind.CLASSES, [...own, ...packRuns(runsOf(4), runsOf(6))]);
}

/** Opens either form; throws {@link GeoImageError} when it is damaged, or mapped and not over `locations`. */
export function openClassTable(image: SharedArrayBuffer, locations: LocationTable | null): ClassTable {
  const sections = openImage(ImageKind.CLASSES, image, OWN_SECTIONS + RUN_TABLE_SECTIONS);
  const [header, map, rows, ...runs] = sections;
  if (header === undefined || map === undefined || rows === undefined) {
    throw new GeoImageError('inconsistent', 'class table without header');
  }
  // Signed as the zone images are, so that the query's way reads walks from one kind of array.
  const preferences = new Int32Array(image, rows.byteOffset, rows.length);
  if (header[0] === 0) return { runs: openRuns(runs, CLASS_NONROUTABLE + 1), base: null, map, preferences };
  if (locations === null || header[1] !== imageChecksum(locations.image) || map.length !== locations.classCount) {
    throw new GeoImageError('inconsistent', 'class table belongs to another location table');
  }
  return { runs: openRuns(runs, HOLE + 1), base: locations.runs, map, preferences };
}

/** Where in `preferences` the walk of the class `base + index` stands. */
export function preferenceAt(table: ClassTable, index: number): number {
  return rowAt(table.preferences, index);
}

/**
 * The class of an address in bits 0-15 and, in bits 16-23, the length of the shortest prefix around it in which every address
 * has that class. `words` as in IpAddress; unmap IPv4-mapped addresses first. Never allocates.
 */
export function lookupClass(table: ClassTable, family: IpFamily, words: Uint32Array): number {
  const own = lookupRun(table.runs, family, words);
  const value = runValue(own);
  const { base } = table;
  if (base === null || value !== HOLE) return value | (runScope(own) << CLASS_BITS);
  const place = lookupRun(base, family, words);
  return table.map[runValue(place)]! | (Math.max(runScope(own), runScope(place)) << CLASS_BITS);
}

/** The class of a location class's addresses that no subnet of the rules names; `table` in the mapped form. */
export function classOfPlace(table: ClassTable, place: number): number {
  return table.map[place]!;
}

/** The IPv4 subnets of the rules with their classes, {@link HOLE} elsewhere; `table` in the mapped form. */
export function subnetRuns(table: ClassTable): RunList {
  return unpackRuns(table.runs, 4, null);
}

/** The class in a result of {@link lookupClass}. */
export function classOf(result: number): number {
  return result & CLASS_NONROUTABLE;
}

/** The ECS scope prefix length in a result of {@link lookupClass}. */
export function scopeOf(result: number): number {
  return result >>> CLASS_BITS;
}

/** The class of each location class, by places alone; `hold`: what of an earlier {@link Classing} should stand. */
export function classPlaces(
  spec: ClassSpec,
  locations: readonly (Location | null)[],
  costs: PoolCosts,
  hold: Hold | null = null,
): Classing {
  for (const target of spec.targets) assert(target.class < CLASS_NONROUTABLE, 'a class beyond 16 bits');
  assert(spec.otherwise < CLASS_NONROUTABLE, 'a class beyond 16 bits');
  const targets = firstMatches(
    spec.targets.map((target) => target.geos),
    locations,
  );
  // A loop: `from` with a function costs 100 ns an element.
  const map = new Uint32Array(locations.length).fill(spec.otherwise);
  if (spec.targets.length > 0)
    for (let place = 0; place < map.length; place++)
      if (targets[place]! >= 0) map[place] = spec.targets[targets[place]!]!.class;
  const { preference } = spec;
  let preferences: Preferences | null = null;
  if (preference !== undefined) {
    assert(preference.base + PREFERENCE_ROWS_MAX < CLASS_NONROUTABLE, 'a class beyond 16 bits');
    const fences = firstMatches(
      preference.fences.map((fence) => fence.geos),
      locations,
    );
    preferences = compilePreferences(preference, spec.otherwise, { classes: map, fences }, costs, hold);
  }
  map[NONROUTABLE_CLASS] = CLASS_NONROUTABLE;
  return { map, preferences };
}

/** Of each location, the first of `lists` that names it, or -1. */
function firstMatches(lists: ReadonlyArray<readonly GeoCode[]>, locations: readonly (Location | null)[]): Int32Array {
  const listOf = new Map<string, number>();
  for (const [i, geos] of lists.entries()) {
    for (const geo of geos) {
      const key = geoKey(geo.continent, geo.country, geo.province);
      if (!listOf.has(key)) listOf.set(key, i);
    }
  }
  const none = lists.length;
  const matches = new Int32Array(locations.length).fill(-1);
  if (none === 0) return matches;
  for (const [id, location] of locations.entries()) {
    if (location === null || location.continent === null) continue;
    const { continent, country, province } = location;
    const first = Math.min(
      listOf.get(geoKey(continent, null, null)) ?? none,
      (country === null ? undefined : listOf.get(geoKey(continent, country, null))) ?? none,
      (province === null ? undefined : listOf.get(geoKey(continent, country, province))) ?? none,
    );
    matches[id] = first === none ? -1 : first;
  }
  return matches;
}

function geoKey(continent: string, country: string | null, province: string | null): string {
  return `${continent}-${country ?? ''}-${province ?? ''}`;
}

/** The subnets of all targets; an earlier target's beats a later one's, even where that is the longer. */
function subnetValues(spec: ClassSpec): PrefixValue[] {
  return spec.targets.flatMap((target, i) =>
    target.subnets.map((prefix) => ({ prefix, value: target.class, rank: i })),
  );
}
