/**
 * `npm run bench`: Meridian and other servers side by side in one run, in turn, on loopback. Prints tables and writes them to
 * RESULTS.md. Servers that are not installed are left out with a word.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchLine } from './bench-line.ts';
import { type BenchOptions, readBenchOptions, type WorkloadName } from './bench-options.ts';
import type { BenchRun } from './bench-run.ts';
import { findProgram } from './find-program.ts';
import { makeFullDatabase, makeGeoDatabase } from './geo-database.ts';
import { installPeers } from './install-peers.ts';
import { meridianKind } from './meridian-kinds.ts';
import { findCompiler } from './native-program.ts';
import { gdnsdKind, knotKind, powerdnsKind, reflectorKind } from './peer-kinds.ts';
import { formatReport, formatTable } from './result-report.ts';
import type { ServerKind } from './server-kind.ts';
import { measureLatency, measureReload } from './workload-latency.ts';
import { measureMethods } from './workload-methods.ts';
import { measureMemory, measureStart } from './workload-resources.ts';
import { measureScaleOfEndpoints, measureScaleOfNames } from './workload-scale.ts';
import { measureStates } from './workload-states.ts';
import { measureThroughput } from './workload-throughput.ts';
import { measureZones } from './workload-zones.ts';

const KINDS: readonly ServerKind[] = [
  meridianKind('mmsg'),
  meridianKind('dgram'),
  reflectorKind,
  gdnsdKind,
  knotKind,
  powerdnsKind,
];

const WORK: Readonly<Record<WorkloadName, (run: BenchRun) => Promise<void>>> = {
  'names-1k': (run) => measureThroughput(run, 'names-1k'),
  'names-100k': (run) => measureThroughput(run, 'names-100k'),
  ecs: (run) => measureThroughput(run, 'ecs'),
  nxdomain: (run) => measureThroughput(run, 'nxdomain'),
  tcp: (run) => measureThroughput(run, 'tcp'),
  methods: measureMethods,
  latency: measureLatency,
  reload: measureReload,
  'scale-names': measureScaleOfNames,
  'scale-endpoints': measureScaleOfEndpoints,
  memory: measureMemory,
  start: measureStart,
  zones: measureZones,
  states: measureStates,
};

/** Workloads that need the C sender. */
const OPEN_LOOP: readonly WorkloadName[] = ['latency', 'reload', 'zones'];

const options = readBenchOptions(process.argv.slice(2), join(import.meta.dirname, 'RESULTS.md'));
if (typeof options === 'string') {
  console.log(options);
  process.exitCode = process.argv.includes('--help') ? 0 : 2;
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.exitCode = await main(options);
}

async function main(chosen: BenchOptions): Promise<number> {
  if (chosen.install) console.error(`bench: ${installPeers()}`);
  for (const program of chosen.pin ? ['dnsperf', 'taskset'] : ['dnsperf']) {
    if (findProgram(program) !== null) continue;
    console.error(`bench: ${program} is not installed; --install brings dnsperf on Debian`);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'meridian-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const health = await openHealthPort();
  try {
    return await runAll(chosen, folder, (health.address() as AddressInfo).port);
  } finally {
    health.close();
  }
}

async function runAll(chosen: BenchOptions, folder: string, healthPort: number): Promise<number> {
  const wanted = KINDS.filter(
    ({ name }) => chosen.servers.length === 0 || chosen.servers.some((start) => name.startsWith(start)),
  );
  const missing = wanted.flatMap((kind) => {
    const why = kind.whyMissing();
    return why === null ? [] : [`${kind.name} (${why})`];
  });
  for (const why of missing) console.error(`bench: left out: ${why}`);
  const kinds = wanted.filter((kind) => kind.whyMissing() === null);
  const geo = chosen.fullGeo ? makeFullDatabase(folder) : makeGeoDatabase(folder);
  const line = new BenchLine(chosen.workloads.length);
  const run: BenchRun = {
    options: chosen,
    folder,
    geoDatabase: geo.path,
    healthPort,
    kinds,
    tables: [],
    missing,
    say: (text) => line.say(text),
  };
  let failures = 0;
  for (const workload of chosen.workloads) {
    line.begin(workload);
    if (OPEN_LOOP.includes(workload) && findCompiler() === null) {
      missing.push(`${workload} (no C compiler)`);
      continue;
    }
    const shown = run.tables.length;
    try {
      await WORK[workload](run);
    } catch (error) {
      failures++;
      missing.push(`${workload} (failed)`);
      run.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    line.clear();
    for (const table of run.tables.slice(shown)) console.log(`${formatTable(table)}\n`);
  }
  line.end();
  if (chosen.results !== null) {
    writeFileSync(chosen.results, formatReport(run.tables, chosen, kinds, missing, geo.label, new Date()));
  }
  return failures === 0 ? 0 : 1;
}

/** What the endpoints' health checks find: a loopback port that takes every connection and ends it. */
function openHealthPort(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end();
    });
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
