/**
 * All worker threads of a node: N for UDP, one for TCP, one for TLS if wanted. Starts them, hands them tables, replaces those that die, stall or
 * meet a bug of ours, and keeps their counters, which outlive them. Owned by the control thread.
 *
 *   starting --ready--> ready --defect--> ready, successor starting --ready--> successor ready, old one drained
 *                         |--died, stalled--> dead --back-off--> starting
 */

import { randomBytes } from 'node:crypto';
import { type ClientSamples, createClientSamples } from '../answer/client-samples.ts';
import { createCounters } from '../answer/counters.ts';
import { createEndpointTally, type EndpointTally } from '../answer/endpoint-tally.ts';
import type { IpPrefix } from '../base/ip-prefix.ts';
import type { HealthTable } from '../health/health-table.ts';
import { createListenerCounters, readBeat } from './listener-counters.ts';
import { LookTimer } from './look-timer.ts';
import type { WorkerStatus } from './node-status.ts';
import { explainBindError } from './pick-ports.ts';
import type { ListenAddress, StreamAddress } from './serve-options.ts';
import { createServiceTimes, type ServiceTimes } from './service-times.ts';
import { splitDelta, type TableDelta } from './serving-state.ts';
import { StartError } from './start-error.ts';
import { threadProgram } from './thread-start.ts';
import type { TlsCertificate } from './tls-terminator.ts';
import type { FromWorker, WorkerRole } from './worker-messages.ts';
import type { WorkerPolicy } from './worker-policy.ts';
import { WorkerThread } from './worker-thread.ts';
import { WorkerTotals } from './worker-totals.ts';

/** What the log is told. */
export type PoolEvent =
  | { readonly event: 'worker-died'; readonly role: string; readonly index: number; readonly reason: string }
  | { readonly event: 'worker-stalled'; readonly role: string; readonly index: number }
  | {
      readonly event: 'worker-defect';
      readonly role: string;
      readonly index: number;
      readonly error: string;
      readonly queryHex: string;
    }
  | { readonly event: 'worker-replaced'; readonly role: string; readonly index: number; readonly restarts: number };

export type WorkerPoolOptions = {
  /** With real ports. */
  readonly listen: readonly ListenAddress[];
  readonly udpWorkers: number;
  readonly transport: 'mmsg' | 'dgram';
  readonly proxyFrom: readonly IpPrefix[];
  /** Null: no encrypted transport. */
  readonly tls: { readonly listen: readonly StreamAddress[]; readonly certificate: () => TlsCertificate } | null;
  readonly health: HealthTable;
  /** As it is in force now. */
  readonly policy: () => WorkerPolicy;
  /** Everything that is in force now, for a thread that starts with nothing. */
  readonly allTables: () => TableDelta;
  readonly log: (event: PoolEvent) => void;
  /** Program of the threads, `worker.ts` if not given. */
  readonly entry?: URL;
  /** How often the watchdog looks, {@link WATCH_MS} if not given. */
  readonly watchMs?: number;
};

/** Where SO_REUSEPORT spreads queries over sockets. Elsewhere one UDP worker has the port alone. */
const REUSE_PORT_PLATFORMS: readonly string[] = ['linux', 'freebsd', 'sunos', 'aix'];
/** Pause before a worker is started again: none the first time, then doubling while it keeps dying and others answer. */
const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 5_000;
/** A worker that lived this long was well. */
const LIVED_WELL_MS = 30_000;
/** How often the watchdog looks, and how many looks without a beat make a stall; its own looks, so that a paused process stalls nobody. */
const WATCH_MS = 1_000;
const STALLED_LOOKS = 5;
/** Name, HMAC and cipher key of a session ticket, as OpenSSL takes them. */
const TICKET_KEY_BYTES = 48;

/** One place in the pool; threads come and go in it. */
type Seat = {
  readonly role: WorkerRole;
  readonly index: number;
  readonly counters: ReturnType<typeof createCounters>;
  readonly listenerCounters: ReturnType<typeof createListenerCounters>;
  readonly tally: EndpointTally;
  readonly samples: ClientSamples;
  readonly serviceTimes: ServiceTimes;
  current: WorkerThread | null;
  /** On its way to take over. */
  successor: WorkerThread | null;
  isReady: boolean;
  restarts: number;
  backoffMs: number;
  retry: NodeJS.Timeout | null;
  lastBeat: number;
  silentLooks: number;
};

