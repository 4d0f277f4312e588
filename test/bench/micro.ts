/**
 * `npm run bench:micro`: nanoseconds per call of the functions on the query's way, medians of several runs; then ten million
 * answers, and what they did to the heap. `--calls N` makes both shorter.
 */

import { parseArgs } from 'node:util';
import { PLAIN_POLICY } from '../../src/answer/answer-policy.ts';
import { answerQuery } from '../../src/answer/answer-query.ts';
import { ClientSampler, createClientSamples } from '../../src/answer/client-samples.ts';
import { createCounters } from '../../src/answer/counters.ts';
import { Transport } from '../../src/answer/transaction.ts';
import { RandomStream } from '../../src/base/random.ts';
import { Decision } from '../../src/decision/decision.ts';
import { drawEndpoints } from '../../src/decision/draw.ts';
import { Admission } from '../../src/decision/endpoint-weight.ts';
import { lookupClass } from '../../src/geo/class-table.ts';
import { endpointVerdict } from '../../src/health/verdict.ts';
import { createServiceTimes, ServiceTimer } from '../../src/server/service-times.ts';
import { RRType } from '../../src/wire/codes.ts';
import { Query } from '../../src/wire/query-parser.ts';
import { ScannedName } from '../../src/wire/scanned-name.ts';
import { DynWord, PoolWord, STEERED_WORDS } from '../../src/zone/zone-image.ts';
import { wireName } from '../tools/model-zone.ts';
import { measureHeap } from './answer-heap.ts';
import { median } from './bench-run.ts';
import { ZONE } from './bench-scenario.ts';
import { timeLatencyRecomputes } from './latency-recompute.ts';
import { Feed, policyOf, queryMixes } from './micro-mixes.ts';
import { type MicroTables, makeMicroTables, openCityData } from './micro-tables.ts';
import { timeWhatIf } from './what-if-scale.ts';

const POOL_SIZES = [2, 16, 1_000] as const;
const RUNS = 7;
const RUN_MS_MIN = 150;
const ADDRESSES = 1 << 16;
const MASK = ADDRESSES - 1;

const { values } = parseArgs({ options: { calls: { type: 'string', default: '10000000' } } });
const heapCalls = Number(values.calls);
const runCalls = Math.max(1_000, Math.floor(heapCalls / 10));

/** Whole answers, less the copying of the query into the buffer, which the kernel does in the server. */
function measureAnswers({ tables }: MicroTables): void {
  const counters = createCounters();
  for (const [label, queries] of Object.entries(queryMixes())) {
    const feed = new Feed(queries, policyOf(label));
    const copy = medianNs((calls) => {
      for (let i = 0; i < calls; i++) feed.next();
    });
    const whole = medianNs((calls) => {
      for (let i = 0; i < calls; i++) {
        feed.next();
        answerQuery(feed.tx, tables, counters);
      }
    });
    print(`answerQuery ${label}`, whole - copy);
  }
}

/** The steps by themselves. */
function measureParts({ tables, zone, classTable }: MicroTables): void {
  const query = new Query();
  for (const [label, queries] of Object.entries(queryMixes()).filter(([label]) => /^steered/.test(label))) {
    print(
      `parse ${label}`,
      medianNs((calls) => {
        for (let i = 0; i < calls; i++) query.parse(queries[i & 1023]!, 0, queries[i & 1023]!.length, false);
      }),
    );
  }
  const random = new RandomStream(7);
  const words = Array.from({ length: ADDRESSES }, () => Uint32Array.from({ length: 4 }, () => random.nextBits()));
  const global = words.map((word) => Uint32Array.of(0x20000000 | (word[0]! >>> 3), word[1]!, word[2]!, word[3]!));
  let sum = 0;
  for (const [family, list] of [
    [4, words],
    [6, global],
  ] as const) {
    const ns = medianNs((calls) => {
      for (let i = 0; i < calls; i++) sum += lookupClass(classTable, family, list[i & MASK]!);
    });
    print(`lookupClass IPv${family}, random addresses`, ns);
  }
  const decision = new Decision();
  for (const size of POOL_SIZES) {
    const name = new ScannedName();
    const wire = wireName(`pool${size}.${ZONE}.`);
    name.scan(wire, 0, wire.length);
    const rrset = zone.findRRset(zone.find(name, 0), RRType.A);
    decision.slotsAt = zone.dataOf(rrset) + STEERED_WORDS;
    const pool = zone.words[zone.blockOf(rrset) + DynWord.POOLS_AT]!;
    const at = zone.words[pool + PoolWord.ENDPOINTS_AT]!;
    const ns = medianNs((calls) => {
      for (let i = 0; i < calls; i++) {
        sum += drawEndpoints(decision, zone, at, size, 1, tables.health, random, Admission.HEALTHY);
      }
    });
    print(`draw from ${size.toLocaleString('en')}`, ns);
  }
  // Printed nowhere, but never provably unused.
  if (sum === 0.5) console.log(sum);
}

