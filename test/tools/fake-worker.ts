/**
 * A worker thread that obeys: for tests of the pool. It is ready when told to listen, and then does what word `index` of
 * the health table says: 1 throw, 2 spin for ever, 3 report a defect, 4 exit. What it does it writes to later words:
 * [8] threads born (each counts one query), [9] tables taken, [10] drained. Word [11], when it throws: a raw socket that it leaves open.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { beat } from '../../src/server/listener-counters.ts';
import type { ToWorker, WorkerSetup } from '../../src/server/worker-messages.ts';

const setup = workerData as WorkerSetup;
const orders = new Int32Array(setup.health);
const counters = new Int32Array(setup.listenerCounters);
const place = setup.role === 'stream' ? 7 : 0;
Atomics.add(orders, 8, 1);
const queries = new Uint32Array(setup.counters);
queries[0] = queries[0]! + 1;

function obey(): void {
  const order = Atomics.exchange(orders, place, 0);
  if (order === 1) new Int32Array(setup.rawSockets)[0] = Atomics.exchange(orders, 11, 0);
  if (order === 1) throw new Error('ordered to throw');
  if (order === 2) for (;;);
  if (order === 3) parentPort!.postMessage({ kind: 'defect', defect: { error: 'ordered', queryHex: '00' } });
  if (order === 4) process.exit(0);
}

const timer = setInterval(() => {
  beat(counters);
  obey();
}, 5);

parentPort!.on('message', (message: ToWorker) => {
  if (message.kind === 'tables') Atomics.add(orders, 9, 1);
  if (message.kind === 'listen') {
    obey();
    parentPort!.postMessage({ kind: 'ready' });
  }
  if (message.kind === 'stop') {
    Atomics.add(orders, 10, 1);
    clearInterval(timer);
    parentPort!.close();
  }
});
