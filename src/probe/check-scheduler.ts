/**
 * Runs every check at its time: in its slot of its interval (`slot-plan.ts`); never more than a bounded number at once; never the same
 * check twice at once. Each run is up to 5 % of the interval off its slot, so that nothing beats in step. After the start all
 * moves by the monotonic clock. A check that is due while it still runs, and slots missed by a stall, are passed over. A check that somebody
 * suspects may be run at once, out of turn ({@link CheckScheduler.hurry}).
 *
 * Built by {@link ProbeAgent}.
 */

import type { Clock } from '../base/clock.ts';
import { PROBE_CONCURRENCY_MAX } from '../base/limits.ts';
import { RandomStream } from '../base/random.ts';
import type { CancelTimer, Timers } from '../base/timers.ts';
import { systemTimers } from '../redis/system-timers.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import type { ProbeResult } from './check-attempt.ts';
import { DueQueue } from './due-queue.ts';
import { DurationHistogram, type Durations } from './duration-histogram.ts';
import { errorMessage } from './failure-reason.ts';
import type { RunCheck } from './run-check.ts';
import { hashText, nextSlot, SlotPlan, shortShift } from './slot-plan.ts';

export type CheckSchedulerOptions = {
  readonly agentId: string;
  readonly clock: Clock;
  /** Real time if not given. */
  readonly timers?: Timers;
  readonly runCheck: RunCheck;
  /** Told of every result of a check that is still in the set, and how many milliseconds it took. */
  readonly onResult: (spec: CheckSpec, result: ProbeResult, ms: number) => void;
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
  /** Times between due and started of all checks so far. */
  readonly lags: Durations;
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
/** A failure is confirmed by a run that starts this long after the failed one did, or later: a restart takes a moment. */
const CONFIRM_MS = 250;
/** Specs are checked by the zone reader; a loop must not rest on that. */
const INTERVAL_MS_MIN = 100;
const LAG_WINDOW_MS = 10_000;

type Entry = {
  readonly spec: CheckSpec;
  readonly intervalMs: number;
  /** Hash of the check's id. */
  readonly hash: number;
  /** 0..1 of the interval. */
  phase: number;
  /** Slot that `dueMs` belongs to, monotonic; before the first run, the last one that was not taken. */
  slotMs: number;
  dueMs: number;
  /** Due time of the run that waits or is under way. */
  readyMs: number;
  /** When the last run began. */
  startedMs: number;
  /** Waits or is under way. */
  isPending: boolean;
  /** To be run once more when the run under way ends well: it may have begun before what is suspected. */
  isRepeatWanted: boolean;
  /** When it last was run out of turn for others. */
  hurriedMs: number;
  isDropped: boolean;
};

/** Owner of the timer and of the checks under way. */
export class CheckScheduler {
  readonly #options: CheckSchedulerOptions;
  readonly #concurrencyMax: number;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new DueQueue<Entry>();
  readonly #outOfTurn = new DueQueue<{ readonly entry: Entry; readonly dueMs: number }>();
  readonly #running = new Map<string, AbortController>();
  readonly #random: RandomStream;
  #waiting: Entry[] = [];
  #waitingHead = 0;
  readonly #timers: Timers;
  readonly #plan: SlotPlan;
  #isStarted = false;
  #timer: CancelTimer | null = null;
  #timerMs = Number.POSITIVE_INFINITY;
  #turn: CancelTimer | null = null;
  #onDrained: (() => void) | null = null;
  #startedCount = 0;
  #skippedCount = 0;
  #lag = { sinceMs: 0, max: 0, previousMax: 0 };
  readonly #lags = new DurationHistogram();

  constructor(options: CheckSchedulerOptions) {
    this.#options = options;
    this.#concurrencyMax = options.concurrencyMax ?? PROBE_CONCURRENCY_MAX;
    this.#timers = options.timers ?? systemTimers;
    this.#plan = new SlotPlan(options.agentId, options.clock.wallMs() - options.clock.monotonicMs());
    this.#random = new RandomStream(this.#plan.ownHash);
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
    this.#timer?.();
    this.#turn?.();
    this.#timer = null;
    this.#turn = null;
    this.#queue.clear();
    this.#outOfTurn.clear();
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

  /**
   * Runs the check `id` out of turn: at once or when the run under way has ended if `asked` by another agent, otherwise at
   * CONFIRM_MS from its last start. Asked, this is done once an interval at most, so that nobody can make us look at an
   * endpoint more than twice as often. False if it is not done.
   */
  hurry(id: string, asked: boolean): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined || !this.#isStarted) return false;
    const nowMs = this.#options.clock.monotonicMs();
    if (asked && nowMs - entry.hurriedMs < entry.intervalMs) return false;
    if (asked) entry.hurriedMs = nowMs;
    if (asked && entry.isPending) {
      entry.isRepeatWanted = true;
      return true;
    }
    this.#outOfTurn.add({ entry, dueMs: asked ? nowMs : Math.max(nowMs, entry.startedMs + CONFIRM_MS) });
    this.#tick();
    return true;
  }

  /** The other agents, by name: from now on the checks are spread over the interval among all of us. */
  setPeers(agents: Iterable<string>): void {
    this.#plan.setPeers(agents);
    for (const entry of this.#entries.values()) {
      const phase = this.#plan.phaseOf(entry.hash);
      // The run that is queued stays, and the next keeps its distance from it.
      entry.slotMs += shortShift(phase - entry.phase) * entry.intervalMs;
      entry.phase = phase;
    }
  }

  /** The clock that all agents share said `sharedMs` when the monotonic clock here said `nowMs`: slots go by it from now on. */
  setSharedClock(sharedMs: number, nowMs: number): void {
    const movedMs = this.#plan.follow(sharedMs, nowMs);
    if (movedMs === 0) return;
    for (const entry of this.#entries.values())
      entry.slotMs += shortShift(-movedMs / entry.intervalMs) * entry.intervalMs;
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
      lags: this.#lags.durations(),
    };
  }

  #createEntry(spec: CheckSpec): Entry {
    const hash = hashText(spec.id);
    return {
      spec,
      intervalMs: Math.max(spec.intervalMs, INTERVAL_MS_MIN),
      hash,
      phase: this.#plan.phaseOf(hash),
      slotMs: 0,
      dueMs: 0,
      readyMs: 0,
      startedMs: Number.NEGATIVE_INFINITY,
      isPending: false,
      isRepeatWanted: false,
      hurriedMs: Number.NEGATIVE_INFINITY,
      isDropped: false,
    };
  }

  /** Queues `entries` for their first run, soon; their slots follow at half an interval's distance or more. */
  #enqueue(entries: readonly Entry[]): void {
    const nowMs = this.#options.clock.monotonicMs();
    const windowMs = Math.max(entries.length * FIRST_SPACING_MS, FIRST_WINDOW_MS_MIN);
    for (const entry of entries) {
      const { intervalMs, phase } = entry;
      entry.dueMs = nowMs + phase * Math.min(windowMs, intervalMs);
      entry.slotMs = this.#plan.slotBefore(phase, intervalMs, nowMs);
      this.#queue.add(entry);
    }
  }

  /** Sets the timer for what is due next, unless it is set early enough. */
  #arm(): void {
    const nextMs = Math.min(this.#queue.nextMs, this.#outOfTurn.nextMs);
    if (!this.#isStarted || nextMs === Number.POSITIVE_INFINITY) return;
    if (this.#timer !== null) {
      if (this.#timerMs <= nextMs) return;
      this.#timer();
    }
    const delayMs = Math.max(TICK_MS, Math.ceil(nextMs - this.#options.clock.monotonicMs()));
    this.#timerMs = nextMs;
    this.#timer = this.#timers.after(delayMs, this.#tick);
  }

  readonly #tick = (): void => {
    this.#timer?.();
    this.#timer = null;
    const nowMs = this.#options.clock.monotonicMs();
    for (let next = this.#outOfTurn.take(nowMs); next !== null; next = this.#outOfTurn.take(nowMs)) {
      if (!next.entry.isDropped && !next.entry.isPending) this.#ready(next.entry, next.dueMs);
    }
    for (let entry = this.#queue.take(nowMs); entry !== null; entry = this.#queue.take(nowMs)) {
      if (entry.isDropped) continue;
      if (entry.isPending) {
        this.#skippedCount += 1;
      } else {
        this.#ready(entry, entry.dueMs);
      }
      entry.slotMs = nextSlot(entry.slotMs, entry.intervalMs, nowMs);
      entry.dueMs = entry.slotMs + (this.#random.nextBits() / 2 ** 31 - 1) * JITTER_SHARE * entry.intervalMs;
      this.#queue.add(entry);
    }
    this.#startWaiting();
    this.#arm();
  };

  #ready(entry: Entry, readyMs: number): void {
    entry.isPending = true;
    entry.readyMs = readyMs;
    this.#waiting.push(entry);
  }

  #startWaiting(): void {
    if (this.#turn !== null) return;
    for (let starts = 0; this.#running.size < this.#concurrencyMax; ) {
      const entry = this.#waiting[this.#waitingHead];
      if (entry === undefined) break;
      if (starts === STARTS_PER_TURN) {
        this.#turn = this.#timers.nextTurn(() => {
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
    entry.startedMs = nowMs;
    this.#turnLagWindow(nowMs);
    const lagMs = Math.max(0, nowMs - entry.readyMs);
    this.#lag.max = Math.max(this.#lag.max, lagMs);
    this.#lags.add(lagMs);
    const ended = (result: ProbeResult) => this.#end(entry, result);
    this.#options.runCheck(spec, controller.signal).then(ended, (error) => ended(brokenResult(error)));
  }

  #end(entry: Entry, result: ProbeResult): void {
    this.#running.delete(entry.spec.id);
    entry.isPending = false;
    const isRepeatWanted = entry.isRepeatWanted && result.outcome !== 'failed';
    entry.isRepeatWanted = false;
    if (!this.#isStarted) {
      if (this.#running.size === 0) this.#onDrained?.();
      return;
    }
    const tookMs = this.#options.clock.monotonicMs() - entry.startedMs;
    if (!entry.isDropped) this.#options.onResult(entry.spec, result, tookMs);
    if (isRepeatWanted && !entry.isPending) this.#ready(entry, this.#options.clock.monotonicMs());
    if (this.#waitingHead < this.#waiting.length) this.#startWaiting();
  }

  #turnLagWindow(nowMs: number): void {
    if (nowMs - this.#lag.sinceMs < LAG_WINDOW_MS) return;
    const isRecent = nowMs - this.#lag.sinceMs < 2 * LAG_WINDOW_MS;
    this.#lag = { sinceMs: nowMs, max: 0, previousMax: isRecent ? this.#lag.max : 0 };
  }
}

function brokenResult(error: unknown): ProbeResult {
  const reason = `agent cannot check: ${errorMessage(error)}`;
  return { outcome: 'unknown', reason, connectMs: null, tlsMs: null, serverMs: null, certificateExpiresMs: null };
}
