/**
 * `npm run probe-load`: one real agent (`meridian probe`, with a real Redis) checks 10,000 HTTP targets on loopback every 5 seconds for
 * two minutes, and what that took: processor time, lag of the schedule, memory and descriptors. Exits 1 when a bound of the
 * design is broken. `--targets N`, `--seconds N` and `--interval N` make it smaller.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../tools/free-port.ts';
import { startProbe } from '../tools/meridian-process.ts';
import { startRedis } from '../tools/redis-server.ts';
import { readCpuTime, readMemory } from './process-usage.ts';
import { targetAddress } from './target-address.ts';

/** Bounds of issue and design: a core, and the lag that a verdict within 4 s can bear. */
const CORES_MAX = 1;
const LAG_P99_MS_MAX = 500;
/** Growth that is no leak: what V8 has not collected yet. */
const MEMORY_GROWTH_MAX = 1.25;
const DESCRIPTORS_GROWTH_MAX = 200;
const TARGETS_PER_RECORD = 500;
/** First results, and what V8 compiles and collects, before anything is measured. */
const WARM_UP_INTERVALS = 2;
const SAMPLE_MS = 2_000;

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '120' },
    interval: { type: 'string', default: '5' },
  },
});
const targets = Number(values.targets);
const seconds = Number(values.seconds);
const intervalSeconds = Number(values.interval);

type Farm = { readonly child: ChildProcess; readonly lines: Interface };

async function startFarm(port: number): Promise<Farm> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'target-farm.ts'), String(targets), String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [unknown];
  if (line !== 'ready') throw new Error(`the targets did not start: ${String(line)}`);
  return { child, lines };
}

async function requestsOf({ child, lines }: Farm): Promise<number> {
  const answered = once(lines, 'line');
  child.stdin!.write('?\n');
  const [line] = (await answered) as [string];
  return Number(line);
}

/** A zone of steered records whose endpoints are the targets. */
function zoneText(port: number): string {
  const records: string[] = ["'': {type: NS, values: [ns.load.test.]}"];
  for (let from = 0; from < targets; from += TARGETS_PER_RECORD) {
    const count = Math.min(TARGETS_PER_RECORD, targets - from);
    const endpoints = Array.from({ length: count }, (_, i) => `{value: ${targetAddress(from + i)}}`);
    records.push(`r${from}:
  type: A
  values: [127.0.0.1]
  dynamic: {pools: {p: {values: [${endpoints.join(', ')}]}}, rules: [{pool: p}]}
  octodns:
    healthcheck: {protocol: HTTP, host: load.test, path: /healthz, port: ${port}}
    meridian: {healthcheck: {interval: ${intervalSeconds}, timeout: ${Math.min(1.5, intervalSeconds)}}}`);
  }
  return `${records.join('\n')}\n`;
}

type Usage = { readonly cpuSeconds: number; readonly residentBytes: number; readonly descriptors: number };
/** `heapBytes` is of the main thread, where the checks are. */
type Sample = Usage & { readonly heapBytes: number };

function usageOf(pid: number): Usage {
  const { user, system } = readCpuTime(pid);
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  return { cpuSeconds: user + system, residentBytes: readMemory(pid).resident, descriptors };
}

/** The values of an agent's metrics, by name with labels. */
async function scrape(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(url)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** The upper bound, in milliseconds, of the bucket in which the quantile of all that came between two scrapes lies. */
function lagQuantileMs(before: Map<string, number>, after: Map<string, number>, quantile: number): number {
  const bucket = /^meridian_agent_schedule_lag_seconds_bucket\{le="([^"]+)"\}$/;
  const rows = [...after].flatMap(([name, value]) => {
    const le = bucket.exec(name)?.[1];
    return le === undefined
      ? []
      : [{ ms: Number(le.replace('+Inf', 'Infinity')) * 1_000, count: value - (before.get(name) ?? 0) }];
  });
  const total = Math.max(...rows.map(({ count }) => count));
  return Math.min(...rows.filter(({ count }) => count >= quantile * total).map(({ ms }) => ms));
}

/** The least of a figure in the first and in the last third of the time: of the heap, what is left after a collection. */
function thirds(samples: readonly Sample[], field: keyof Sample): [number, number] {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const least = (part: readonly Sample[]) => Math.min(...part.map((sample) => sample[field]));
  return [least(samples.slice(0, third)), least(samples.slice(-third))];
}

