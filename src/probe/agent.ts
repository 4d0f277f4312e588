/**
 * A probe agent: checks every endpoint of the zones from one place and publishes what it sees. Without a store it goes on
 * checking and holds only the present, which it publishes whole when the store is back.
 *
 *   scheduler --result--> record (state machine) --changed?--> changes, gathered a moment --+
 *                                                                                          +--> store
 *   beat every 5 s: snapshot, heartbeat, snapshot, ...  (constant work, well or on fire) ---+
 *
 * After a start nothing is published until each check had a first result, or for two seconds: the votes of the agent's
 * earlier boot stay fresh for longer than that, and a snapshot of nothing but `unknown` would wipe them out.
 *
 * The first failure of a check that was well is published as a suspicion, and the check is run again at once; an agent that
 * hears of another's suspicion runs that check at once as well. So all agents look at the same moment, and the nodes need
 * not wait for everybody's next interval (`health/suspicion.ts`).
 *
 * Load reports of endpoints are in every snapshot, and with every heartbeat go as many as fit into one entry, those that waited
 * longest first: nodes read snapshots every half minute only.
 *
 * Built by `meridian probe`, and by `serve` in embedded mode.
 */

import { randomBytes } from 'node:crypto';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { AGENT_REPORTS_MAX, CERTIFICATES_SHOWN_MAX, CHANGES_REPORTS_MAX } from '../base/limits.ts';
import type { CancelTimer, Timers } from '../base/timers.ts';
import { type AgentHeader, type AgentReport, isHealthName } from '../health/report.ts';
import {
  AGENT_BEAT_MS,
  type AgentStore,
  type ChangesBatch,
  SNAPSHOT_PERIOD_MS,
  type StoreState,
} from '../redis/state-store.ts';
import { systemTimers } from '../redis/system-timers.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import type { ProbeResult } from './check-attempt.ts';
import { type CheckLog, logChange, logIcmpTrouble, logRefusedLoad } from './check-log.ts';
import {
  type CheckRecord,
  isOverdue,
  newCheckRecord,
  recordOverdue,
  recordReport,
  recordResult,
  recordVoice,
} from './check-record.ts';
import { CheckScheduler, type SchedulerStats } from './check-scheduler.ts';
import { type CertificateExpiry, CheckStatistics, type KindStatistics } from './check-statistics.ts';
import { errorMessage } from './failure-reason.ts';
import { PeerAgents } from './peer-agents.ts';
import { PublicationPace } from './publication-pace.ts';
import { type RunCheck, runCheck } from './run-check.ts';

export type ProbeAgentOptions = {
  /** Name of the agent, unique among all; as `isHealthName`. */
  readonly agentId: string;
  readonly region: string;
  /** By `CheckSpec.id`. */
  readonly checks: ReadonlyMap<string, CheckSpec>;
  /** Where to publish; whoever opened it closes it. */
  readonly store: AgentStore;
  readonly clock: Clock;
  /** Real time if not given. */
  readonly timers?: Timers;
  readonly log: CheckLog;
  /** Whether checks may reach link-local and cloud metadata addresses; false if not given. */
  readonly metadataTargets?: boolean;
  /** How checks are run, the real way if not given. */
  readonly runCheck?: RunCheck;
  /** Checks under way at once, `PROBE_CONCURRENCY_MAX` if not given. */
  readonly concurrencyMax?: number;
};

/** How the agent does, for `status` and metrics. */
export type ProbeAgentStatus = {
  readonly agentId: string;
  readonly region: string;
  readonly boot: string;
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
  /** Publications that reached the store, and that did not. */
  readonly published: number;
  readonly publishFailures: number;
  /** Since the last publication that reached the store; null before the first. */
  readonly publishedAgoMs: number | null;
  /** Why the last publication failed, or null. */
  readonly publishTrouble: string | null;
  /** Load reports of endpoints that were not believed. */
  readonly loadsRefused: number;
  readonly scheduler: SchedulerStats;
  readonly kinds: readonly KindStatistics[];
  /** The certificates that end soonest, soonest first, CERTIFICATES_SHOWN_MAX of them. */
  readonly certificates: readonly CertificateExpiry[];
};