/** A verdict on one check, from the votes of up to seven regions either way. */
function measureVerdict(): void {
  let downs = 0;
  print(
    'verdict of one check',
    medianNs((calls) => {
      for (let i = 0; i < calls; i++) {
        if (endpointVerdict(i & 7, (i >> 3) & 7, 'majority', 'up', true) === 'down') downs++;
      }
    }),
  );
  if (downs < 0) console.log(downs);
}

/** What it costs a batch to be timed, or mostly not. */
function measureServiceTimer(): void {
  const timer = new ServiceTimer(createServiceTimes(), Transport.UDP);
  print(
    'service time of a batch',
    medianNs((calls) => {
      for (let i = 0; i < calls; i++) {
        timer.begin();
        timer.end(1);
      }
    }),
  );
}

/** What it costs to count a steered query by its client. */
function measureSampler(): void {
  const { request } = new Feed([new Uint8Array(0)], PLAIN_POLICY).tx;
  const sampler = new ClientSampler(createClientSamples(), 1);
  print(
    'one client counted',
    medianNs((calls) => {
      for (let i = 0; i < calls; i++) sampler.count(request, false);
    }),
  );
}

/**
 * Nanoseconds of this thread's processor time per call: the median of several runs, after one that does not count and says how
 * long they must be, since the kernel tells that time in steps of milliseconds.
 */
function medianNs(run: (calls: number) => void): number {
  const start = performance.now();
  run(runCalls);
  const scale = Math.min(100, Math.max(1, RUN_MS_MIN / Math.max(0.1, performance.now() - start)));
  const calls = Math.ceil(runCalls * scale);
  const times = Array.from({ length: RUNS }, () => {
    const before = process.threadCpuUsage();
    run(calls);
    const spent = process.threadCpuUsage(before);
    return ((spent.user + spent.system) * 1_000) / calls;
  });
  return median(times);
}

function print(label: string, ns: number): void {
  console.log(`${label.padEnd(48)} ${ns.toFixed(1)} ns`);
}

const cityData = openCityData();
const micro = makeMicroTables(cityData, POOL_SIZES);
measureAnswers(micro);
measureParts(micro);
measureVerdict();
measureSampler();
measureServiceTimer();
const recomputeMs = median(timeLatencyRecomputes(cityData));
console.log(`${'50 records x 20 pools by other latencies'.padEnd(48)} ${recomputeMs.toFixed(0)} ms`);
for (const method of ['nearest', 'latency'] as const) {
  const { wholeMs, lossesMs } = timeWhatIf(cityData, method);
  const label = `what-if by ${method}: 100,000 rows, 20 regions`;
  console.log(`${label.padEnd(48)} ${wholeMs.toFixed(0)} ms, of which the losses ${lossesMs.toFixed(0)} ms`);
}
for await (const { label, calls, grownBytes, collections } of measureHeap(micro, heapCalls)) {
  console.log(
    `${`heap: ${calls.toLocaleString('en')} x ${label}`.padEnd(48)} ${(grownBytes / 1024).toFixed(0)} KiB more, ` +
      `${(grownBytes / calls).toFixed(4)} octets a call, ${collections} collections`,
  );
}
