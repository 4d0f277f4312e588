/**
 * Runs every check at its time: spread over its interval, so that neither the agent nor an endpoint watched by many agents
 * sees them in a burst; never more than a bounded number at once; never the same check twice at once.
 *
 *   slots of a check:   |--- phase ---x---------interval---------x---------interval---------x
 *
 * The phase is a hash of agent and check, counted from the wall clock's epoch, so that agents with synchronised clocks keep
 * out of each other's way; each run is up to 5 % of the interval off its slot, so that nothing beats in step. After the start
 * all moves by the monotonic clock. A check that is due while it still runs, and slots missed by a stall, are passed over.
 *
 * Built by {@link ProbeAgent}.
 */

import type { Clock } from '../base/clock.ts';
import { PROBE_CONCURRENCY_MAX } from '../base/limits.ts';
import { mixBits, RandomStream } from '../base/random.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import type { ProbeResult } from './check-attempt.ts';
import { DueQueue } from './due-queue.ts';
import { errorMessage } from './failure-reason.ts';
import type { RunCheck } from './run-check.ts';

export type CheckSchedulerOptions = {
  readonly agentId: string;
  readonly clock: Clock;
  readonly runCheck: RunCheck;
  /** Told of every result of a check that is still in the set. */
  readonly onResult: (spec: CheckSpec, result: ProbeResult) => void;
  /** {@link PROBE_CONCURRENCY_MAX} if not given. */
  readonly concurrencyMax?: number;
};

/** How the scheduler does. */
export type SchedulerStats = {
  readonly checks: number;
  readonly running: number;
  /** Due, and held back by the bound on concurrency. */
  readonly waiting: number;
  readonly started: number;
  /** Slots passed over because the check of the slot before had not ended. */
  readonly skipped: number;
  /** Longest time between due and started in the last 10 to 20 s. */
  readonly lagMsMax: number;
};

/** Timers are no finer than this: at 2,000 checks a second, 10 checks share one. */
const TICK_MS = 5;
/** Checks started before sockets are looked after again, so that a burst does not distort its own connect times. */
const STARTS_PER_TURN = 64;
/** Part of the interval by which a run is early or late at most. */
const JITTER_SHARE = 0.05;
/** New checks first run this far apart on average, within one interval, instead of waiting for their slot. */
const FIRST_SPACING_MS = 0.5;
const FIRST_WINDOW_MS_MIN = 100;
/** Specs are checked by the zone reader; a loop must not rest on that. */
const INTERVAL_MS_MIN = 100;
const LAG_WINDOW_MS = 10_000;

type Entry = {
  readonly spec: CheckSpec;
  readonly intervalMs: number;
  /** 0..1 of the interval. */
  readonly phase: number;
  /** Slot that `dueMs` belongs to, monotonic; before the first run, the last one that was not taken. */
  slotMs: number;
  dueMs: number;
  /** Due time of the run that waits or is under way. */
  readyMs: number;
  /** Waits or is under way. */
  isPending: boolean;
  isDropped: boolean;
};

/** Owner of the timer and of the checks under way. */
export class CheckScheduler {
  readonly #options: CheckSchedulerOptions;
  readonly #concurrencyMax: number;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new DueQueue<Entry>();
  readonly #running = new Map<string, AbortController>();
  readonly #random: RandomStream;
  #waiting: Entry[] = [];
  #waitingHead = 0;
  #isStarted = false;
  #timer: NodeJS.Timeout | null = null;
  #timerMs = Number.POSITIVE_INFINITY;
  #turn: NodeJS.Immediate | null = null;
  #onDrained: (() => void) | null = null;
  #startedCount = 0;
  #skippedCount = 0;
  #lag = { sinceMs: 0, max: 0, previousMax: 0 };

  constructor(options: CheckSchedulerOptions) {
    this.#options = options;
    this.#concurrencyMax = options.concurrencyMax ?? PROBE_CONCURRENCY_MAX;
    this.#random = new RandomStream(hashText(options.agentId));
  }