/** Owner of the threads. */
export class WorkerPool {
  /** What all workers counted. */
  readonly totals: WorkerTotals;
  readonly #options: WorkerPoolOptions;
  readonly #reusePort = REUSE_PORT_PLATFORMS.includes(process.platform);
  readonly #seats: Seat[];
  readonly #ticketKeys = randomBytes(TICKET_KEY_BYTES);
  readonly #watchdog: LookTimer;
  #stopping = false;
  #seed = (Math.random() * 0x100000000) | 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#watchdog = new LookTimer(options.watchMs ?? WATCH_MS, () => this.#watch());
    const udpWorkers = this.#reusePort ? options.udpWorkers : 1;
    this.#seats = Array.from({ length: udpWorkers }, (_, index) => createSeat('udp', index, options.health.length));
    this.#seats.push(createSeat('stream', 0, options.health.length));
    if (options.tls !== null) this.#seats.push(createSeat('tls', 0, options.health.length));
    this.totals = new WorkerTotals(this.#seats);
  }

  /** Gives birth to the threads, while what they will answer from is being made: they take what is published and answer nothing. */
  prepare(): void {
    for (const seat of this.#seats) seat.current ??= this.#spawn(seat);
  }

  /** Resolves when every worker answers; rejects with {@link StartError}, with nothing left running. */
  async start(): Promise<void> {
    this.prepare();
    try {
      await Promise.all(
        this.#seats.map(async (seat) => {
          await seat.current!.listen();
          seat.isReady = true;
        }),
      );
    } catch (error) {
      await this.stop();
      const [first] = this.#options.listen;
      throw error instanceof StartError || first === undefined ? error : new StartError(explainBindError(error, first));
    }
    for (const seat of this.#seats) this.#guard(seat);
    this.#watchdog.start();
  }

  /** Hands `delta` to every worker; each takes it between two queries. */
  publish(delta: TableDelta): void {
    for (const step of splitDelta(delta)) {
      for (const seat of this.#seats) {
        seat.current?.post({ kind: 'tables', delta: step });
        seat.successor?.post({ kind: 'tables', delta: step });
      }
    }
  }

  /** Has all workers answer by the policy that is in force now. */
  renewPolicy(): void {
    const policy = this.#options.policy();
    for (const seat of this.#seats) {
      seat.current?.post({ kind: 'policy', policy });
      seat.successor?.post({ kind: 'policy', policy });
    }
  }

  /** Shows the certificate that is in force now to clients from now on. */
  renewCertificate(): void {
    for (const seat of this.#seats) {
      this.#giveCertificate(seat, seat.current);
      this.#giveCertificate(seat, seat.successor);
    }
  }

