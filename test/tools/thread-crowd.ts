/**
 * `node thread-crowd.ts SECONDS`: starts and ends threads, some at a time, each of which strips the types of its program; prints how
 * many. With `--wasm-wrapper-tiering-budget=1` it meets within seconds what a server might meet within months.
 */

import { startThread } from '../../src/server/thread-start.ts';

const AT_A_TIME = 6;
const PROGRAM = new URL('./short-thread.ts', import.meta.url);

async function keepStarting(untilMs: number): Promise<number> {
  let started = 0;
  for (; performance.now() < untilMs; started++) {
    const thread = startThread(PROGRAM, {});
    await new Promise((resolve, reject) => thread.once('error', reject).once('exit', resolve));
  }
  return started;
}

const untilMs = performance.now() + Number(process.argv[2]) * 1_000;
const counts = await Promise.all(Array.from({ length: AT_A_TIME }, () => keepStarting(untilMs)));
console.log(counts.reduce((sum, count) => sum + count, 0));
