/**
 * One node for a long time: a mixed load of which every answer is known, and drills in small at random, one after the other, all
 * on that node. Told in the end: what was lost, which response codes came that should not have, and how memory grew.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { RandomStream } from '../../src/base/random.ts';
import { ask } from '../tools/dns-client.ts';
import { QueryStream, type StreamQuestion, type StreamReport } from '../tools/query-stream.ts';
import { CONNECTION_CHURN } from './connection-churn.ts';
import { DAMAGED_ZONES } from './damaged-zones.ts';
import { type Drill, type DrillGround, memoryMb, openGround } from './drill.ts';
import { FLOODS_ANSWERED } from './floods.ts';
import { GIANT_PIPELINES } from './giant-pipelines.ts';
import { QUERY_OF_DEATH } from './query-of-death.ts';
import { RELOADS_UNDER_LOAD } from './reloads.ts';
import { TCP_SLOW_LORIS } from './tcp-slow-loris.ts';
import { TRUNCATED_HANDSHAKES } from './truncated-handshakes.ts';

/** Each takes back all that it does, and none needs a node of its own. */
const FAULTS: readonly Drill[] = [
  TCP_SLOW_LORIS,
  CONNECTION_CHURN,
  GIANT_PIPELINES,
  TRUNCATED_HANDSHAKES,
  QUERY_OF_DEATH,
  DAMAGED_ZONES,
  FLOODS_ANSWERED,
  RELOADS_UNDER_LOAD,
];
const FAULT_SCALE = 0.05;
const PAUSE_MS_MAX = 3_000;
const PER_SECOND = 1_000;
const TCP_EVERY_MS = 100;
const SAMPLE_MS = 1_000;
/** The lowest of this many samples counts: what the collector has not taken yet is not growth. */
const SAMPLES_A_WINDOW = 30;
/** What grows in the first part is warmth. */
const WARM_UP_SHARE = 0.3;
/** A line through the noise of less than half an hour says nothing. */
const JUDGED_SECONDS = 1_800;
const GROWTH_MB_PER_HOUR_MAX = 16;
/** What 08-faults asks of an hour; printed beside. */
const BAR_MB_PER_HOUR = 1;
const SHARE_MIN = 0.99;

const STEERED = `'': {type: NS, value: ns.soak.test.}
steered:
  type: A
  ttl: 30
  value: 192.0.2.1
  dynamic:
    pools:
      eu: {values: [{value: 192.0.2.2, weight: 3, status: up}, {value: 192.0.2.3, status: up}]}
      us: {values: [{value: 192.0.2.4, status: up}]}
    rules: [{geos: [EU], pool: eu}, {pool: us}]
txt: {type: TXT, value: "${'x'.repeat(200)}"}
`;

/** Question and the response code that it must have. */
const QUESTIONS: ReadonlyArray<StreamQuestion & { readonly rcode: number }> = [
  { name: 'www.drill.test.', type: 'A', rcode: 0 },
  { name: 'steered.soak.test.', type: 'A', rcode: 0, ecs: '81.2.69.0/24' },
  { name: 'steered.soak.test.', type: 'A', rcode: 0 },
  { name: 'txt.soak.test.', type: 'TXT', rcode: 0, edns: 1232 },
  { name: 'none.soak.test.', type: 'A', rcode: 3 },
  { name: 'steered.soak.test.', type: 'AAAA', rcode: 0 },
  { name: 'www.example.org.', type: 'A', rcode: 5 },
];

export type SoakReport = { readonly line: string; readonly faults: readonly string[] };

/** Soaks a node for about `seconds`, with faults drawn by `seed`. */
export async function runSoak(seconds: number, seed: number): Promise<SoakReport> {
  const { ground, close } = await openGround(
    {
      ...QUERY_OF_DEATH.node,
      zones: { ...(DAMAGED_ZONES.node!.zones as Record<string, string>), 'soak.test.yaml': STEERED },
      geoData: DAMAGED_ZONES.node!.geoData!,
    },
    FAULT_SCALE,
  );
  try {
    return await soak(ground, seconds, new RandomStream(seed));
  } finally {
    await close();
  }
}

