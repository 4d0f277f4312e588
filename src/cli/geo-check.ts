/**
 * The files of a geo-data directory, each checked as the server would read it. Used by `check`.
 */

import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Fault } from '../base/fault.ts';
import { MMDB_FILE_BYTES_MAX, ZONE_FILE_BYTES_MAX } from '../base/limits.ts';
import { readNetworks, readRegions } from '../geo/geo-files.ts';
import { GeoSourceError } from '../geo/geo-source.ts';
import { readLatencies } from '../geo/latency-file.ts';
import { readMmdb } from '../geo/mmdb-source.ts';
import type { Region } from '../geo/region.ts';
import { isGeoFileName } from '../server/location-build.ts';
import { isErrno, reasonOf } from '../server/state-dir.ts';
import { fileFault, readRegularFile } from '../server/zone-files.ts';
import type { CheckedFile } from './check-report.ts';

/** True if the file at `path` means something in a geo-data directory. */
export function isGeoFile(path: string): boolean {
  return isGeoFileName(basename(path));
}

/** Every file of `directory`, by name; nothing when there is no such directory. */
export function checkGeoDirectory(directory: string): CheckedFile[] {
  let names: string[];
  try {
    names = readdirSync(directory).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    return [
      { path: directory, zone: null, faults: [fileFault(directory, 'geo-directory-unreadable', reasonOf(error))] },
    ];
  }
  return names.filter(isGeoFileName).map((name) => checkGeoFile(join(directory, name)));
}

/** One file; networks.yaml and latency.csv are read against the regions.yaml beside it. */
export function checkGeoFile(path: string): CheckedFile {
  return { path, zone: null, faults: faultsOf(path) };
}

function faultsOf(path: string): readonly Fault[] {
  const name = basename(path);
  if (name.endsWith('.mmdb')) return mmdbFaults(path);
  const read = readText(path);
  if ('fault' in read) return [read.fault];
  if (name === 'regions.yaml') return readRegions(path, read.text).faults;
  if (name === 'latency.csv') return readLatencies(path, read.text, regionsBeside(path)).faults;
  return readNetworks(path, read.text, regionsBeside(path)).faults;
}

function regionsBeside(networksPath: string): readonly Region[] {
  const path = join(dirname(networksPath), 'regions.yaml');
  const read = readText(path);
  return 'fault' in read ? [] : readRegions(path, read.text).regions;
}

function mmdbFaults(path: string): readonly Fault[] {
  try {
    const source = readMmdb(readRegularFile(path, MMDB_FILE_BYTES_MAX).bytes, basename(path));
    if (source instanceof GeoSourceError) return [fileFault(path, `geo-${source.code}`, source.message)];
    if (source.richness !== 'none') return [];
    const message = 'the file names no places and is not used';
    return [{ ...fileFault(path, 'geo-unused', message), severity: 'warning' }];
  } catch (error) {
    return [fileFault(path, 'file-unreadable', reasonOf(error))];
  }
}

function readText(path: string): { readonly text: string } | { readonly fault: Fault } {
  let bytes: Uint8Array;
  try {
    bytes = readRegularFile(path, ZONE_FILE_BYTES_MAX).bytes;
  } catch (error) {
    return { fault: fileFault(path, 'file-unreadable', reasonOf(error)) };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { fault: fileFault(path, 'not-utf-8', 'the file is not UTF-8: save it as UTF-8') };
  }
}
