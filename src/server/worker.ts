/**
 * Entry of a worker thread: UDP on every listen address, TCP on every listen address, or DNS in TLS and HTTPS. It reads
 * tables in shared memory, answers, and does nothing else; all that it knows comes by message from `worker-pool.ts`.
 *
 * Listeners on Node's event loop get their messages as events. The `mmsg` loop blocks in the kernel and never comes back
 * to the event loop, so it takes its messages itself, a few between two batches.
 */

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { TableWarmer } from '../answer/table-warmer.ts';
import { Transport } from '../answer/transaction.ts';
import { present } from '../base/assert.ts';
import type { AnswerPort } from './answer-port.ts';
import { ArrivalRate } from './arrival-rate.ts';
import { descriptorsLeft } from './descriptor-room.ts';
import { createGuardedAnswer } from './guarded-answer.ts';
import { beat } from './listener-counters.ts';
import { createProxiedAnswer } from './proxied-answer.ts';
import { ProxySources } from './proxy-sources.ts';
import { closeRawSockets } from './raw-sockets.ts';
import { ServiceTimer } from './service-times.ts';
import { ServingState } from './serving-state.ts';
import { takeShortSlices } from './short-slices.ts';
import { reasonOf } from './state-dir.ts';
import { loadSystemCalls } from './system-calls.ts';
import { UdpMmsgListener } from './udp-mmsg-listener.ts';
import { CLOCK_TICK_MS, WorkerClock } from './worker-clock.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';
import { openPolicy, renewPolicy } from './worker-policy.ts';

/** How often the event loop says that it turns. */
const BEAT_MS = 250;
/** Messages taken between two batches: each is a step of `splitDelta`, so queries wait for a millisecond or so. */
const MESSAGES_PER_BATCH = 4;

/** Messages taken so far; the news say how many there are, so that a batch without any costs one load (`receiveMessageOnPort`: 0.5 us). */
let taken = 0;

const port = present(parentPort, 'the port to the control thread');
const setup = workerData as WorkerSetup;
const news = new Int32Array(setup.news);
const rawSockets = new Int32Array(setup.rawSockets);
const listenerCounters = new Int32Array(setup.listenerCounters);
const state = new ServingState(new Int32Array(setup.health));
const clock = new WorkerClock();
const policy = openPolicy(setup.policy);
const { listen, reusePort } = setup;
const sources = new ProxySources(setup.proxyFrom);

// Each loads what it needs: TLS and HTTP take a thread longer to be born than all that answers a query.
if (setup.role !== 'udp') await runTcp();
else if (setup.transport === 'mmsg') runMmsg(answerUdp());
else await runDgram(answerUdp());

function answerOver(transport: number): AnswerPort {
  return createGuardedAnswer({
    tables: state,
    counters: new Uint32Array(setup.counters),
    listenerCounters,
    tally: new Uint32Array(setup.tally),
    samples: new Uint32Array(setup.samples),
    transport,
    seed: setup.seed + transport,
    policy,
    clock,
    onDefect: (defect) => tell({ kind: 'defect', defect }),
  });
}

function timerOf(transport: number): ServiceTimer {
  return new ServiceTimer(new Uint32Array(setup.serviceTimes), transport);
}

function answerUdp(): AnswerPort {
  const answer = answerOver(Transport.UDP);
  return setup.proxyFrom.length === 0 ? answer : createProxiedAnswer(answer, sources, listenerCounters);
}

async function runDgram(answer: AnswerPort): Promise<void> {
  const { UdpDgramListener } = await import('./udp-dgram-listener.ts');
  runEvents(new UdpDgramListener({ listen, reusePort }, answer, listenerCounters, timerOf(Transport.UDP), fail));
}

/** Connections, in the clear or encrypted. */
async function runTcp(): Promise<void> {
  const { TcpListener } = await import('./tcp-listener.ts');
  const { ticketKeys } = setup;
  const options = { listen, reusePort, proxySources: sources, ticketKeys, descriptorsLeft };
  const answers = {
    tcp: answerOver(Transport.TCP),
    tls: answerOver(Transport.TLS),
    https: answerOver(Transport.HTTPS),
  };
  const timers = { tcp: timerOf(Transport.TCP), tls: timerOf(Transport.TLS), https: timerOf(Transport.HTTPS) };
  const listener = new TcpListener(options, answers, listenerCounters, timers);
  port.on('message', (message: ToWorker) => {
    // The control thread has tried it already.
    if (message.kind === 'certificate') listener.setCertificate(message.certificate);
  });
  runEvents(listener);
}

/** A listener on the event loop. */
function runEvents(listener: { start(): Promise<unknown>; stop(): Promise<void> }): void {
  setInterval(() => beat(listenerCounters), BEAT_MS).unref();
  setInterval(() => clock.tick(), CLOCK_TICK_MS).unref();
  port.on('message', (message: ToWorker) => {
    takeNews(message);
    if (message.kind === 'listen') listener.start().then(() => tell({ kind: 'ready' }), fail);
    else if (message.kind === 'stop') void listener.stop().then(() => port.close());
  });
}

/** The blocking loop; begins with the word to listen and does not return before the word to stop. */
function runMmsg(answer: AnswerPort): void {
  port.on('message', (message: ToWorker) => {
    taken++;
    takeNews(message);
    if (message.kind === 'listen') {
      const listener = openMmsg(answer);
      if (listener === null) return;
      tell({ kind: 'ready' });
      for (; !takeMessages(); listener.runBatch()) clock.tick();
      listener.retire();
      rawSockets.fill(0);
      listener.close();
      port.close();
    } else if (message.kind === 'stop') port.close();
  });
}

function openMmsg(answer: AnswerPort): UdpMmsgListener | null {
  try {
    const calls = loadSystemCalls();
    if (typeof calls === 'string') throw new Error(calls);
    takeShortSlices(calls);
    const listener = new UdpMmsgListener({
      calls,
      listen,
      answer,
      counters: listenerCounters,
      timer: timerOf(Transport.UDP),
      warmer: new TableWarmer(state, new Uint32Array(setup.tally)),
      rate: new ArrivalRate(() => performance.now()),
    });
    rawSockets.set(listener.descriptors.map((fd) => fd + 1));
    // A thread takes its time to end, and its sockets would take queries meanwhile.
    process.once('exit', () => closeRawSockets(rawSockets));
    return listener;
  } catch (error) {
    fail(error);
    return null;
  }
}

/** Takes a few of the messages that have come; true when one was the word to stop. */
function takeMessages(): boolean {
  for (let i = 0; i < MESSAGES_PER_BATCH && taken !== Atomics.load(news, 0); i++) {
    const received = receiveMessageOnPort(port) as { message: ToWorker } | undefined;
    if (received === undefined) return false;
    taken++;
    takeNews(received.message);
    if (received.message.kind === 'stop') return true;
  }
  return false;
}

/** What answers go by from now on. */
function takeNews(message: ToWorker): void {
  if (message.kind === 'tables') state.apply(message.delta);
  else if (message.kind === 'policy') renewPolicy(policy, message.policy);
}

function fail(error: unknown): void {
  tell({ kind: 'failed', message: reasonOf(error) });
  // After the message has left; a thread whose sockets are broken must not linger.
  setImmediate(() => process.exit(1));
}

function tell(message: FromWorker): void {
  port.postMessage(message);
}
