/**
 * From the geo-data directory to the location table: which files there are, whether they are sound, and the compiled
 * table, kept in the state directory under a checksum of what it was made of. Runs in the builder thread.
 *
 *   networks.yaml over  *.mmdb (else geoip-lite's bundled data)      regions.yaml names the places of networks.yaml
 *   latency.csv tells its networks apart from what is around them, and knows ways to regions
 *
 * All or nothing: while any file is broken, or has vanished without an explicit reload, the table in force stays, and the
 * faults say why. A start with broken files takes the last table from the cache; without one it leaves those files out.
 */

import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Fault, hasError } from '../base/fault.ts';
import type { IpPrefix } from '../base/ip-prefix.ts';
import { MMDB_FILE_BYTES_MAX } from '../base/limits.ts';
import { type Progress, unwatched } from '../base/progress.ts';
import { readNetworks, readRegions } from '../geo/geo-files.ts';
import { shareImage } from '../geo/geo-image.ts';
import { type GeoSource, GeoSourceError } from '../geo/geo-source.ts';
import { readGeoipLite } from '../geo/geoip-lite-source.ts';
import { type LatencyFile, readLatencies } from '../geo/latency-file.ts';
import {
  compileLocationTable,
  type LocationTable,
  mapLocationTable,
  openLocationTable,
} from '../geo/location-table.ts';
import { type MmdbSource, orderMmdbSources, readMmdb } from '../geo/mmdb-source.ts';
import type { NetworkOverride } from '../geo/network-override.ts';
import type { Region } from '../geo/region.ts';
import { isErrno, reasonOf, type StateDir } from './state-dir.ts';
import { fileFault, readRegularFile, stampOf } from './zone-files.ts';

/** What is known of the world after a look. */
export type LocationBuild = {
  /** Shared memory of the table in force. */
  readonly image: SharedArrayBuffer;
  readonly regions: readonly Region[];
  readonly source: string;
  readonly note: string | null;
  readonly cached: boolean;
  /** Of the files as they are now. */
  readonly faults: readonly Fault[];
};

/** Name of the cache in the state directory. Before the image stand the key and the name of its source, padded with zeros. */
const CACHE_FILE = 'locations.table';
const KEY_BYTES = 32;
const SOURCE_BYTES = 224;
const HEADER_BYTES = KEY_BYTES + SOURCE_BYTES;
/** Raise it when the compiler changes what it makes of the same files. */
const COMPILER_VERSION = 3;
const BUNDLED_NAME = 'geoip-lite';
const BUNDLED_NOTE =
  'the bundled data is of 2019: put an MMDB file (GeoLite2, DB-IP, IPinfo) into the geo-data directory for production';
const BUNDLED_FILES = ['geoip-city.dat', 'geoip-city6.dat', 'geoip-city-names.dat'] as const;

/** The operator's files as they were read. */
type GeoInputs = {
  readonly mmdb: readonly { readonly name: string; readonly path: string; readonly bytes: Uint8Array }[];
  readonly regions: readonly Region[];
  readonly overrides: readonly NetworkOverride[];
  /** Networks in latency.csv. */
  readonly measured: readonly IpPrefix[];
  readonly faults: readonly Fault[];
  /** Names of the files found. */
  readonly names: ReadonlySet<string>;
  /** Of everything the table depends on. */
  readonly key: Buffer;
};

/** Owner of the table in force. */
export class LocationBuilder {
  readonly #geoDataDir: string;
  readonly #state: StateDir;
  readonly #progress: Progress;
  #stamps = '';
  #key: Buffer | null = null;
  #names: ReadonlySet<string> = new Set();
  #current: LocationBuild | null = null;
  #table: LocationTable | null = null;

  /** `progress` is told how far the compilation is, where there is one. */
  constructor(geoDataDir: string, state: StateDir, progress: Progress = unwatched) {
    this.#geoDataDir = geoDataDir;
    this.#state = state;
    this.#progress = progress;
  }

  /** The open table; there is one after the first look. */
  get table(): LocationTable | null {
    return this.#table;
  }

  /** The regions in force. */
  get regions(): readonly Region[] {
    return this.#current?.regions ?? [];
  }

