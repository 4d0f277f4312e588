/**
 * Zones read the way the server reads them, from a whole directory or from single files. Used by `check` and by the zone
 * thread of `probe`.
 */

import { basename, dirname, resolve, sep } from 'node:path';
import type { Fault } from '../base/fault.ts';
import { findParts, listZoneSources, ZoneFileReader, type ZoneSource, zoneOfFileName } from '../server/zone-files.ts';
import { loadZone, type ZoneDefaults } from '../server/zone-load.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import type { CheckedFile } from './check-report.ts';

/** One zone of a directory; `model` is null when its faults have an error. */
export type CheckedZone = {
  readonly source: ZoneSource;
  readonly model: ZoneModel | null;
  readonly faults: readonly Fault[];
};

export type CheckedZones = {
  readonly zones: readonly CheckedZone[];
  /** Where files were read, to be watched. */
  readonly directories: readonly string[];
  /** Of the directory as a whole. */
  readonly faults: readonly Fault[];
};

/** Every zone of `zonesDir`. Never throws. */
export function checkZonesDirectory(zonesDir: string, defaults: ZoneDefaults): CheckedZones {
  const listing = listZoneSources(zonesDir);
  const included = new Set<string>();
  const directories = new Set(listing.directories);
  const zones: CheckedZone[] = [];
  for (const source of listing.sources) {
    const reader = new ZoneFileReader(zonesDir, Date.now());
    const { model, faults } = loadZone(source, reader, defaults);
    zones.push({ source, model, faults });
    for (const path of reader.included) included.add(path);
    for (const file of reader.files) directories.add(dirname(file.path));
  }
  const parts = findParts(listing.sources, included);
  const whole = zones.filter(({ source }) => !parts.has(source.zone));
  return { zones: whole, directories: [...directories], faults: listing.faults };
}

/** One file by itself, whatever stands beside it, with its model; null when its name is not that of a zone file. */
export function checkZoneFile(
  path: string,
  zonesDir: string,
  defaults: ZoneDefaults,
): (CheckedFile & Pick<CheckedZone, 'model'>) | null {
  const named = zoneOfFileName(path);
  if (named === null) return null;
  const isYaml = named.form === 'yaml';
  const source = { zone: named.zone, yamlFiles: isYaml ? [path] : [], masterFile: isYaml ? null : path, faults: [] };
  const { model, faults } = loadZone(source, new ZoneFileReader(includeRoot(path, zonesDir), Date.now()), defaults);
  return { path, zone: named.zone, model, faults };
}

/** What `check` calls the zone: its file, the directory of a split zone, else the first of its files. */
export function pathOfZone({ yamlFiles, masterFile, zone }: ZoneSource): string {
  const first = yamlFiles[0] ?? masterFile ?? zone;
  if (yamlFiles.length === 1 || yamlFiles.length === 0) return first;
  const split = yamlFiles.map(dirname).find((directory) => basename(directory).endsWith('.'));
  return split ?? first;
}

/** Includes may not leave the zones directory; for a file outside of it, the directory that the file is in. */
function includeRoot(path: string, zonesDir: string): string {
  const directory = dirname(resolve(path));
  if (`${directory}${sep}`.startsWith(`${resolve(zonesDir)}${sep}`)) return zonesDir;
  return basename(directory).endsWith('.') ? dirname(directory) : directory;
}
