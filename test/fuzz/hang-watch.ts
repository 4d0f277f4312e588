/**
 * Sees a case that never comes back, which nothing in its own thread can: a thread of its own looks at the case's number every second
 * and, when one stands for too long, says which it is and ends the process. Runs itself as that thread.
 */

import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const LOOK_MS = 1_000;
const STANDS_MS_MAX = 60_000;

type Watched = { readonly words: Int32Array<SharedArrayBuffer>; readonly names: readonly string[] };

/** Starts the watch; the function it returns is told of every case: target of `names`, seed, number. */
export function watchForHangs(names: readonly string[]): (target: string, seed: number, caseNumber: number) => void {
  const words = new Int32Array(new SharedArrayBuffer(12));
  const watched: Watched = { words, names };
  new Worker(new URL(import.meta.url), { workerData: watched }).unref();
  return (target, seed, caseNumber) => {
    words[0] = names.indexOf(target);
    words[1] = seed;
    words[2] = caseNumber;
  };
}

if (!isMainThread && isWatched(workerData)) {
  const { words, names } = workerData;
  let seen = '';
  let sinceMs = performance.now();
  setInterval(() => {
    const [target = 0, seed, caseNumber] = words;
    const now = `${names[target]}, --seed ${seed} --case ${caseNumber}`;
    if (now !== seen) {
      seen = now;
      sinceMs = performance.now();
    } else if (performance.now() - sinceMs > STANDS_MS_MAX) {
      writeSync(2, `FINDING ${seen}: hangs\n`);
      process.kill(process.pid, 'SIGKILL');
    }
  }, LOOK_MS);
}

function isWatched(data: unknown): data is Watched {
  return typeof data === 'object' && data !== null && 'words' in data && 'names' in data;
}