  /** The state of things if it has changed since the last look, else null. `explicit`: the operator asked for it. */
  look(explicit: boolean): LocationBuild | null {
    const stamps = this.#stampAll();
    if (stamps === this.#stamps && !explicit && this.#current !== null) return null;
    this.#stamps = stamps;
    const inputs = this.#readInputs(explicit);
    const faults = [...inputs.faults];
    const before = this.#current;
    if (this.#key?.equals(inputs.key) && before !== null && !hasError(faults)) {
      return this.#finish({ ...before, regions: inputs.regions, faults }, before);
    }
    if (before !== null && hasError(faults)) return this.#finish({ ...before, faults }, before);
    const next = this.#restore(inputs, faults) ?? this.#compile(inputs, faults, before);
    this.#names = inputs.names;
    return this.#finish(next, before);
  }

  /** Takes `next` into force; null when it says nothing new. */
  #finish(next: LocationBuild, before: LocationBuild | null): LocationBuild | null {
    if (before !== null && JSON.stringify({ ...next, image: null }) === JSON.stringify({ ...before, image: null })) {
      if (next.image === before.image) return null;
    }
    if (next.image !== before?.image) this.#table = mapLocationTable(next.image);
    this.#current = next;
    return next;
  }

  /** The table from the cache: made of these files, or at a start with broken files the last that was good. */
  #restore(inputs: GeoInputs, faults: readonly Fault[]): LocationBuild | null {
    const bytes = this.#state.read(CACHE_FILE);
    if (bytes === null || bytes.length <= HEADER_BYTES) return null;
    const isSame = inputs.key.equals(bytes.subarray(0, KEY_BYTES));
    if (!isSame && !hasError(faults)) return null;
    try {
      const image = shareImage(bytes.subarray(HEADER_BYTES));
      openLocationTable(image);
      this.#key = isSame ? inputs.key : null;
      const source = new TextDecoder().decode(bytes.subarray(KEY_BYTES, HEADER_BYTES)).replace(/\0+$/, '');
      return { image, regions: inputs.regions, ...describe(source), cached: true, faults };
    } catch {
      // Damaged or of another version: made anew.
      return null;
    }
  }

  #compile(inputs: GeoInputs, faults: Fault[], before: LocationBuild | null): LocationBuild {
    const sources: MmdbSource[] = [];
    for (const { name, path, bytes } of inputs.mmdb) {
      const source = readMmdb(bytes, name);
      if (source instanceof GeoSourceError) faults.push(fileFault(path, `geo-${source.code}`, source.message));
      else sources.push(source);
    }
    const { databases, ignored } = orderMmdbSources(sources);
    for (const { name } of ignored) {
      const message = 'the file names no places (or another names them better) and is not used';
      faults.push({ ...fileFault(join(this.#geoDataDir, name), 'geo-unused', message), severity: 'warning' });
    }
    if (before !== null && hasError(faults)) return { ...before, faults };
    const used: GeoSource[] = databases.length > 0 ? databases : bundledSource(faults);
    let image: SharedArrayBuffer;
    try {
      const { overrides, measured } = inputs;
      image = compileLocationTable({ overrides, databases: used, measured, progress: this.#progress });
    } catch (error) {
      if (!(error instanceof GeoSourceError)) throw error;
      // Sound in itself, but more than the table can hold: known only once it is compiled.
      faults.push(fileFault(join(this.#geoDataDir, error.source), `geo-${error.code}`, error.message));
      if (before !== null) return { ...before, faults };
      image = compileLocationTable({ overrides: inputs.overrides, databases: [] });
    }
    const source = used.map(({ name }) => name).join(', ') || 'none';
    const isWhole = !hasError(faults);
    this.#key = isWhole ? inputs.key : null;
    if (isWhole) this.#state.write(CACHE_FILE, cacheBytes(inputs.key, source, image));
    return { image, regions: inputs.regions, ...describe(source), cached: false, faults };
  }

  #readInputs(explicit: boolean): GeoInputs {
    const faults: Fault[] = [];
    const hash = createHash('sha256').update(`${COMPILER_VERSION}\n`);
    const names = new Set(listNames(this.#geoDataDir, faults));
    if (!explicit) {
      for (const name of this.#names) {
        if (names.has(name)) continue;
        const message = 'the file is gone; what was made of it stays in force until the next explicit reload';
        faults.push(fileFault(join(this.#geoDataDir, name), 'geo-file-gone', message));
      }
    }
    const text = (name: string) =>
      names.has(name) ? readText(join(this.#geoDataDir, name), name, hash, faults) : null;
    const regionsText = text('regions.yaml');
    const networksText = text('networks.yaml');
    const regions = regionsText === null ? null : readRegions(join(this.#geoDataDir, 'regions.yaml'), regionsText);
    faults.push(...(regions?.faults ?? []));
    const networks =
      networksText === null
        ? null
        : readNetworks(join(this.#geoDataDir, 'networks.yaml'), networksText, regions?.regions ?? []);
    faults.push(...(networks?.faults ?? []));
    const latencyText = text('latency.csv');
    const latencies =
      latencyText === null
        ? null
        : readLatencies(join(this.#geoDataDir, 'latency.csv'), latencyText, regions?.regions ?? []);
    faults.push(...(latencies?.faults ?? []));
    const mmdb = [];
    for (const name of names) {
      if (!name.endsWith('.mmdb')) continue;
      const path = join(this.#geoDataDir, name);
      const bytes = readBytes(path, name, MMDB_FILE_BYTES_MAX, hash, faults);
      if (bytes !== null) mmdb.push({ name, path, bytes });
    }
    if (mmdb.length === 0) hashBundled(hash);
    const overrides = networks?.overrides ?? [];
    const known = (regions?.regions ?? []).map((region) => withRoundTrips(region, latencies));
    const measured = latencies?.networks ?? [];
    return { mmdb, regions: known, overrides, measured, faults, names, key: hash.digest() };
  }

  #stampAll(): string {
    const nowMs = Date.now();
    const ignoredFaults: Fault[] = [];
    return listNames(this.#geoDataDir, ignoredFaults)
      .map((name) => `${name} ${stampOf(join(this.#geoDataDir, name), nowMs)}`)
      .join('\n');
  }
}

/** The region with what latency.csv knows of the ways to it. */
function withRoundTrips(region: Region, latencies: LatencyFile | null): Region {
  const roundTrips = latencies?.byRegion.get(region.name);
  return roundTrips === undefined ? region : { ...region, roundTrips };
}

function describe(source: string): { source: string; note: string | null } {
  return { source, note: source === BUNDLED_NAME ? BUNDLED_NOTE : null };
}

function cacheBytes(key: Buffer, source: string, image: SharedArrayBuffer): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + image.byteLength);
  bytes.set(key);
  new TextEncoder().encodeInto(source, bytes.subarray(KEY_BYTES, HEADER_BYTES));
  bytes.set(new Uint8Array(image), HEADER_BYTES);
  return bytes;
}

/** True for the names that mean something in a geo-data directory. */
export function isGeoFileName(name: string): boolean {
  return /^(?:regions\.yaml|networks\.yaml|latency\.csv|[^.].*\.mmdb)$/.test(name);
}

/** The files of the directory that mean something; none when there is no directory. */
function listNames(directory: string, faults: Fault[]): string[] {
  try {
    return readdirSync(directory).filter(isGeoFileName).sort();
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) faults.push(fileFault(directory, 'geo-directory-unreadable', reasonOf(error)));
    return [];
  }
}

function readText(path: string, name: string, hash: Hash, faults: Fault[]): string | null {
  const bytes = readBytes(path, name, MMDB_FILE_BYTES_MAX, hash, faults);
  if (bytes === null) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    faults.push(fileFault(path, 'not-utf-8', 'the file is not UTF-8: save it as UTF-8'));
    return null;
  }
}

function readBytes(path: string, name: string, bytesMax: number, hash: Hash, faults: Fault[]): Uint8Array | null {
  try {
    const { bytes } = readRegularFile(path, bytesMax);
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
    return bytes;
  } catch (error) {
    faults.push(fileFault(path, 'file-unreadable', reasonOf(error)));
    return null;
  }
}

function bundledDirectory(): string {
  const require = createRequire(import.meta.url);
  return process.env.GEODATADIR ?? join(dirname(dirname(require.resolve('geoip-lite'))), 'data');
}

/** The package's files never change in place; their sizes and times say which release they are of. */
function hashBundled(hash: Hash): void {
  for (const name of BUNDLED_FILES) {
    const stat = statSync(join(bundledDirectory(), name), { throwIfNoEntry: false });
    hash.update(`${name} ${stat?.size} ${stat?.mtimeMs}\n`);
  }
}

function bundledSource(faults: Fault[]): GeoSource[] {
  const directory = bundledDirectory();
  try {
    const [city, city6, cityNames] = BUNDLED_FILES.map((name) => readFileSync(join(directory, name)));
    const source = readGeoipLite({ city: city!, city6: city6!, cityNames: cityNames! });
    if (!(source instanceof GeoSourceError)) return [source];
    faults.push(fileFault(directory, `geo-${source.code}`, source.message));
  } catch (error) {
    faults.push(fileFault(directory, 'file-unreadable', `geoip-lite's data: ${reasonOf(error)}`));
  }
  return [];
}