/** How long the first snapshot waits for first results. */
const FIRST_ROUND_MS_MAX = 2_000;
/** An agent not heard for this many beats is no longer one of us. */
const PEER_BEATS = 3;
const BEATS_PER_SNAPSHOT = SNAPSHOT_PERIOD_MS / AGENT_BEAT_MS;

/** Owner of the records, the scheduler and the timers of publication. */
export class ProbeAgent {
  /** Random, of this start. */
  readonly boot = randomBytes(9).toString('hex');
  readonly #options: ProbeAgentOptions;
  readonly #scheduler: CheckScheduler;
  readonly #records = new Map<string, CheckRecord>();
  /** Checks whose state changed since the last publication; never more than there are checks. */
  readonly #changed = new Set<string>();
  /** Checks with a load report that no heartbeat has carried yet, in the order in which they came. */
  readonly #untoldLoads = new Set<string>();
  #areLoadsDue = false;
  #loadsRefused = 0;
  /** Checks without a first result, while the first snapshot waits for them; null after it. */
  #awaited: Set<string> | null = new Set();
  #isRunning = false;
  #isSnapshotDue = true;
  #beats = 0;
  readonly #timers: Timers;
  readonly #statistics = new CheckStatistics();
  readonly #peers = new PeerAgents(PEER_BEATS * AGENT_BEAT_MS);
  #isIcmpTold = false;
  #stopBeating: CancelTimer | null = null;
  #flushTimer: CancelTimer | null = null;
  #firstRoundTimer: CancelTimer | null = null;
  readonly #pace = new PublicationPace();
  #publishing: Promise<void> | null = null;
  #unsubscribe: (() => void)[] = [];
  #publicationSeq = 0;
  #reportSeq = 0;
  #published = 0;
  #publishFailures = 0;
  #publishedMs: number | null = null;
  #publishTrouble: string | null = null;

