/** Single zone files read the way the server reads zones, and what `check` calls them. */

import { basename, dirname, resolve, sep } from 'node:path';
import type { CheckedZone } from '../server/zone-directory.ts';
import { ZoneFileReader, type ZoneSource, zoneOfFileName } from '../server/zone-files.ts';
import { loadZone, type ZoneDefaults } from '../server/zone-load.ts';
import type { CheckedFile } from './check-report.ts';

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
