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
 *   sections: header (mapped or not, checksum of the location table), map (location class -> class), runs
 */

import { assert } from '../base/assert.ts';
import type { IpFamily } from '../base/ip-address.ts';
import type { ClassSpec } from '../zone/zone-model.ts';
import { buildImage, GeoImageError, ImageKind, imageChecksum, openImage } from './geo-image.ts';
import type { Location } from './location.ts';
import { NONROUTABLE_CLASS } from './location-classes.ts';
import type { LocationTable } from './location-table.ts';
import { HOLE, layOver, layPrefixes, type PrefixValue, type RunList } from './prefix-runs.ts';
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
};

/** Compiles the direct form. Full city data: some 40 ms. */
export function compileClassTable(spec: ClassSpec, locations: LocationTable): SharedArrayBuffer {
  const map = mapClasses(spec, locations.classes);
  const subnets = subnetValues(spec);
  const runsOf = (family: IpFamily): RunList =>
    layOver(layPrefixes(family, subnets), unpackRuns(locations.runs, family, map));
  return buildImage(ImageKind.CLASSES, [Uint32Array.of(0, 0), new Uint32Array(0), ...packRuns(runsOf(4), runsOf(6))]);
}

/** Compiles the mapped form; it is opened with the same location table. */
export function compileClassMap(spec: ClassSpec, locations: LocationTable): SharedArrayBuffer {
  const subnets = subnetValues(spec);
  return buildImage(ImageKind.CLASSES, [
    Uint32Array.of(1, imageChecksum(locations.image)),
    mapClasses(spec, locations.classes),
    ...packRuns(layPrefixes(4, subnets), layPrefixes(6, subnets)),
  ]);
}

/** Opens either form; throws {@link GeoImageError} when it is damaged, or mapped and not over `locations`. */
export function openClassTable(image: SharedArrayBuffer, locations: LocationTable | null): ClassTable {
  const [header, map, ...runs] = openImage(ImageKind.CLASSES, image, 2 + RUN_TABLE_SECTIONS);
  if (header === undefined || map === undefined) throw new GeoImageError('inconsistent', 'class table without header');
  if (header[0] === 0) return { runs: openRuns(runs, CLASS_NONROUTABLE + 1), base: null, map };
  if (locations === null || header[1] !== imageChecksum(locations.image) || map.length !== locations.classes.length) {
    throw new GeoImageError('inconsistent', 'class table belongs to another location table');
  }
  return { runs: openRuns(runs, HOLE + 1), base: locations.runs, map };
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

/** The class in a result of {@link lookupClass}. */
export function classOf(result: number): number {
  return result & CLASS_NONROUTABLE;
}

/** The ECS scope prefix length in a result of {@link lookupClass}. */
export function scopeOf(result: number): number {
  return result >>> CLASS_BITS;
}

/** The class of each location class, by places alone. */
function mapClasses(spec: ClassSpec, locations: readonly (Location | null)[]): Uint32Array {
  const targetOf = new Map<string, number>();
  for (const [i, target] of spec.targets.entries()) {
    assert(target.class < CLASS_NONROUTABLE, 'a class beyond 16 bits');
    for (const geo of target.geos) {
      const key = geoKey(geo.continent, geo.country, geo.province);
      if (!targetOf.has(key)) targetOf.set(key, i);
    }
  }
  assert(spec.otherwise < CLASS_NONROUTABLE, 'a class beyond 16 bits');
  const map = new Uint32Array(locations.length).fill(spec.otherwise);
  for (const [id, location] of locations.entries()) {
    if (location === null || location.continent === null) continue;
    const { continent, country, province } = location;
    const first = Math.min(
      targetOf.get(geoKey(continent, null, null)) ?? spec.targets.length,
      (country === null ? undefined : targetOf.get(geoKey(continent, country, null))) ?? spec.targets.length,
      (province === null ? undefined : targetOf.get(geoKey(continent, country, province))) ?? spec.targets.length,
    );
    map[id] = spec.targets[first]?.class ?? spec.otherwise;
  }
  map[NONROUTABLE_CLASS] = CLASS_NONROUTABLE;
  return map;
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
