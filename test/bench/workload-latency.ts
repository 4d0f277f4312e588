/** Open-loop latency at a quarter and at half of saturation, and what a reload of all tables does to it. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchRun, LOAD_PROCESSOR, median, placeOf, scenarioOf, startAll, stopAll } from './bench-run.ts';
import { hostName, TTL_SECONDS, ZONE } from './bench-scenario.ts';
import { type OpenLoopReport, runOpenLoop } from './load-generator.ts';
import { LOOPBACK_NETWORK, meridianKind, steeredZone, writeMeridianGeo, writeMeridianZone } from './meridian-kinds.ts';
import { writeNameQuestions, writeNameStream } from './question-file.ts';
import { type ServerProcess, startServer } from './server-kind.ts';
import { measureInTurn } from './workload-throughput.ts';

const NAMES = 1_000;
const SHARES = [0.25, 0.5] as const;
const START_WITHIN_MS = 60_000;
const RELOADS = 3;
/** Times in each of the run's rounds: a second's 99th percentile is what the machine's stalls make of it, by a third more or less from one to the next. */
const ALTERNATIONS = 6;
/** From one reload to the next: longer than one takes. */
const RELOAD_GAP_MS = 1_500;

/** p50, p99 and p99.9 of every server at the same two rates: shares of what the slower of ours and gdnsd answers at most. */
export async function measureLatency(run: BenchRun): Promise<void> {
  const kinds = run.kinds.filter((kind) => kind.name !== 'reflector');
  const servers = await startAll(run, NAMES, kinds);
  try {
    const stream = writeStream(run);
    const most = await measureSaturation(run, servers);
    const rows: string[][] = [];
    for (const share of SHARES) {
      const reports = await measureRate(run, servers, stream, most * share);
      for (const [server, list] of reports) rows.push(latencyRow(`${share * 100} %`, most * share, server, list));
    }
    const notes = [
      `saturation is ${Math.round(most).toLocaleString('en')} answers/s: the lower of meridian mmsg and gdnsd`,
      'of all that was sent: a lost query counts with the two seconds that were waited for it',
    ];
    run.tables.push({ title: 'latency: open loop, microseconds', columns: LATENCY_COLUMNS, rows, notes });
  } finally {
    await stopAll(servers);
  }
}

/** Every table made anew during load: another geo database overlay, another TTL in the zone, then SIGHUP. */
export async function measureReload(run: BenchRun): Promise<void> {
  const kind = meridianKind('mmsg');
  const place = placeOf(run, 'reload');
  const scenario = scenarioOf(run, NAMES);
  const server = await startServer(kind, scenario, place, START_WITHIN_MS);
  try {
    const stream = writeStream(run);
    const most = await measureSaturation(run, [server]);
    const rows: string[][] = [];
    for (const [load, reloads] of [
      ['no reload', 0],
      [`${RELOADS} reloads`, RELOADS],
    ] as const) {
      const list: OpenLoopReport[] = [];
      for (let round = 0; round < run.options.rounds; round++) {
        const seconds = Math.max(run.options.seconds, ((RELOADS + 1) * RELOAD_GAP_MS) / 1000);
        const report = runOpenLoop(server.port, stream, most / 2, seconds, loadProcessor(run), run.folder);
        for (let i = 0; i < reloads; i++) {
          await sleep(RELOAD_GAP_MS);
          changeEverything(place.folder, run, round * RELOADS + i + 1);
          process.kill(server.pid, 'SIGHUP');
        }
        list.push(await report);
        run.say(`${load}, round ${round + 1} of ${run.options.rounds}`);
      }
      rows.push(latencyRow(load, most / 2, server.kind, list));
    }
    run.tables.push({
      title: 'reload: all tables made anew at half of saturation, microseconds',
      columns: LATENCY_COLUMNS,
      rows,
      notes: [],
    });
  } finally {
    await server.stop();
  }
}

const LATENCY_COLUMNS = ['load', 'queries/s', 'server', 'p50', 'p99', 'p99.9', 'worst', 'lost'];

/** Medians of the quantiles, the worst of all rounds, and all that was lost. */
function latencyRow(load: string, perSecond: number, server: string, list: readonly OpenLoopReport[]): string[] {
  const of = (field: 'p50' | 'p99' | 'p999') =>
    Math.round(median(list.map((report) => report[field]))).toLocaleString('en');
  return [
    load,
    Math.round(perSecond).toLocaleString('en'),
    server,
    of('p50'),
    of('p99'),
    of('p999'),
    Math.round(Math.max(...list.map((report) => report.worst))).toLocaleString('en'),
    list.reduce((sum, report) => sum + report.lost, 0).toLocaleString('en'),
  ];
}

async function measureRate(
  run: BenchRun,
  servers: readonly ServerProcess[],
  stream: string,
  perSecond: number,
): Promise<Map<string, OpenLoopReport[]>> {
  const reports = new Map<string, OpenLoopReport[]>(servers.map((server) => [server.kind, []]));
  const rounds = run.options.rounds * ALTERNATIONS;
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) {
      const { seconds } = run.options;
      const report = await runOpenLoop(server.port, stream, perSecond, seconds, loadProcessor(run), run.folder);
      reports.get(server.kind)!.push(report);
    }
    run.say(`${Math.round(perSecond)} queries/s, round ${round + 1} of ${rounds}`);
  }
  return reports;
}

/** Answers a second, closed loop, of the slower of ours and gdnsd. */
async function measureSaturation(run: BenchRun, servers: readonly ServerProcess[]): Promise<number> {
  const questions = join(run.folder, 'saturation.questions');
  writeNameQuestions(questions, NAMES, hostName);
  const judged = servers.filter(({ kind }) => kind === 'meridian mmsg' || kind === 'gdnsd');
  const ask = { questions, isStream: false, overTcp: false, rcode: 'NOERROR' };
  const samples = await measureInTurn(
    run,
    judged.map((server) => ({ label: server.kind, server, ask })),
    // Only how many answers there are: nothing is compared.
    1,
  );
  return Math.min(...[...samples.values()].map((list) => median(list.map((sample) => sample.answersPerSecond))));
}

/** New zone contents, and new geo data below every steering group. */
function changeEverything(folder: string, run: BenchRun, version: number): void {
  writeMeridianZone(folder, `${ZONE}.yaml`, steeredZone(scenarioOf(run, NAMES), TTL_SECONDS + version));
  const extra = `10.${version % 256}.0.0/16: {country: DE, province: null, latitude: 52.5, longitude: 13.4}\n`;
  writeMeridianGeo(folder, null, LOOPBACK_NETWORK + extra);
}

function writeStream(run: BenchRun): string {
  const stream = join(run.folder, 'latency.stream');
  writeNameStream(stream, NAMES, hostName);
  return stream;
}

function loadProcessor(run: BenchRun): number | null {
  return run.options.pin ? LOAD_PROCESSOR : null;
}
