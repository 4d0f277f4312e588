/** What a server takes beside processor time: memory with the whole city data, and the time from its start to its first answer. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchRun, LOAD_PROCESSOR, median, placeOf } from './bench-run.ts';
import { hostName, type Scenario } from './bench-scenario.ts';
import { makeFullDatabase } from './geo-database.ts';
import { runClosedLoop } from './load-generator.ts';
import { bundledGeoKind } from './meridian-kinds.ts';
import { readMemory } from './process-usage.ts';
import { writeNameQuestions } from './question-file.ts';
import { type ServerKind, startServer } from './server-kind.ts';

const NAMES = 1_000;
const START_WITHIN_MS = 120_000;
/** Time for what a start leaves behind to be given back. */
const SETTLE_MS = 3_000;

/** Resident memory of each server after load, with some 3,000,000 networks. */
export async function measureMemory(run: BenchRun): Promise<void> {
  const { scenario, label } = fullScenario(run);
  const questions = join(run.folder, 'memory.questions');
  writeNameQuestions(questions, NAMES, hostName);
  const rows: string[][] = [];
  for (const kind of steeringKinds(run)) {
    const server = await startServer(kind, scenario, placeOf(run, 'memory'), START_WITHIN_MS);
    try {
      const processor = run.options.pin ? LOAD_PROCESSOR : null;
      const seconds = Math.min(2, run.options.seconds);
      await runClosedLoop({ port: server.port, questions, isStream: false, overTcp: false, seconds, processor });
      await sleep(SETTLE_MS);
      const { resident, anonymous, peak } = readMemory(server.pid);
      rows.push([kind.name, ...[resident, anonymous, peak].map((bytes) => (bytes / 1e6).toFixed(0))]);
    } finally {
      await server.stop();
    }
  }
  run.tables.push({
    title: 'memory: 1,000 names, whole city data, MB',
    columns: ['server', 'resident', 'without file pages', 'peak'],
    rows,
    notes: [`peers map the database file into memory, so only the pages they touched count (${label})`],
  });
}

/** Start to first answer with the whole city data: with nothing kept, and again with what the first start left behind. */
export async function measureStart(run: BenchRun): Promise<void> {
  const { scenario, label } = fullScenario(run);
  const rows: string[][] = [];
  for (const kind of steeringKinds(run)) {
    const cold: number[] = [];
    const second: number[] = [];
    for (let round = 0; round < run.options.rounds; round++) {
      const place = placeOf(run, 'start');
      for (const list of [cold, second]) {
        const server = await startServer(kind, scenario, place, START_WITHIN_MS);
        list.push(server.answeredAfterMs / 1000);
        await server.stop();
      }
      rmSync(place.folder, { recursive: true, force: true });
    }
    rows.push([kind.name, median(cold).toFixed(2), median(second).toFixed(2)]);
    run.say(`started ${kind.name}`);
  }
  run.tables.push({
    title: 'start: first answer after, seconds',
    columns: ['server', 'first start', 'second start'],
    rows,
    notes: [`1,000 names, ${label}; with the page cache warm`],
  });
}

function fullScenario(run: BenchRun): { scenario: Scenario; label: string } {
  const { path, label } = makeFullDatabase(run.folder);
  return { scenario: { names: NAMES, geoDatabase: path, healthPort: run.healthPort }, label };
}

/** All that steer; Meridian also with the data it brings along, which it reads in another form. */
function steeringKinds(run: BenchRun): ServerKind[] {
  const kinds = run.kinds.filter((kind) => kind.name !== 'reflector' && kind.name !== 'meridian dgram');
  return kinds.flatMap((kind) => (kind.name === 'meridian mmsg' ? [kind, bundledGeoKind()] : [kind]));
}
