/**
 * `meridian check`: every fault of the zones and the geo data, or of the files named, all at once.
 */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../base/fault.ts';
import { readRegions } from '../geo/geo-files.ts';
import { NO_LATENCY_FACTS } from '../geo/pool-costs.ts';
import { pingTrouble } from '../probe/ping-socket.ts';
import { usePlainEnvironment } from '../server/plain-environment.ts';
import { checkZonesDirectory } from '../server/zone-directory.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { zoneJsonSchema } from '../zone/zone-schema.ts';
import { hearAgents, misplacedAgents, unwatchedRegions } from './agent-regions-check.ts';
import { type CheckedFile, isAllGood, makeStrict, reportJson, reportText } from './check-report.ts';
import { ExitCode, usageFailure } from './command-failure.ts';
import { checkGeoDirectory, checkGeoFile, isGeoFile } from './geo-check.ts';
import { readLiveState } from './live-state.ts';
import { checkLosses, tellLosses } from './n-1-check.ts';
import { dataDirectories, zoneDefaults } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { checkZoneFile, pathOfZone } from './zone-check.ts';

/** Exit code 0: no errors. 1: errors, printed. Throws a usage failure for files that are missing or no zone files. */
export async function runCheck(settings: Settings, files: readonly string[]): Promise<number> {
  if (settings.schema) {
    process.stdout.write(`${JSON.stringify(zoneJsonSchema(), null, 2)}\n`);
    return ExitCode.GOOD;
  }
  usePlainEnvironment();
  const { zonesDir, geoDataDir } = files.length > 0 ? namedDirectories(settings) : dataDirectories(settings);
  const checkedFiles = files.length > 0 ? checkNamed(files, settings) : checkAll(settings, zonesDir, geoDataDir);
  const found = settings.redis === undefined ? checkedFiles : await withAgents(checkedFiles, geoDataDir, settings);
  const models = found.flatMap(({ model }) => model ?? []);
  const isLossChecked = settings['n-1'] === true;
  const losses = isLossChecked ? await lossesOf(models, geoDataDir, settings) : null;
  const checked = found.map(({ path, zone, faults, model }): CheckedFile => {
    const own = model === null ? [] : (losses?.faults.get(model.originText) ?? []);
    const file = { path, zone, faults: [...faults, ...own] };
    return settings.strict ? makeStrict(file) : file;
  });
  const nMinusOne = losses?.report ?? null;
  process.stdout.write(
    settings.json
      ? reportJson(checked, isLossChecked ? { nMinusOne } : {})
      : `${reportText(checked)}${nMinusOne === null ? '' : tellLosses(nMinusOne)}`,
  );
  return isAllGood(checked) ? ExitCode.GOOD : ExitCode.FAILED;
}

/** Everything counts as up; but with Redis, records steered by latency go by what agents measure. */
async function lossesOf(models: readonly ZoneModel[], geoDataDir: string, settings: Settings) {
  const isMeasured = models.some(({ dynamics }) => dynamics.some(({ steering }) => steering.method === 'latency'));
  const live = settings.redis === undefined || !isMeasured ? null : await readLiveState(settings);
  const facts = live?.facts ?? NO_LATENCY_FACTS;
  const { demand = null, load = null } = settings;
  return checkLosses({ models, geoDataDir, demand, load, facts });
}

/** A file with the model of its zone, where it is one and sound. */
type FoundFile = CheckedFile & { readonly model: ZoneModel | null };

/** With what the agents that Redis has heard of make of the files; without Redis, a word and nothing else. */
async function withAgents(
  files: readonly FoundFile[],
  geoDataDir: string,
  settings: Settings,
): Promise<readonly FoundFile[]> {
  const heard = await hearAgents(settings);
  if ('trouble' in heard) {
    process.stderr.write(`meridian: regions are not compared with the agents: ${heard.trouble}\n`);
    return files;
  }
  const path = regionsPath(geoDataDir);
  const regions = regionNames(geoDataDir);
  return files.map((file) => {
    const unwatched = file.model === null ? [] : unwatchedRegions(file.model, heard);
    const misplaced = file.path === path && regions !== null ? misplacedAgents(path, regions, heard) : [];
    return { ...file, faults: [...file.faults, ...unwatched, ...misplaced] };
  });
}