async function measure(pid: number, metricsUrl: string, farm: Farm): Promise<boolean> {
  await sleep(WARM_UP_INTERVALS * intervalSeconds * 1_000);
  const [before, usedBefore, askedBefore] = [await scrape(metricsUrl), usageOf(pid), await requestsOf(farm)];
  const startMs = performance.now();
  const samples: Sample[] = [];
  while (performance.now() - startMs < seconds * 1_000) {
    await sleep(Math.min(SAMPLE_MS, seconds * 100));
    const heapBytes = (await scrape(metricsUrl)).get('nodejs_heap_size_used_bytes') ?? Number.NaN;
    samples.push({ ...usageOf(pid), heapBytes });
  }
  const elapsedSeconds = (performance.now() - startMs) / 1_000;
  const [after, usedAfter, askedAfter] = [await scrape(metricsUrl), usageOf(pid), await requestsOf(farm)];
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const cpuSeconds = usedAfter.cpuSeconds - usedBefore.cpuSeconds;
  const cores = cpuSeconds / elapsedSeconds;
  const checks = grown('meridian_agent_schedule_lag_seconds_count');
  const lagP99Ms = lagQuantileMs(before, after, 0.99);
  const [memoryFirst, memoryLast] = thirds(samples, 'residentBytes');
  const [heapFirst, heapLast] = thirds(samples, 'heapBytes');
  const [descriptorsFirst, descriptorsLast] = thirds(samples, 'descriptors');
  const failed = grown('meridian_agent_check_results_total{kind="HTTP",result="failed"}');
  const unknown = grown('meridian_agent_check_results_total{kind="HTTP",result="unknown"}');
  const due = (targets * elapsedSeconds) / intervalSeconds;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const rows: [string, string, boolean][] = [
    ['checks', `${checks} (${(checks / elapsedSeconds).toFixed(0)}/s, due ${due.toFixed(0)})`, checks > 0.95 * due],
    ['requests that targets saw', `${askedAfter - askedBefore}`, askedAfter - askedBefore > 0.95 * due],
    [
      'failed, unknown, passed over',
      `${failed}, ${unknown}, ${grown('meridian_agent_checks_skipped_total')}`,
      failed + unknown < 0.001 * checks,
    ],
    [
      'CPU of the agent',
      `${cpuSeconds.toFixed(1)} s in ${elapsedSeconds.toFixed(1)} s: ${cores.toFixed(2)} cores, ${((cpuSeconds / checks) * 1e6).toFixed(0)} us a check`,
      cores < CORES_MAX,
    ],
    [
      'schedule lag',
      `p50 <= ${lagQuantileMs(before, after, 0.5)} ms, p99 <= ${lagP99Ms} ms`,
      lagP99Ms <= LAG_P99_MS_MAX,
    ],
    ['least heap, first and last third', `${mb(heapFirst)}, ${mb(heapLast)}`, heapLast < MEMORY_GROWTH_MAX * heapFirst],
    [
      'least memory, first and last third',
      `${mb(memoryFirst)}, ${mb(memoryLast)}`,
      memoryLast < MEMORY_GROWTH_MAX * memoryFirst,
    ],
    [
      'least descriptors, first and last third',
      `${descriptorsFirst.toFixed(0)}, ${descriptorsLast.toFixed(0)}`,
      descriptorsLast < descriptorsFirst + DESCRIPTORS_GROWTH_MAX,
    ],
  ];
  process.stdout.write(`${targets} targets every ${intervalSeconds} s for ${elapsedSeconds.toFixed(0)} s\n`);
  for (const [what, figure, isGood] of rows) process.stdout.write(`${isGood ? 'good' : 'BAD '}  ${what}: ${figure}\n`);
  return rows.every(([, , isGood]) => isGood);
}

async function run(): Promise<number> {
  const port = await freePort();
  const metricsPort = await freePort();
  const redis = await startRedis();
  const farm = await startFarm(port);
  const zones = { 'load.test.yaml': zoneText(port) };
  const agent = startProbe({ region: 'local', redis: redis.url, zones, metricsPort, args: ['--log-level', 'warn'] });
  try {
    await agent.waitForText(/^meridian probe ready: .*/m, 60_000);
    const url = `http://127.0.0.1:${metricsPort}/metrics`;
    return (await measure(agent.child.pid!, url, farm)) ? 0 : 1;
  } finally {
    await agent.stop();
    farm.child.kill('SIGKILL');
    farm.lines.close();
    await redis.stop();
  }
}

process.exitCode = await run();