  /** Begins to run checks. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#enqueue([...this.#entries.values()]);
    this.#arm();
  }

  /** Ends every check under way; resolves when the last one is gone. No result is told of after the call. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#timer = null;
    this.#turn = null;
    this.#queue.clear();
    this.#waiting = [];
    this.#waitingHead = 0;
    for (const entry of this.#entries.values()) entry.isPending = false;
    if (this.#running.size === 0) return;
    const drained = new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    });
    for (const controller of this.#running.values()) controller.abort();
    await drained;
  }

  /** Replaces the set of checks. Those in both sets go on undisturbed, those left out end at once. */
  setChecks(checks: ReadonlyMap<string, CheckSpec>): void {
    for (const [id, entry] of this.#entries) {
      if (checks.has(id)) continue;
      entry.isDropped = true;
      this.#entries.delete(id);
      this.#running.get(id)?.abort();
    }
    const added: Entry[] = [];
    for (const [id, spec] of checks) {
      if (this.#entries.has(id)) continue;
      const entry = this.#createEntry(spec);
      this.#entries.set(id, entry);
      added.push(entry);
    }
    if (!this.#isStarted) return;
    this.#enqueue(added);
    this.#arm();
  }

  stats(): SchedulerStats {
    this.#turnLagWindow(this.#options.clock.monotonicMs());
    return {
      checks: this.#entries.size,
      running: this.#running.size,
      waiting: this.#waiting.length - this.#waitingHead,
      started: this.#startedCount,
      skipped: this.#skippedCount,
      lagMsMax: Math.max(this.#lag.max, this.#lag.previousMax),
    };
  }

  #createEntry(spec: CheckSpec): Entry {
    return {
      spec,
      intervalMs: Math.max(spec.intervalMs, INTERVAL_MS_MIN),
      phase: hashText(`${this.#options.agentId}\n${spec.id}`) / 2 ** 32,
      slotMs: 0,
      dueMs: 0,
      readyMs: 0,
      isPending: false,
      isDropped: false,
    };
  }

  /** Queues `entries` for their first run, soon; their slots follow at half an interval's distance or more. */
  #enqueue(entries: readonly Entry[]): void {
    const nowMs = this.#options.clock.monotonicMs();
    const wallMs = this.#options.clock.wallMs();
    const windowMs = Math.max(entries.length * FIRST_SPACING_MS, FIRST_WINDOW_MS_MIN);
    for (const entry of entries) {
      const { intervalMs, phase } = entry;
      entry.dueMs = nowMs + phase * Math.min(windowMs, intervalMs);
      const sinceSlotMs = (((wallMs - phase * intervalMs) % intervalMs) + intervalMs) % intervalMs;
      entry.slotMs = nowMs - sinceSlotMs;
      this.#queue.add(entry);
    }
  }

  /** Sets the timer for what is due next, unless it is set early enough. */
  #arm(): void {
    const { nextMs } = this.#queue;
    if (!this.#isStarted || nextMs === Number.POSITIVE_INFINITY) return;
    if (this.#timer !== null) {
      if (this.#timerMs <= nextMs) return;
      clearTimeout(this.#timer);
    }
    const delayMs = Math.max(TICK_MS, Math.ceil(nextMs - this.#options.clock.monotonicMs()));
    this.#timerMs = nextMs;
    this.#timer = setTimeout(this.#tick, delayMs);
  }

  readonly #tick = (): void => {
    this.#timer = null;
    const nowMs = this.#options.clock.monotonicMs();
    for (let entry = this.#queue.take(nowMs); entry !== null; entry = this.#queue.take(nowMs)) {
      if (entry.isDropped) continue;
      if (entry.isPending) {
        this.#skippedCount += 1;
      } else {
        entry.isPending = true;
        entry.readyMs = entry.dueMs;
        this.#waiting.push(entry);
      }
      entry.slotMs = nextSlot(entry.slotMs, entry.intervalMs, nowMs);
      entry.dueMs = entry.slotMs + (this.#random.nextBits() / 2 ** 31 - 1) * JITTER_SHARE * entry.intervalMs;
      this.#queue.add(entry);
    }
    this.#startWaiting();
    this.#arm();
  };

  #startWaiting(): void {
    if (this.#turn !== null) return;
    for (let starts = 0; this.#running.size < this.#concurrencyMax; ) {
      const entry = this.#waiting[this.#waitingHead];
      if (entry === undefined) break;
      if (starts === STARTS_PER_TURN) {
        this.#turn = setImmediate(() => {
          this.#turn = null;
          this.#startWaiting();
        });
        return;
      }
      this.#waitingHead += 1;
      if (entry.isDropped) continue;
      // Dropped and added again while its socket was being closed.
      if (this.#running.has(entry.spec.id)) {
        entry.isPending = false;
        this.#skippedCount += 1;
        continue;
      }
      starts += 1;
      this.#run(entry);
    }
    if (this.#waitingHead > 0 && this.#waitingHead * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#waitingHead);
      this.#waitingHead = 0;
    }
  }

  #run(entry: Entry): void {
    const { spec } = entry;
    const controller = new AbortController();
    this.#running.set(spec.id, controller);
    this.#startedCount += 1;
    const nowMs = this.#options.clock.monotonicMs();
    this.#turnLagWindow(nowMs);
    this.#lag.max = Math.max(this.#lag.max, nowMs - entry.readyMs);
    const ended = (result: ProbeResult) => this.#end(entry, result);
    this.#options.runCheck(spec, controller.signal).then(ended, (error) => ended(brokenResult(error)));
  }

  #end(entry: Entry, result: ProbeResult): void {
    this.#running.delete(entry.spec.id);
    entry.isPending = false;
    if (!this.#isStarted) {
      if (this.#running.size === 0) this.#onDrained?.();
      return;
    }
    if (!entry.isDropped) this.#options.onResult(entry.spec, result);
    if (this.#waitingHead < this.#waiting.length) this.#startWaiting();
  }

  #turnLagWindow(nowMs: number): void {
    if (nowMs - this.#lag.sinceMs < LAG_WINDOW_MS) return;
    const isRecent = nowMs - this.#lag.sinceMs < 2 * LAG_WINDOW_MS;
    this.#lag = { sinceMs: nowMs, max: 0, previousMax: isRecent ? this.#lag.max : 0 };
  }
}

/** The first of the slots `slotMs` + n x `intervalMs` (n >= 1) that lies after `afterMs` by half an interval or more. */
function nextSlot(slotMs: number, intervalMs: number, afterMs: number): number {
  return slotMs + Math.max(1, Math.ceil((afterMs - slotMs) / intervalMs + 0.5)) * intervalMs;
}

function brokenResult(error: unknown): ProbeResult {
  const reason = `agent cannot check: ${errorMessage(error)}`;
  return { outcome: 'unknown', reason, connectMs: null, tlsMs: null, serverMs: null };
}

/** FNV-1a over UTF-16 units, finished by a mixer: equal on every machine. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixBits(hash);
}