/** Files that are named need no directory of zones. */
function namedDirectories(settings: Settings): { zonesDir: string; geoDataDir: string } {
  return { zonesDir: settings.zones ?? 'zones', geoDataDir: settings['geo-data'] ?? 'geo-data' };
}

function checkNamed(files: readonly string[], settings: Settings): FoundFile[] {
  for (const path of files) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw usageFailure(`no such file: ${path}`);
    if (stat.isDirectory())
      throw usageFailure(`${path} is a directory: check the zones of a directory with --zones ${path}`);
  }
  return files.map((path) => {
    if (isGeoFile(path)) return { ...checkGeoFile(path), model: null };
    const checked = checkZoneFile(path, settings.zones ?? 'zones', zoneDefaults(settings));
    if (checked !== null) return checked;
    throw usageFailure(
      `${path} is no zone file by its name: call it ZONE.yaml or ZONE.zone, e.g. gslb.example.com.yaml`,
    );
  });
}

function checkAll(settings: Settings, zonesDir: string, geoDataDir: string): FoundFile[] {
  const { zones, faults } = checkZonesDirectory(zonesDir, zoneDefaults(settings));
  warnOfIcmp(zones.flatMap(({ model }) => (model === null ? [] : [model])));
  const regions = regionNames(geoDataDir);
  const checked = zones.map(({ source, model, faults: own }) => ({
    path: pathOfZone(source),
    zone: source.zone,
    model,
    faults: model === null || regions === null ? own : [...own, ...unknownRegions(model, regions)],
  }));
  const directory = faults.length === 0 ? [] : [{ path: zonesDir, zone: null, model: null, faults }];
  const geo = checkGeoDirectory(geoDataDir).map((file) => ({ ...file, model: null }));
  return [...directory, ...checked, ...geo];
}

/** Not a fault of the files: elsewhere the same checks may work. */
function warnOfIcmp(models: readonly ZoneModel[]): void {
  const endpoints = models.flatMap(({ dynamics }) =>
    dynamics.flatMap(({ pools }) => pools.flatMap((pool) => pool.endpoints)),
  );
  const count = endpoints.filter(({ status, check }) => status === 'obey' && check.protocol === 'ICMP').length;
  const trouble = count === 0 ? null : pingTrouble();
  if (trouble === null) return;
  process.stderr.write(
    `meridian: endpoints checked by ICMP: ${count}; from this host they would count as unknown: ${trouble}\n`,
  );
}

/** The regions that pools may stand for, or null when there is no list of them. */
function regionNames(geoDataDir: string): ReadonlySet<string> | null {
  const path = regionsPath(geoDataDir);
  try {
    return new Set(readRegions(path, readFileSync(path, 'utf8')).regions.map((region) => region.name));
  } catch {
    return null;
  }
}

function regionsPath(geoDataDir: string): string {
  return join(geoDataDir, 'regions.yaml');
}

/** A slip in a region's name costs nothing today and steers wrong once a method asks where the pool is. */
function unknownRegions(model: ZoneModel, regions: ReadonlySet<string>): Fault[] {
  return model.dynamics.flatMap((dynamic) =>
    dynamic.pools
      .filter((pool) => pool.region !== null && !regions.has(pool.region))
      .map(
        (pool): Fault => ({
          ...dynamic.place,
          severity: 'warning',
          code: 'pool-unknown-region',
          record: dynamic.key,
          type: dynamic.type,
          message: `pool "${pool.name}" stands for region "${pool.region}", which regions.yaml does not have`,
        }),
      ),
  );
}
