import { afterEach, describe, expect, it } from 'vitest';
import { createLivePolicy } from '../../../src/answer/live-policy.ts';
import { createListenerCounters } from '../../../src/server/listener-counters.ts';
import { type ThreadSetup, WorkerThread } from '../../../src/server/worker-thread.ts';

const FAKE = new URL('../../tools/fake-worker.ts', import.meta.url);

const threads: WorkerThread[] = [];
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.worker.terminate();
});

function birth() {
  const orders = new Int32Array(new SharedArrayBuffer(64));
  const shared = () => new SharedArrayBuffer(64);
  const setup: ThreadSetup = {
    role: 'udp',
    transport: 'dgram',
    listen: [{ address: '127.0.0.1', port: 0, service: 'tcp' }],
    reusePort: true,
    proxyFrom: [],
    health: orders.buffer,
    counters: shared(),
    listenerCounters: createListenerCounters().buffer,
    tally: shared(),
    samples: shared(),
    serviceTimes: shared(),
    policy: {
      serverId: null,
      version: null,
      explainFrom: [],
      live: createLivePolicy().buffer,
      rateLimit: { mode: 'off', perSecond: 1, slip: 2, exempt: [] },
    },
    ticketKeys: new Uint8Array(48),
    seed: 1,
  };
  const thread = new WorkerThread(FAKE, 'udp-0', setup);
  threads.push(thread);
  return { thread, orders };
}

describe('a worker thread', () => {
  it('is ready once it listens, and drains when it is stopped', async () => {
    const { thread, orders } = birth();
    await thread.listen();
    await thread.stop();
    expect(orders[10]).toBe(1);
  });

  it('is not ready when it dies before', async () => {
    const { thread, orders } = birth();
    Atomics.store(orders, 0, 4);
    await expect(thread.listen()).rejects.toThrow(/ended with code 0/);
  });

  it('tells what it died of', async () => {
    const { thread, orders } = birth();
    Atomics.store(orders, 0, 1);
    await expect(thread.listen()).rejects.toThrow('ordered to throw');
  });

  it('tells that also when it died before it was to listen', async () => {
    const { thread, orders } = birth();
    Atomics.store(orders, 0, 1);
    await new Promise((resolve) => thread.worker.once('exit', resolve));
    await expect(thread.listen()).rejects.toThrow('ordered to throw');
    await thread.stop();
  });
});