  /** Lets every worker answer what has come in, and ends them; resolves within some seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watchdog.stop();
    for (const { retry } of this.#seats) if (retry !== null) clearTimeout(retry);
    const threads = this.#seats.flatMap(({ current, successor }) => [current, successor]);
    await Promise.all(threads.map((thread) => thread?.stop()));
  }

  /** How each worker is. */
  statuses(): WorkerStatus[] {
    return this.#seats.map((seat) => ({
      role: seat.role,
      index: seat.index,
      state: seat.isReady ? 'ready' : seat.current === null ? 'dead' : 'starting',
      restarts: seat.restarts,
    }));
  }

  /** Endpoints answered, by each worker since the start, dead ones' included. */
  tallies(): EndpointTally[] {
    return this.#seats.map((seat) => seat.tally);
  }

  /** Samples of clients that ask steered names, likewise. */
  samples(): ClientSamples[] {
    return this.#seats.map((seat) => seat.samples);
  }

  #giveCertificate(seat: Seat, thread: WorkerThread | null): void {
    const { tls } = this.#options;
    if (seat.role === 'tls' && tls !== null) thread?.post({ kind: 'certificate', certificate: tls.certificate() });
  }

  /** Where a worker of `role` listens. */
  #addressesOf(role: WorkerRole): readonly StreamAddress[] {
    if (role === 'tls') return this.#options.tls?.listen ?? [];
    return this.#options.listen.map((address) => ({ ...address, service: 'tcp' }));
  }

  #spawn(seat: Seat): WorkerThread {
    const thread = new WorkerThread(this.#options.entry ?? threadProgram('worker'), `${seat.role}-${seat.index}`, {
      role: seat.role,
      transport: this.#options.transport,
      listen: this.#addressesOf(seat.role),
      reusePort: this.#reusePort,
      proxyFrom: this.#options.proxyFrom,
      health: this.#options.health.buffer,
      counters: seat.counters.buffer,
      listenerCounters: seat.listenerCounters.buffer,
      tally: seat.tally.buffer,
      samples: seat.samples.buffer,
      serviceTimes: seat.serviceTimes.buffer,
      policy: this.#options.policy(),
      ticketKeys: this.#ticketKeys,
      seed: this.#nextSeed(),
    });
    for (const delta of splitDelta(this.#options.allTables())) thread.post({ kind: 'tables', delta });
    this.#giveCertificate(seat, thread);
    return thread;
  }

  /** Follows the life of the seat's current thread. */
  #guard(seat: Seat): void {
    const thread = seat.current!;
    let reason = '';
    thread.worker.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') reason = message.message;
      if (message.kind === 'defect') {
        this.#tell({ event: 'worker-defect', role: seat.role, index: seat.index, ...message.defect });
        this.#replaceLater(seat, thread);
      }
    });
    thread.worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    thread.worker.once('exit', (code) => {
      if (this.#stopping || seat.current !== thread) return;
      seat.current = null;
      seat.isReady = false;
      this.#tell({ event: 'worker-died', role: seat.role, index: seat.index, reason: reason || `exit code ${code}` });
      this.#replaceLater(seat, thread);
    });
  }

  /** Starts a successor of `thread` after the back-off, unless one is on its way. Where nobody else answers, clients wait for it: then the pause is short. */
  #replaceLater(seat: Seat, thread: WorkerThread): void {
    const isAlone = !this.#seats.some(({ role, isReady }) => role === seat.role && isReady);
    if (this.#stopping || seat.successor !== null || (seat.retry !== null && !isAlone)) return;
    if (seat.retry !== null) clearTimeout(seat.retry);
    if (performance.now() - thread.bornMs > LIVED_WELL_MS) seat.backoffMs = 0;
    const pause = isAlone ? Math.min(BACKOFF_MS_MIN, seat.backoffMs) : seat.backoffMs;
    seat.backoffMs = Math.min(BACKOFF_MS_MAX, Math.max(BACKOFF_MS_MIN, seat.backoffMs * 2));
    seat.retry = setTimeout(() => {
      seat.retry = null;
      void this.#replace(seat);
    }, pause);
  }

  async #replace(seat: Seat): Promise<void> {
    // Without SO_REUSEPORT the port has room for one, so the old one leaves first.
    if (!this.#reusePort && seat.current !== null) {
      const old = seat.current;
      seat.current = null;
      seat.isReady = false;
      await old.stop();
      if (this.#stopping) return;
    }
    const successor = this.#spawn(seat);
    seat.successor = successor;
    try {
      await successor.listen();
    } catch (error) {
      seat.successor = null;
      void successor.worker.terminate();
      if (this.#stopping) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell({ event: 'worker-died', role: seat.role, index: seat.index, reason });
      this.#replaceLater(seat, successor);
      return;
    }
    const old = seat.current;
    seat.current = successor;
    seat.successor = null;
    seat.isReady = true;
    seat.restarts++;
    seat.silentLooks = 0;
    if (this.#stopping) return;
    this.#guard(seat);
    this.#tell({ event: 'worker-replaced', role: seat.role, index: seat.index, restarts: seat.restarts });
    if (old !== null) await old.stop();
  }

  #watch(): void {
    this.totals.look();
    for (const seat of this.#seats) {
      const now = readBeat(seat.listenerCounters);
      const isAlive = !seat.isReady || now !== seat.lastBeat;
      seat.lastBeat = now;
      seat.silentLooks = isAlive ? 0 : seat.silentLooks + 1;
      if (seat.silentLooks < STALLED_LOOKS || seat.current === null) continue;
      seat.silentLooks = 0;
      this.#tell({ event: 'worker-stalled', role: seat.role, index: seat.index });
      void seat.current.worker.terminate();
    }
  }

  #nextSeed(): number {
    this.#seed = (this.#seed + 0x9e3779b9) | 0;
    return this.#seed;
  }

  #tell(event: PoolEvent): void {
    this.#options.log(event);
  }
}

function createSeat(role: WorkerRole, index: number, slots: number): Seat {
  return {
    role,
    index,
    counters: createCounters(),
    listenerCounters: createListenerCounters(),
    tally: createEndpointTally(slots),
    samples: createClientSamples(),
    serviceTimes: createServiceTimes(),
    current: null,
    successor: null,
    isReady: false,
    restarts: 0,
    backoffMs: 0,
    retry: null,
    lastBeat: 0,
    silentLooks: 0,
  };
}
