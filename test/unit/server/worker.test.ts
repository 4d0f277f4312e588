import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createClientSamples } from '../../../src/answer/client-samples.ts';
import { createCounters, reportCounters } from '../../../src/answer/counters.ts';
import { createEndpointTally } from '../../../src/answer/endpoint-tally.ts';
import { createLivePolicy } from '../../../src/answer/live-policy.ts';
import { UDP_SLICE_NS } from '../../../src/base/limits.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { createListenerCounters } from '../../../src/server/listener-counters.ts';
import { pickPorts } from '../../../src/server/pick-ports.ts';
import { createServiceTimes } from '../../../src/server/service-times.ts';
import { loadSystemCalls } from '../../../src/server/system-calls.ts';
import { startThread, threadProgram } from '../../../src/server/thread-start.ts';
import type { ToWorker, WorkerSetup } from '../../../src/server/worker-messages.ts';

const QUERY = Buffer.from('abcd01000001000000000000076578616d706c6503636f6d0000010001', 'hex');
const transports = (['dgram', 'mmsg'] as const).filter(
  (transport) => transport === 'dgram' || typeof loadSystemCalls() !== 'string',
);

describe.each(transports)('a UDP worker with %s', (transport) => {
  const workers: Worker[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.terminate();
  });

  async function spawn(fields: Partial<WorkerSetup> = {}) {
    const listen = await pickPorts([{ address: '127.0.0.1', port: 0 }]);
    const counters = createCounters();
    const news = new Int32Array(new SharedArrayBuffer(4));
    const setup: WorkerSetup = {
      role: 'udp',
      transport,
      listen: listen.map((address) => ({ ...address, service: 'tcp' })),
      reusePort: true,
      proxyFrom: [],
      ticketKeys: new Uint8Array(48),
      health: createHealthTable(16).buffer,
      counters: counters.buffer,
      listenerCounters: createListenerCounters().buffer,
      serviceTimes: createServiceTimes().buffer,
      tally: createEndpointTally(16).buffer,
      samples: createClientSamples().buffer,
      news: news.buffer,
      rawSockets: new SharedArrayBuffer(4),
      policy: {
        serverId: null,
        version: null,
        explainFrom: [],
        live: createLivePolicy().buffer,
        rateLimit: { mode: 'off', perSecond: 1, slip: 2, exempt: [] },
      },
      seed: 1,
      ...fields,
    };
    const worker = startThread(threadProgram('worker'), { workerData: setup });
    workers.push(worker);
    const tell = (message: ToWorker) => {
      worker.postMessage(message);
      Atomics.add(news, 0, 1);
    };
    return { worker, tell, counters, port: listen[0]!.port };
  }

  it('answers after the word to listen, and ends by itself after the word to stop', async () => {
    const { worker, tell, counters, port } = await spawn();
    tell({ kind: 'listen' });
    expect((await once(worker, 'message'))[0]).toEqual({ kind: 'ready' });
    const socket = createSocket('udp4');
    socket.send(QUERY, port, '127.0.0.1');
    await once(socket, 'message');
    socket.close();
    expect(reportCounters(counters).queries.udp).toBe(1);
    tell({ kind: 'stop' });
    expect((await once(worker, 'exit'))[0]).toBe(0);
  });

  it.runIf(transport === 'mmsg' && showsSlices())('has time slices as short as the kernel grants', async () => {
    const before = shortThreads();
    const { worker, tell } = await spawn();
    tell({ kind: 'listen' });
    await once(worker, 'message');
    expect(shortThreads() - before).toBe(1);
  });

  it('says that it failed, and ends, when it cannot bind', async () => {
    const { worker, tell } = await spawn({ listen: [{ address: '192.0.2.1', port: 5300, service: 'tcp' }] });
    // Where the message is met only when the thread has ended, both come in one turn.
    const ended = once(worker, 'exit');
    tell({ kind: 'listen' });
    expect((await once(worker, 'message'))[0]).toMatchObject({ kind: 'failed' });
    expect((await ended)[0]).toBe(1);
  });
});

/** Linux grants a thread's own slices from 6.12 on, and a kernel built for it shows them. */
function showsSlices(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return (major > 6 || (major === 6 && minor >= 12)) && existsSync('/proc/self/sched');
}

/** Threads of this process with slices of UDP_SLICE_NS. */
function shortThreads(): number {
  return readdirSync('/proc/self/task').filter((task) => {
    const text = readFileSync(`/proc/self/task/${task}/sched`, 'utf8');
    return Number(/^se\.slice\s*:\s*(\d+)/m.exec(text)?.[1]) === UDP_SLICE_NS;
  }).length;
}
