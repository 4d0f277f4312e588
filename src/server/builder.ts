/**
 * Entry of the builder thread: all work that takes longer than the control thread may be away. It looks at the files,
 * parses, checks and compiles, and hands over finished tables in shared memory; it decides nothing about what is in force.
 */

import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { assert, present } from '../base/assert.ts';
import type { BuilderSetup, FromBuilder, LocationNews, ScanResult, ToBuilder, ZoneNews } from './builder-messages.ts';
import { collectGarbage, collectLargeGarbage } from './collect-garbage.ts';
import { GroupTables } from './group-tables.ts';
import { LocationBuilder } from './location-build.ts';
import { usePlainEnvironment } from './plain-environment.ts';
import { StateDir } from './state-dir.ts';
import { ZoneBuilder } from './zone-builder.ts';
import { findParts, listZoneSources } from './zone-files.ts';

/** Zones in one message, or as many as were built in this time: the control thread takes each in a few milliseconds. */
const BATCH_ZONES = 64;
const BATCH_MS = 100;

/** Nice value of this thread: with fewer cores than threads the workers go first, and a reload takes a little longer. */
const BUILDER_NICE = 10;

/** After the last zone was built. */
const IDLE_MS = 2_000;
let idle: NodeJS.Timeout | undefined;

try {
  // On Linux this is the priority of the calling thread alone.
  if (process.platform === 'linux') setPriority(0, BUILDER_NICE);
} catch {
  // Not allowed here: everything works, queries wait a little longer during a reload.
}

usePlainEnvironment();

const port = present(parentPort, 'the port to the control thread');
const setup = workerData as BuilderSetup;
const state = new StateDir(setup.stateDir, (message) => tell({ kind: 'warning', message }));
const zones = new ZoneBuilder(setup.zonesDir, state, setup.zoneDefaults);
const locations = new LocationBuilder(setup.geoDataDir, state);
const groups = new GroupTables();

port.on('message', (message: ToBuilder) => {
  try {
    answer(message);
  } catch (error) {
    tell({ kind: 'defect', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

function answer(message: ToBuilder): void {
  switch (message.kind) {
    case 'locations':
      tell({ kind: 'locations', news: lookAtLocations(message.explicit), directories: [setup.geoDataDir] });
      return;
    case 'scan':
      tell({ kind: 'scanned', result: scan(message.explicit) });
      return;
    case 'groups': {
      const { table } = locations;
      assert(table !== null, 'groups are compiled after the first look at locations');
      groups.setFacts(message.facts);
      const tables = groups.update(message.added, message.dropped, table, locations.regions);
      tell({ kind: 'groups', tables, isMapped: groups.isMapped });
      return;
    }
    case 'latencies': {
      const { table } = locations;
      assert(table !== null, 'latencies are followed after the first look at locations');
      groups.setFacts(message.facts);
      tell({ kind: 'latencies', result: groups.followLatency(message.nowMs, table, locations.regions) });
      return;
    }
  }
}

function lookAtLocations(explicit: boolean): LocationNews | null {
  const before = locations.table?.image;
  const build = locations.look(explicit);
  if (build === null) return null;
  // Made anew, from a hundred megabytes that are read no more.
  if (!build.cached) collectGarbage();
  const { table } = locations;
  const isNew = table !== null && table.image !== before;
  const classTables = isNew ? groups.recompile(table, locations.regions) : [];
  return { ...build, classTables, isMapped: groups.isMapped };
}

function scan(explicit: boolean): ScanResult {
  const listing = listZoneSources(setup.zonesDir);
  const isComplete = !listing.faults.some((fault) => fault.severity === 'error');
  let batch: ZoneNews[] = [];
  let since = performance.now();
  const flush = () => {
    if (batch.length > 0) {
      tell({ kind: 'zones', zones: batch });
      collectWhenIdle();
    }
    batch = [];
    since = performance.now();
  };
  for (const source of listing.sources) {
    const news = zones.look(source, explicit, Date.now());
    if (news !== null) batch.push(news);
    if (batch.length >= BATCH_ZONES || performance.now() - since > BATCH_MS) flush();
  }
  flush();
  const parts = findParts(listing.sources, zones.includedFiles());
  const present = listing.sources.filter((source) => !parts.has(source.zone)).map((source) => source.zone);
  if (explicit && isComplete) zones.forgetOthers(new Set(listing.sources.map((source) => source.zone)));
  zones.keepSerials();
  const directories = new Set(listing.directories);
  for (const path of zones.readFiles()) directories.add(dirname(path));
  return { present, isComplete, faults: listing.faults, directories: [...directories] };
}

/** What zones were made from stays until then: somebody waits for the tables. */
function collectWhenIdle(): void {
  clearTimeout(idle);
  idle = setTimeout(collectLargeGarbage, IDLE_MS);
}

function tell(message: FromBuilder): void {
  port.postMessage(message);
}
