/**
 * A closed loop of answers and loads: resolvers of heavy-tailed sizes ask the real way to an answer, keep it for its TTL and send
 * their clients there; endpoints carry what comes, an agent reports it, and the node's real feed turns reports into weights.
 * Time is invented and a seed decides everything.
 */

import { RandomStream } from '../../src/base/random.ts';
import type { LoadSample } from '../../src/health/load-report.ts';
import type { AgentReport } from '../../src/health/report.ts';
import { HealthFeed } from '../../src/redis/health-feed.ts';
import { MemoryStore } from '../../src/redis/memory-store.ts';
import type { Balance } from '../../src/zone/zone-model.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { Asker, modelZone, serve } from '../tools/model-zone.ts';

export type LoopOptions = {
  readonly seed: number;
  readonly balance: Balance;
  /** What each endpoint is meant to carry; all weigh the same. */
  readonly targets: readonly number[];
  readonly seconds: number;
  readonly ttlSeconds?: number;
  /** Called each second after the node's own step with what was last reported: a policy of the test's may write words over. */
  readonly overrule?: (health: Int32Array, slots: readonly number[], use: readonly number[]) => void;
};

/** By second, by endpoint. */
export type LoopCourse = {
  /** What it carries over what it is meant to carry. */
  readonly use: readonly (readonly number[])[];
  /** Its factor in the health word. */
  readonly factors: readonly (readonly number[])[];
};

const RESOLVERS = 3_000;
/** Exponent of the sizes' tail: the largest of 3,000 carry some percent of all clients each. */
const TAIL = 1.5;
const REPORT_SECONDS = 15;
/** A connection lasts this long on average. */
const CONNECTION_SECONDS = 10;
/** Where the address of the first answer ends: header, question, owner and head of the record, three octets. */
const LAST_OCTET_AT = 12 + 13 + 4 + 12 + 3;

/** Runs the loop; all endpoints together carry what all are meant to, times 0.7. */
export async function runLoop(options: LoopOptions): Promise<LoopCourse> {
  const { seed, balance, targets, seconds, ttlSeconds = 30, overrule } = options;
  const random = new RandomStream(seed);
  const values = targets.map((_, i) => `192.0.2.${i}`);
  const sketch = { name: 'www', pools: { p: { values } }, rules: [{ pool: 'p' }], steering: { balance } };
  const serving = serve([modelZone('example.', [], [sketch])]);
  const slots = values.map((value) => serving.slotOf(value));
  const checks = slots.map((slot) => serving.registry.specOf(slot)!.check.id);
  let nowMs = 1_000_000;
  const clock = { monotonicMs: () => nowMs, wallMs: () => 1_790_000_000_000 + nowMs };
  const store = new MemoryStore();
  const timers = { after: () => () => {}, every: () => () => {}, nextTurn: () => () => {} };
  const feed = new HealthFeed({ store, registry: serving.registry, clock, timers, log: () => {} });
  feed.start();
  const asker = new Asker(serving.tables, seed);
  const query = buildQuery('www.example.', 'A', { id: 1 });
  const sizes = Array.from({ length: RESOLVERS }, () => ((random.nextBits() + 1) / 2 ** 32) ** (-1 / TAIL));
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const carried = 0.7 * targets.reduce((sum, target) => sum + target, 0);
  const choices = sizes.map(() => -1);
  const dues = sizes.map(() => random.nextBelow(ttlSeconds));
  const current = targets.map(() => 0);
  let reported = current;
  const course = { use: [] as number[][], factors: [] as number[][] };
  for (let second = 0, seq = 0; second < seconds; second++) {
    const wanted = targets.map(() => 0);
    for (let i = 0; i < RESOLVERS; i++) {
      if (dues[i]! <= second) {
        choices[i] = asker.ask(query, '9.9.9.9')![LAST_OCTET_AT]!;
        dues[i] = second + ttlSeconds;
      }
      if (choices[i]! >= 0) wanted[choices[i]!]! += (carried * sizes[i]!) / whole;
    }
    for (const [i, goal] of wanted.entries()) current[i]! += (goal - current[i]!) / CONNECTION_SECONDS;
    if (second % REPORT_SECONDS === 0) {
      seq++;
      reported = current.map((count, i) => count / targets[i]!);
      const reports = checks.map((id, i) => reportOf(id, seq, current[i]!, targets[i]!));
      const header = { agent: 'a', region: 'r', boot: 'b', seq, intervalMs: 5_000 };
      await store.publishChanges({ ...header, reports });
    }
    nowMs += 1_000;
    feed.tick();
    overrule?.(serving.tables.health, slots, reported);
    course.use.push(current.map((count, i) => count / targets[i]!));
    course.factors.push(slots.map((slot) => (serving.tables.health[slot]! >>> 16) & 2047));
  }
  feed.stop();
  return course;
}

function reportOf(id: string, seq: number, current: number, target: number): AgentReport {
  const unsaid = { max: null, utilisation: null, requestsPerSecond: null, errorsPerSecond: null };
  const load: LoadSample = { ...unsaid, current, target, validSeconds: 60, ageMs: 0 };
  const times = { connectMs: 5, connectDevMs: 1, serverMs: 2 };
  return { id, state: 'up', reason: '', ...times, seq, heldMs: 0, failing: 0, load };
}
