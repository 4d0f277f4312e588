/**
 * What something else that a node does, does to its answers: a steady stream of queries in turns while there is nothing else, while
 * another node does the same, and while this one does. The machine is as busy in the last two, so what they differ by is the node's fault.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../bench/bench-run.ts';
import type { MeridianProcess } from '../tools/meridian-process.ts';
import { QueryStream } from '../tools/query-stream.ts';

const ROUNDS = 7;
const PER_SECOND = 1_000;
const PHASE_MS = 2_000;
/** The first answers of a stream wait for its own process to warm up. */
const WARM_UP_MS = 300;
/** How far two medians of the same may be apart: measured on two processors that also run the clients. */
const APART_FACTOR = 1.34;
const APART_MS = 3;

/**
 * Asks `node` for `name` A while nothing else happens, and while `begin` is at work on `other` and on `node`; it resolves with what ends
 * it. Resolves with the 99th percentiles in words; throws for lost queries and, at scale 1, when `node` is clearly slower for what it does
 * itself than for what its neighbour does.
 */
export async function compareQuietAndLoud(
  node: MeridianProcess,
  other: MeridianProcess,
  name: string,
  scale: number,
  begin: (at: MeridianProcess) => Promise<() => Promise<void>>,
): Promise<string> {
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
  const measureDuring = async (at: MeridianProcess) => {
    const end = await begin(at);
    return await measure().finally(end);
  };
  const quiet: number[] = [];
  const elsewhere: number[] = [];
  const here: number[] = [];
  for (let i = 0; i < rounds; i++) {
    quiet.push(await measure());
    elsewhere.push(await measureDuring(other));
    here.push(await measureDuring(node));
  }
  const [quietMs, elsewhereMs, hereMs] = [median(quiet), median(elsewhere), median(here)];
  const told = [quietMs, elsewhereMs, hereMs].map((ms) => `${ms.toFixed(2)} ms`);
  const words = `p99 ${told[0]} without, ${told[1]} with the same at another node, ${told[2]} with it here`;
  if (scale === 1 && hereMs > elsewhereMs * APART_FACTOR + APART_MS) throw new Error(words);
  return words;
}
