/**
 * `npm run bench:micro`: nanoseconds per call of the functions on the query's way, medians of several runs; then ten million
 * answers, and what they did to the heap. `--calls N` makes both shorter.
 */

import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type AnswerPolicy, PLAIN_POLICY } from '../../src/answer/answer-policy.ts';
import { answerQuery } from '../../src/answer/answer-query.ts';
import { ClientSampler, createClientSamples } from '../../src/answer/client-samples.ts';
import { createCounters } from '../../src/answer/counters.ts';
import { createLivePolicy, setCookieSecrets } from '../../src/answer/live-policy.ts';
import { RateLimit } from '../../src/answer/rate-limit.ts';
import { Transaction, Transport } from '../../src/answer/transaction.ts';
import { RandomStream } from '../../src/base/random.ts';
import { Decision } from '../../src/decision/decision.ts';
import { drawEndpoints } from '../../src/decision/draw.ts';
import { Admission } from '../../src/decision/endpoint-weight.ts';
import { lookupClass } from '../../src/geo/class-table.ts';
import { endpointVerdict } from '../../src/health/verdict.ts';
import { RRType } from '../../src/wire/codes.ts';
import { Query } from '../../src/wire/query-parser.ts';
import { ScannedName } from '../../src/wire/scanned-name.ts';
import { DynWord, PoolWord, STEERED_WORDS } from '../../src/zone/zone-image.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { wireName } from '../tools/model-zone.ts';
import { median } from './bench-run.ts';
import { hostName, ZONE } from './bench-scenario.ts';
import { timeLatencyRecomputes } from './latency-recompute.ts';
import { MICRO_NAMES, type MicroTables, makeMicroTables, openCityData } from './micro-tables.ts';

const POOL_SIZES = [2, 16, 1_000] as const;
const RUNS = 7;
const RUN_MS_MIN = 150;
const ADDRESSES = 1 << 16;
const MASK = ADDRESSES - 1;
const MESSAGE_AT = 64;

const COOKIE_MIX = 'steered, with a new cookie';
const RATE_MIX = 'steered, rates limited';

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

/** Ten million answers: nothing of ours is left on the heap, and the young generation is never swept for them. */
async function measureHeap({ tables }: MicroTables): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const counters = createCounters();
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  for (const [label, queries] of Object.entries(queryMixes())) {
    const feed = new Feed(queries, policyOf(label));
    const answerMany = (calls: number) => {
      for (let i = 0; i < calls; i++) {
        feed.next();
        answerQuery(feed.tx, tables, counters);
      }
    };
    answerMany(runCalls);
    collect();
    await sleep(50);
    collections = 0;
    observer.observe({ entryTypes: ['gc'] });
    const before = process.memoryUsage();
    answerMany(heapCalls);
    const after = process.memoryUsage();
    // Entries arrive in a later turn of the loop.
    await sleep(50);
    observer.disconnect();
    const grown = after.heapUsed - before.heapUsed;
    console.log(
      `${`heap: ${heapCalls.toLocaleString('en')} x ${label}`.padEnd(48)} ${(grown / 1024).toFixed(0)} KiB more, ` +
        `${(grown / heapCalls).toFixed(4)} octets a call, ${collections} collections`,
    );
  }
}

/** 1,024 queries of each kind, by what they are. */
function queryMixes(): Record<string, Uint8Array[]> {
  const random = new RandomStream(3);
  const make = (nameOf: (n: number) => string, ecs: boolean, cookie?: string) =>
    Array.from({ length: 1024 }, (_, i) => {
      const client = `${1 + random.nextBelow(222)}.${random.nextBelow(256)}.${random.nextBelow(256)}.0/24`;
      return buildQuery(`${nameOf(i % MICRO_NAMES)}.${ZONE}.`, 'A', {
        id: i,
        ...(ecs ? { ecs: client } : {}),
        ...(cookie === undefined ? {} : { cookie }),
      });
    });
  return {
    steered: make(hostName, false),
    'steered, with ECS': make(hostName, true),
    [COOKIE_MIX]: make(hostName, false, Buffer.alloc(8, 7).toString('hex')),
    [RATE_MIX]: make(hostName, false),
    static: make((n) => `plain${n}`, false),
    nxdomain: make((n) => `x${n}`, false),
  };
}

/** What the operator of a node with the mix `label` has decided: cookies as every node has them, and rates where they are measured. */
function policyOf(label: string): AnswerPolicy {
  const live = createLivePolicy();
  setCookieSecrets(live, [new Uint8Array(16).fill(9)]);
  const rateLimit =
    label === RATE_MIX
      ? new RateLimit({ isEnforced: true, perSecond: 10_000, slip: 2, exempt: [], keys: [1, 2] })
      : null;
  return { ...PLAIN_POLICY, live, rateLimit };
}

/** Hands the queries one after the other to a transaction, as a listener does with its buffers. */
class Feed {
  readonly tx = new Transaction(1);
  readonly #queries: readonly Uint8Array[];
  readonly #buffer = new Uint8Array(MESSAGE_AT + 4096);
  #turn = 0;

  constructor(queries: readonly Uint8Array[], policy: AnswerPolicy) {
    this.#queries = queries;
    this.tx.policy = policy;
    this.tx.sampler = new ClientSampler(createClientSamples(), 1);
    this.tx.nowSeconds = 1_559_731_985;
    this.tx.bytes = this.#buffer;
    this.tx.start = MESSAGE_AT;
    this.tx.transport = Transport.UDP;
    this.tx.clientFamily = 4;
    this.tx.clientWords.set([0x51024500, 0, 0, 0]);
  }

  next(): void {
    const query = this.#queries[this.#turn++ & 1023]!;
    const buffer = this.#buffer;
    const { length } = query;
    for (let i = 0; i < length; i++) buffer[MESSAGE_AT + i] = query[i]!;
    this.tx.length = length;
    // A query each 20 us, so that rates stay below their limits as they mostly do.
    this.tx.nowMs = (this.#turn / 50) | 0;
  }
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
const recomputeMs = median(timeLatencyRecomputes(cityData));
console.log(`${'50 records x 20 pools by other latencies'.padEnd(48)} ${recomputeMs.toFixed(0)} ms`);
await measureHeap(micro);
