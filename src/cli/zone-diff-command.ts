/** `meridian zone diff A B`: what differs between two zone files, or two directories of them, and how many clients would move. */

import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatFault, hasError } from '../base/fault.ts';
import { checkZonesDirectory } from '../server/zone-directory.ts';
import { ZoneFileReader, zoneOfFileName } from '../server/zone-files.ts';
import { loadZone } from '../server/zone-load.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { CommandFailure, ExitCode, usageFailure } from './command-failure.ts';
import { readName } from './query-command.ts';
import { GEO_DATA_DEFAULT, zoneDefaults } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { printable } from './text-table.ts';
import { diffModels } from './zone-diff.ts';
import { renderDifference } from './zone-diff-view.ts';

/** Exit code as diff(1): 0 no difference, 1 some, 2 cannot be compared (a usage failure). */
export async function runZoneDiff(settings: Settings, before: string, after: string): Promise<number> {
  const isDirectory = [before, after].map((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw usageFailure(`no such file or directory: ${path}`);
    return stat.isDirectory();
  });
  if (isDirectory[0] !== isDirectory[1]) throw usageFailure('compare two files or two directories');
  const read = isDirectory[0] ? modelsOfDirectory : modelOfFile;
  const zone = isDirectory[0] ? '' : zoneOfFiles(before, after, settings.name);
  const request = { geoDataDir: settings['geo-data'] ?? GEO_DATA_DEFAULT, demand: settings.demand ?? null };
  try {
    const difference = diffModels(read(before, settings, zone), read(after, settings, zone), request);
    process.stdout.write(settings.json ? `${JSON.stringify(difference, null, 2)}\n` : renderDifference(difference));
    return difference.same ? ExitCode.GOOD : ExitCode.FAILED;
  } catch (error) {
    if (error instanceof CommandFailure) throw usageFailure(error.message);
    throw error;
  }
}

function zoneOfFiles(before: string, after: string, name: string | undefined): string {
  if (name !== undefined) return readName(name);
  const zones = [before, after].map((path) => zoneOfFileName(path)?.zone ?? null);
  if (zones[0] === null || zones[0] !== zones[1]) {
    const said = zones.map((zone) => zone ?? 'no zone').join(' and ');
    throw usageFailure(`by their names the files are of ${said}: say of which zone both are with --name ZONE`);
  }
  return zones[0]!;
}

function modelOfFile(path: string, settings: Settings, zone: string): ZoneModel[] {
  const isMaster = path.endsWith('.zone');
  const source = { zone, yamlFiles: isMaster ? [] : [path], masterFile: isMaster ? path : null, faults: [] };
  const { model, faults } = loadZone(source, new ZoneFileReader(dirname(path), Date.now()), zoneDefaults(settings));
  if (model !== null) return [model];
  const lines = faults.filter((fault) => hasError([fault])).map((fault) => printable(formatFault(fault)));
  throw usageFailure(`${path} has faults\n${lines.join('\n')}`);
}

function modelsOfDirectory(path: string, settings: Settings): ZoneModel[] {
  const { zones, faults } = checkZonesDirectory(path, zoneDefaults(settings));
  const broken = [...faults, ...zones.flatMap((zone) => zone.faults)].filter((fault) => hasError([fault]));
  if (broken.length === 0) return zones.flatMap(({ model }) => model ?? []);
  throw usageFailure(`${path} has faults\n${broken.map((fault) => printable(formatFault(fault))).join('\n')}`);
}
