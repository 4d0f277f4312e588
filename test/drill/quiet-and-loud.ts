/**
 * What something else on the node does to its answers: a steady stream of queries in turns with and without it, so that whatever else
 * the machine is busy with is in both.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../bench/bench-run.ts';
import type { DnsServer } from '../tools/dns-client.ts';
import { QueryStream } from '../tools/query-stream.ts';

const ROUNDS = 5;
const PER_SECOND = 1_000;
const PHASE_MS = 2_000;
/** The first answers of a stream wait for its own process to warm up. */
const WARM_UP_MS = 300;
/** What the 99th percentile may grow by, for what else the machine does meanwhile. */
const GROWTH_MS_MAX = 5;
const GROWTH_FACTOR = 1.34;

/** 99th percentiles in milliseconds, medians over rounds. */
export type QuietAndLoud = { readonly quietMs: number; readonly loudMs: number; readonly words: string };

/**
 * Asks `name` A while nothing else happens and while `begin` has been called, which resolves with what ends it. Throws for lost queries and, at
 * scale 1, when the 99th percentile is clearly another.
 */
export async function compareQuietAndLoud(
  node: DnsServer,
  name: string,
  scale: number,
  begin: () => Promise<() => Promise<void>>,
): Promise<QuietAndLoud> {
  const rounds = Math.max(1, Math.round(ROUNDS * scale));
  const phaseMs = Math.max(500, PHASE_MS * scale);
  const measure = async () => {
    const questions = [{ name, type: 'A' }];
    const warm = new QueryStream(node, { questions, perSecond: PER_SECOND });
    await sleep(WARM_UP_MS);
    await warm.stop();
    const stream = new QueryStream(node, { questions, perSecond: PER_SECOND });
    await sleep(phaseMs);
    const { lost, sent, p99Ms } = await stream.stop();
    if (lost > 0) throw new Error(`${lost} of ${sent} queries were lost`);
    return p99Ms;
  };
  const quiet: number[] = [];
  const loud: number[] = [];
  for (let i = 0; i < rounds; i++) {
    quiet.push(await measure());
    const end = await begin();
    try {
      loud.push(await measure());
    } finally {
      await end();
    }
  }
  const [quietMs, loudMs] = [median(quiet), median(loud)];
  const words = `p99 ${quietMs.toFixed(2)} ms without, ${loudMs.toFixed(2)} ms with`;
  if (scale === 1 && loudMs > quietMs * GROWTH_FACTOR + GROWTH_MS_MAX) throw new Error(words);
  return { quietMs, loudMs, words };
}
