/**
 * Address -> place, for every address of both families, from all sources in their order: networks.yaml, space that is not globally
 * routable, then the databases. One shared image: compiled on the control thread (or restored from the cache on disk), mapped by
 * whoever compiles steering groups or explains a query. The query path itself reads the tables compiled from it (class-table).
 */

import type { IpFamily } from '../base/ip-address.ts';
import { formatIpPrefix, type IpPrefix } from '../base/ip-prefix.ts';
import { LOCATION_CLASSES_MAX } from '../base/limits.ts';
import { type Progress, partOf, unwatched } from '../base/progress.ts';
import { continentOfCountry } from '../zone/geo-codes.ts';
import { buildImage, GeoImageError, ImageKind, mapImage, openImage } from './geo-image.ts';
import { type GeoSource, GeoSourceError } from './geo-source.ts';
import type { Location } from './location.ts';
import { LocationClasses, NONROUTABLE_CLASS, PackedClasses, UNKNOWN_CLASS } from './location-classes.ts';
import type { NetworkOverride } from './network-override.ts';
import { crossRuns, HOLE, layOver, layPrefixes, RunList } from './prefix-runs.ts';
import { lookupRun, mapRuns, openRuns, packRuns, RUN_TABLE_SECTIONS, type RunTable, runValue } from './run-table.ts';
import { SPECIAL_SPACE } from './special-space.ts';

/** The part of the work that databases are; the rest lays them over each other. */
const FILL_SHARE = 0.8;

/** What a location table is made of. */
export type LocationSources = {
  readonly overrides: readonly NetworkOverride[];
  /** The best first: where one does not know, the next is asked. */
  readonly databases: readonly GeoSource[];
  /** Networks that latency.csv knows by themselves: each is told apart from what is around it. */
  readonly measured?: readonly IpPrefix[];
  /** Nobody if not given. */
  readonly progress?: Progress;
};

/** An open location table. */
export type LocationTable = {
  /** What to keep on disk or to send to another thread. */
  readonly image: SharedArrayBuffer;
  readonly runs: RunTable;
  readonly classCount: number;
  /** One entry a class; null for the reserved ones. Made when it is first asked for. */
  readonly classes: readonly (Location | null)[];
  /** One of them, without the others. */
  readonly placeOf: (classId: number) => Location | null;
};

/**
 * Compiles the sources into one image. Throws GeoSourceError when they name more places than a table holds.
 * geoip-lite's 3,700,000 records: 0.7 s, 21 MB; an MMDB file of 270,000 networks and 100,000 records: 1.3 s.
 */
export function compileLocationTable(sources: LocationSources): SharedArrayBuffer {
  const classes = new LocationClasses();
  let v4 = new RunList(4);
  let v6 = new RunList(6);
  const { progress = unwatched } = sources;
  for (const [i, database] of sources.databases.entries()) {
    const count = sources.databases.length;
    const own4 = new RunList(4, HOLE, 65536);
    const own6 = new RunList(6, HOLE, 65536);
    database.fill(classes, own4, own6, partOf(progress, (i / count) * FILL_SHARE, ((i + 1) / count) * FILL_SHARE));
    v4 = layOver(v4, own4);
    v6 = layOver(v6, own6);
  }
  const special = SPECIAL_SPACE.map((prefix) => ({ prefix, value: NONROUTABLE_CLASS, rank: 0 }));
  // The longest prefix wins, so the rank falls with the length.
  const overrides = sources.overrides.map((override) => ({
    prefix: override.prefix,
    value: classes.internExact(locationOfOverride(override, classes)),
    rank: -override.prefix.length,
  }));
  // The small layers first: each pass over a database costs memory.
  const layers = (family: IpFamily, databases: RunList) =>
    layOver(
      layOver(layPrefixes(family, overrides), layPrefixes(family, special)),
      layOver(databases, new RunList(family, UNKNOWN_CLASS)),
    );
  const measured = (sources.measured ?? []).map((prefix, value) => ({ prefix, value, rank: -prefix.length }));
  const names = measured.map(({ prefix }) => formatIpPrefix(prefix));
  const tellApart = (family: IpFamily, places: RunList) =>
    measured.length === 0
      ? places
      : crossRuns(layPrefixes(family, measured), places, (network, id) =>
          network === HOLE ? id : classes.internNetwork(id, names[network]!),
        );
  const all4 = tellApart(4, layers(4, v4));
  progress((1 + FILL_SHARE) / 2);
  const all6 = tellApart(6, layers(6, v6));
  if (classes.isOverfull) {
    const message = `more than ${LOCATION_CLASSES_MAX} different places (LOCATION_CLASSES_MAX)`;
    throw new GeoSourceError('geo data', 'too-many-places', message);
  }
  return buildImage(ImageKind.LOCATIONS, [...classes.pack(), ...packRuns(all4, all6)]);
}

/** Opens an image; throws {@link GeoImageError} when it is damaged, of another version or no location table. */
export function openLocationTable(image: SharedArrayBuffer): LocationTable {
  const { packed, runs } = partsOf(openImage(ImageKind.LOCATIONS, image, 2 + RUN_TABLE_SECTIONS));
  const table = tableOf(image, packed, openRuns(runs, packed.count));
  // Every class makes sense, or the image is damaged.
  void table.classes;
  return table;
}

/**
 * Opens an image that this process has compiled or opened, here or in another thread. It is not looked through again, which takes some
 * 40 ms with city data, in threads that have something else to do.
 */
export function mapLocationTable(image: SharedArrayBuffer): LocationTable {
  const { packed, runs } = partsOf(mapImage(ImageKind.LOCATIONS, image, 2 + RUN_TABLE_SECTIONS));
  return tableOf(image, packed, mapRuns(runs));
}

function partsOf(sections: readonly Uint32Array[]): { packed: PackedClasses; runs: Uint32Array[] } {
  const [words, names, ...runs] = sections;
  if (words === undefined || names === undefined) throw new GeoImageError('inconsistent', 'geo table without classes');
  return { packed: new PackedClasses(words, names), runs };
}

function tableOf(image: SharedArrayBuffer, packed: PackedClasses, runs: RunTable): LocationTable {
  return {
    image,
    runs,
    classCount: packed.count,
    get classes() {
      return packed.all;
    },
    placeOf: (classId) => packed.at(classId),
  };
}

/** The class of an address; `words` as in IpAddress. IPv4-mapped addresses are the caller's to unmap. */
export function lookupLocation(table: LocationTable, family: IpFamily, words: Uint32Array): number {
  return runValue(lookupRun(table.runs, family, words));
}

/**
 * The operator's own words; where they give coordinates and no country, that of the nearest place a database knows, so that
 * a network placed at a region's coordinates is found by rules that name countries.
 */
function locationOfOverride(override: NetworkOverride, classes: LocationClasses): Location {
  const { country, province, latitude, longitude, region } = override;
  const point = { latitude, longitude, region, origin: 'networks' as const };
  if (country !== null) return { continent: continentOfCountry(country), country, province, ...point };
  const near = latitude === null || longitude === null ? null : classes.nearestPlace(latitude, longitude);
  return {
    continent: near?.continent ?? null,
    country: near?.country ?? null,
    province: near?.province ?? null,
    ...point,
  };
}