async function soak(ground: DrillGround, seconds: number, random: RandomStream): Promise<SoakReport> {
  const faults: string[] = [];
  const samplesMb: number[] = [];
  const unexpected = new Map<string, number>();
  const tcp = { asked: 0, answered: 0 };
  const stream = new QueryStream(ground.node, {
    questions: QUESTIONS,
    perSecond: PER_SECOND,
    onAnswer: (bytes, question) => {
      const { rcode } = question as (typeof QUESTIONS)[number];
      const got = bytes[3]! & 15;
      if (got !== rcode) count(unexpected, `${question.name} ${question.type} RCODE ${got}`);
    },
  });
  const sampler = setInterval(() => samplesMb.push(memoryMb(ground.node.child.pid!)), SAMPLE_MS);
  const asker = setInterval(() => void askTcp(ground, tcp), TCP_EVERY_MS);
  const done = new Map<string, number>();
  const endMs = performance.now() + seconds * 1000;
  do {
    const drill = FAULTS[random.nextBelow(FAULTS.length)]!;
    count(done, drill.name);
    await drill.run(ground).catch((error: Error) => faults.push(`${drill.name}: ${error.message}`));
    await sleep(Math.min(random.nextBelow(PAUSE_MS_MAX), Math.max(0, endMs - performance.now())));
  } while (performance.now() < endMs);
  clearInterval(sampler);
  clearInterval(asker);
  const report = await stream.stop();
  for (const [what, times] of unexpected) faults.push(`${times} times ${what}`);
  return judge({ report, tcp, samplesMb, done, faults });
}

type Soaked = {
  readonly report: StreamReport;
  readonly tcp: { readonly asked: number; readonly answered: number };
  readonly samplesMb: readonly number[];
  readonly done: ReadonlyMap<string, number>;
  readonly faults: string[];
};

function judge({ report, tcp, samplesMb, done, faults }: Soaked): SoakReport {
  const { sent, answered, rcodes, p99Ms, worstMs } = report;
  if (answered < sent * SHARE_MIN) faults.push(`${sent - answered} of ${sent} queries over UDP lost`);
  if (tcp.answered < tcp.asked * SHARE_MIN) faults.push(`${tcp.asked - tcp.answered} of ${tcp.asked} over TCP lost`);
  const slope = growthMbPerHour(samplesMb);
  if (samplesMb.length >= JUDGED_SECONDS && slope > GROWTH_MB_PER_HOUR_MAX)
    faults.push(`memory grows by ${slope.toFixed(1)} MB an hour`);
  const list = (map: ReadonlyMap<string, number>) => [...map].map(([what, times]) => `${what} ${times}`).join(', ');
  const codes = Object.entries(rcodes).map(([code, times]) => `RCODE ${code} ${times}`);
  const memory = `memory ${samplesMb[0]?.toFixed(0)} to ${samplesMb.at(-1)?.toFixed(0)} MB, ${samplesMb.length < JUDGED_SECONDS ? 'too short for a slope' : `${slope.toFixed(1)} MB/h after warm-up (bar ${BAR_MB_PER_HOUR})`}`;
  const line = [
    `soak: ${samplesMb.length} s, drills in small: ${list(done)}`,
    `${sent} queries over UDP, ${sent - answered} lost, ${codes.join(', ')}`,
    `p99 ${p99Ms.toFixed(1)} ms, worst ${worstMs.toFixed(0)} ms`,
    `${tcp.asked} over TCP, ${tcp.asked - tcp.answered} lost`,
    memory,
  ];
  return { line: line.join('; '), faults };
}

async function askTcp({ node }: DrillGround, tcp: { asked: number; answered: number }): Promise<void> {
  tcp.asked++;
  const reply = await ask(node, 'www.drill.test.', 'A', { tcp: true, from: '127.0.0.3' }).catch(() => null);
  if (reply?.rcode === 0) tcp.answered++;
}

/** The slope of a line (least squares) through the lowest sample of each window after the warm-up, in MB an hour; 0 of too few. */
export function growthMbPerHour(samplesMb: readonly number[]): number {
  const lows: number[] = [];
  for (
    let at = Math.floor(samplesMb.length * WARM_UP_SHARE);
    at + SAMPLES_A_WINDOW <= samplesMb.length;
    at += SAMPLES_A_WINDOW
  )
    lows.push(Math.min(...samplesMb.slice(at, at + SAMPLES_A_WINDOW)));
  if (lows.length < 2) return 0;
  const mid = (lows.length - 1) / 2;
  const mean = lows.reduce((sum, low) => sum + low, 0) / lows.length;
  const above = lows.reduce((sum, low, i) => sum + (i - mid) * (low - mean), 0);
  const below = lows.reduce((sum, _, i) => sum + (i - mid) ** 2, 0);
  return ((above / below) * 3_600_000) / (SAMPLES_A_WINDOW * SAMPLE_MS);
}

function count(map: Map<string, number>, what: string): void {
  map.set(what, (map.get(what) ?? 0) + 1);
}