  constructor(options: ProbeAgentOptions) {
    assert(isHealthName(options.agentId) && isHealthName(options.region), 'agent or region has no proper name');
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#scheduler = new CheckScheduler({
      agentId: options.agentId,
      clock: options.clock,
      timers: this.#timers,
      runCheck: options.runCheck ?? realCheck(options.metadataTargets ?? false),
      onResult: (spec, result, ms) => this.#take(spec, result, ms),
      ...(options.concurrencyMax === undefined ? {} : { concurrencyMax: options.concurrencyMax }),
    });
    this.setChecks(options.checks);
  }

  /** Begins to check and to publish. An agent is started once. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#unsubscribe = [
      this.#options.store.onState((state) => this.#heedStore(state)),
      this.#options.store.subscribe((batch) => this.#heedOthers(batch)),
    ];
    this.#stopBeating = this.#timers.every(AGENT_BEAT_MS, () => this.#beat());
    this.#firstRoundTimer = this.#timers.after(FIRST_ROUND_MS_MAX, () => this.#endFirstRound());
    this.#scheduler.start();
    if (this.#records.size === 0) this.#endFirstRound();
  }

  /** Ends all checks and the publication under way. The last snapshot stays in the store until its votes have aged. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    for (const end of this.#unsubscribe) end();
    this.#stopBeating?.();
    this.#flushTimer?.();
    this.#firstRoundTimer?.();
    await this.#scheduler.stop();
    await this.#publishing;
  }

  /** Replaces the set of checks; those in both sets keep their state. */
  setChecks(checks: ReadonlyMap<string, CheckSpec>): void {
    const nowMs = this.#options.clock.monotonicMs();
    const kept = this.#withinBounds(checks);
    for (const id of this.#records.keys()) {
      if (kept.has(id)) continue;
      this.#records.delete(id);
      this.#changed.delete(id);
      this.#untoldLoads.delete(id);
      this.#statistics.forget(id);
      this.#awaited?.delete(id);
    }
    for (const [id, spec] of kept) {
      if (this.#records.has(id)) continue;
      this.#records.set(id, newCheckRecord(spec, nowMs));
      this.#awaited?.add(id);
    }
    this.#scheduler.setChecks(kept);
    this.#isIcmpTold ||= logIcmpTrouble(this.#options.log, kept.values());
    this.#isSnapshotDue = true;
    this.#flushSoon();
  }

  status(): ProbeAgentStatus {
    const { agentId, region, clock } = this.#options;
    const counts = { up: 0, down: 0, unknown: 0 };
    for (const record of this.#records.values()) counts[record.state] += 1;
    return {
      agentId,
      region,
      boot: this.boot,
      ...counts,
      published: this.#published,
      publishFailures: this.#publishFailures,
      publishedAgoMs: this.#publishedMs === null ? null : clock.monotonicMs() - this.#publishedMs,
      publishTrouble: this.#publishTrouble,
      loadsRefused: this.#loadsRefused,
      scheduler: this.#scheduler.stats(),
      kinds: this.#statistics.kinds(),
      certificates: this.#statistics.soonestExpiries(CERTIFICATES_SHOWN_MAX),
    };
  }

  #withinBounds(checks: ReadonlyMap<string, CheckSpec>): ReadonlyMap<string, CheckSpec> {
    if (checks.size <= AGENT_REPORTS_MAX) return checks;
    const reason = `${checks.size} checks, AGENT_REPORTS_MAX is ${AGENT_REPORTS_MAX}`;
    this.#options.log.warn({ event: 'checks-left-out', reason }, 'more checks than one agent makes');
    return new Map([...checks].slice(0, AGENT_REPORTS_MAX));
  }

  #take(spec: CheckSpec, result: ProbeResult, ms: number): void {
    const record = this.#records.get(spec.id);
    if (record === undefined) return;
    this.#statistics.add(spec, result, ms);
    if (result.load !== undefined) this.#noteLoad(record, result.load);
    this.#reportSeq += 1;
    this.#replace(record, recordResult(record, result, this.#options.clock.monotonicMs(), this.#reportSeq));
    const isUnconfirmed = this.#records.get(spec.id)!.isUnconfirmed;
    if (!isUnconfirmed && this.#awaited?.delete(spec.id) && this.#awaited.size === 0) this.#endFirstRound();
    // Only after a success before it: a check that keeps failing is not run out of turn again.
    const isFirstFailure = result.outcome === 'failed' && record.observation.failing === 0 && !record.isUnconfirmed;
    if (isFirstFailure) this.#scheduler.hurry(spec.id, false);
  }

  /** A report that is refused is told once, until a good one has come. */
  #noteLoad({ spec, loadFault }: CheckRecord, load: NonNullable<ProbeResult['load']>): void {
    if (!('fault' in load)) {
      this.#untoldLoads.add(spec.id);
      return;
    }
    this.#loadsRefused += 1;
    if (loadFault !== '') return;
    logRefusedLoad(this.#options.log, spec, load.fault);
  }

  /** Keeps `next` for `record`, and tells the world if it says something else. */
  #replace(record: CheckRecord, next: CheckRecord): void {
    this.#records.set(next.spec.id, next);
    // A check that cannot be made says why with its first result, though its state stays.
    const isFirstCause = record.results === 0 && next.abstentions > 0;
    if (recordVoice(next) === recordVoice(record) && !isFirstCause) return;
    this.#changed.add(next.spec.id);
    this.#flushSoon();
    if (next.state !== record.state || isFirstCause) logChange(this.#options.log, record, next);
  }

  #endFirstRound(): void {
    if (this.#awaited === null) return;
    this.#awaited = null;
    this.#firstRoundTimer?.();
    this.#flush();
  }

  #beat(): void {
    this.#beats += 1;
    if (this.#beats % BEATS_PER_SNAPSHOT === 0) this.#isSnapshotDue = true;
    else this.#areLoadsDue = true;
    const nowMs = this.#options.clock.monotonicMs();
    for (const record of this.#records.values()) {
      if (!isOverdue(record, nowMs)) continue;
      this.#reportSeq += 1;
      this.#replace(record, recordOverdue(record, nowMs, this.#reportSeq));
    }
    const peers = this.#peers.changed(nowMs);
    if (peers !== null) this.#scheduler.setPeers(peers);
    this.#flush();
  }

  /** What other agents say: that they are there, and what to look at. */
  #heedOthers(batch: ChangesBatch): void {
    const { agentId, clock } = this.#options;
    // The past tells neither who is there now nor what is to be looked at.
    if (batch.gap) return;
    for (const { agent, reports } of batch.changes) {
      if (agent === agentId) continue;
      this.#peers.hear(agent, clock.monotonicMs());
      for (const { id, failing } of reports) if (failing === 1) this.#scheduler.hurry(id, true);
    }
  }

  #heedStore(state: StoreState): void {
    if (state !== 'connected') return;
    this.#isSnapshotDue = true;
    this.#flush();
  }

  #flushSoon(): void {
    // In trouble the next beat, or the store's return, is soon enough.
    if (!this.#isRunning || this.#flushTimer !== null || this.#publishTrouble !== null) return;
    this.#flushTimer = this.#timers.after(this.#pace.nextDelayMs(this.#options.clock.monotonicMs()), () => {
      this.#flushTimer = null;
      if (this.#isSnapshotDue || this.#changed.size > 0) this.#flush();
    });
  }

  /** Publishes what is to be said, one publication at a time. Nothing is queued: what cannot be said now is said anew later. */
  #flush(): void {
    if (!this.#isRunning || this.#awaited !== null || this.#publishing !== null) return;
    if (this.#options.store.state !== 'connected') return;
    this.#publishing = this.#publish().finally(() => {
      this.#publishing = null;
      // What changed meanwhile.
      if (this.#isSnapshotDue || this.#changed.size > 0) this.#flushSoon();
    });
  }

  async #publish(): Promise<void> {
    const { store, clock, log } = this.#options;
    try {
      if (this.#isSnapshotDue) await this.#publishSnapshot();
      else await this.#publishChanges();
      this.#published += 1;
      this.#publishedMs = clock.monotonicMs();
      if (this.#publishTrouble !== null) log.info({ event: 'publish-restored' }, 'publishing again');
      this.#publishTrouble = null;
    } catch (error) {
      // Changes that did not arrive are in the next snapshot.
      this.#isSnapshotDue = true;
      this.#publishFailures += 1;
      const trouble = store.trouble ?? errorMessage(error);
      if (this.#publishTrouble === null) log.warn({ event: 'publish-failed', reason: trouble }, 'cannot publish');
      this.#publishTrouble = trouble;
    }
  }

  async #publishSnapshot(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    this.#isSnapshotDue = false;
    this.#changed.clear();
    const reports = Array.from(this.#records.values(), (record) => recordReport(record, nowMs));
    await this.#options.store.publishSnapshot({ ...this.#nextHeader(), reports });
  }

  /** With nothing changed, the heartbeat. */
  async #publishChanges(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const ids = new Set<string>();
    for (const due of this.#areLoadsDue ? [this.#changed, this.#untoldLoads] : [this.#changed]) {
      for (const id of due) {
        if (ids.size === CHANGES_REPORTS_MAX) break;
        due.delete(id);
        ids.add(id);
      }
    }
    this.#areLoadsDue = false;
    const reports: AgentReport[] = [];
    for (const id of ids) {
      const record = this.#records.get(id);
      if (record !== undefined) reports.push(recordReport(record, nowMs));
    }
    await this.#options.store.publishChanges({ ...this.#nextHeader(), reports });
    const sharedMs = this.#options.store.clockMs?.() ?? null;
    if (sharedMs !== null) this.#scheduler.setSharedClock(sharedMs, this.#options.clock.monotonicMs());
  }

  #nextHeader(): AgentHeader {
    this.#publicationSeq += 1;
    const { agentId: agent, region } = this.#options;
    const { lagMsMax: lagMs } = this.#scheduler.stats();
    return { agent, region, boot: this.boot, seq: this.#publicationSeq, intervalMs: AGENT_BEAT_MS, lagMs };
  }
}

function realCheck(metadataTargets: boolean): RunCheck {
  return (spec, signal) => runCheck(spec, signal, { metadataTargets });
}
