/**
 * From the store to the health table: the conductor of every DNS node. Changes come from the stream and are applied at once; snapshots are
 * read after every gap and now and then whatever happened (`snapshot-sync.ts`); votes age by this node's monotonic clock. Every check with
 * news gets its verdict anew, and its endpoints their words. Pushed loads come by the same stream (`load-feed.ts`).
 *
 * Silence never takes an endpoint out: without the store or with a minority of regions the node holds (`node-mode.ts`),
 * and without votes a verdict stays as it was. Built by the server (control thread); `status` and `explain` read it.
 */

import type { Clock } from '../base/clock.ts';
import type { CancelTimer, Timers } from '../base/timers.ts';
import type { NumberedRegion } from '../geo/nearest-regions.ts';
import { AgentLedger, type LedgerNews } from '../health/agent-ledger.ts';
import { CheckBook, type KnownCheck } from '../health/check-book.ts';
import { CheckJudge } from '../health/check-judge.ts';
import { type EndpointLoad, endpointLoad } from '../health/endpoint-load.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import type { Flap } from '../health/flap-damping.ts';
import { type RegionLatency, regionLatencies } from '../health/latency-book.ts';
import type { ModeState } from '../health/node-mode.ts';
import type { CheckState } from '../health/observation.ts';
import { isOverrideFor, type Override } from '../health/override.ts';
import type { AgentSnapshot } from '../health/report.ts';
import { ResumeBook } from '../health/resume-book.ts';
import type { SelfChecks } from '../health/self-checks.ts';
import type { WeightCorrection } from '../health/weight-corrections.ts';
import { type WordSource, WordWriter } from '../health/word-writer.ts';
import { type CheckVotes, type FeedEvent, logVerdicts } from './feed-event.ts';
import type { FeedState } from './feed-state.ts';
import { type FeedParts, type FeedStatus, feedFacts, feedStatus } from './feed-status.ts';
import { LoadFeed } from './load-feed.ts';
import { ModeKeeper } from './mode-keeper.ts';
import { type NodeFacts, NodeHeartbeat } from './node-heartbeat.ts';
import { RefusalLog } from './refusal-log.ts';
import { ShiftFeed } from './shift-feed.ts';
import { SnapshotSync } from './snapshot-sync.ts';
import type { ChangesBatch, Refusal, SnapshotsRead, StateStore, StoreState } from './state-store.ts';
import { systemTimers } from './system-timers.ts';

export type HealthFeedOptions = {
  readonly store: StateStore;
  readonly registry: EndpointRegistry;
  readonly clock: Clock;
  /** Real time if not given. */
  readonly timers?: Timers;
  readonly log: (event: FeedEvent) => void;
  /** Asked at every publication of the node's status; without it the node does not list itself. */
  readonly facts?: () => NodeFacts;
  /** Shifts have changed: worth keeping at once. */
  readonly onShifts?: () => void;
  /** The node's own checks; without them it holds for ever. */
  readonly self?: SelfChecks;
  /** There are no agents but this process's own: whoever is heard first is all there is. */
  readonly isAlone?: boolean;
};

/** How often the feed looks at its clocks. */
const TICK_MS = 1_000;
/** After this an agent that has not been heard since the start is not there: its votes would be stale (03-health). */
const SETTLED_MS = 15_000;
/** Verdicts older than this at boot are not believed: unknown, and served, is better than long ago. */
const STATE_AGE_MS_MAX = 3_600_000;

/** Owner of the node's verdicts, and of the timer that ages them. */
export class HealthFeed {
  /** What is pushed of endpoints' loads. */
  readonly loads: LoadFeed;
  readonly #store: StateStore;
  readonly #registry: EndpointRegistry;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #log: (event: FeedEvent) => void;
  readonly #heartbeat: NodeHeartbeat | null;
  readonly #onShifts: (() => void) | undefined;
  readonly #self: SelfChecks | null;
  readonly #checks = new CheckBook();
  readonly #ledger = new AgentLedger(this.#checks);
  readonly #writer: WordWriter;
  readonly #resumes = new ResumeBook();
  readonly #shifts: ShiftFeed;
  readonly #startMs: number;
  readonly #sync: SnapshotSync;
  #guarded = 0;
  readonly #judge: CheckJudge;
  readonly #mode: ModeKeeper;
  readonly #refusals = new RefusalLog();
  readonly #parts: FeedParts;
  #stopTicking: CancelTimer | null = null;
  #unsubscribe: (() => void)[] = [];

  constructor(options: HealthFeedOptions) {
    this.#store = options.store;
    this.#judge = new CheckJudge(this.#checks, this.#ledger);
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#timers = options.timers ?? systemTimers;
    this.#log = options.log;
    this.#onShifts = options.onShifts;
    this.#self = options.self ?? null;
    this.#startMs = options.clock.monotonicMs();
    this.#mode = new ModeKeeper(options.store, options.isAlone ?? false, this.#startMs);
    this.#writer = new WordWriter(options.registry);
    this.#parts = {
      store: this.#store,
      mode: this.#mode,
      judge: this.#judge,
      ledger: this.#ledger,
      refusals: this.#refusals,
    };
    const parts = {
      store: this.#store,
      clock: this.#clock,
      onRefused: ({ source, reason }: Refusal) => this.#refuse(source, reason),
    };
    this.loads = new LoadFeed({ ...parts, registry: this.#registry, timers: this.#timers });
    this.#shifts = new ShiftFeed({ ...parts, onChange: (added) => this.#followShifts(added), log: this.#log });
    this.#sync = new SnapshotSync({ ...parts, onRead: (read) => this.#takeSnapshots(read) });
    this.#heartbeat =
      options.facts === undefined
        ? null
        : new NodeHeartbeat({
            ...parts,
            facts: options.facts,
            status: () => feedFacts(this.#parts, this.#clock.monotonicMs()),
            startMs: this.#startMs,
          });
    this.zonesChanged();
  }

  /** Subscribes to the store and begins to tick. */
  start(): void {
    this.#unsubscribe = [
      this.#store.onState((state) => this.#followStore(state)),
      this.#store.subscribe((batch) => this.#takeBatch(batch)),
    ];
    this.#stopTicking = this.#timers.every(TICK_MS, () => this.tick());
    this.tick();
  }

  /** Ends the subscriptions and the timer; the words stay as they are, and the store stays open. */
  stop(): void {
    this.#sync.close();
    this.#stopTicking?.();
    this.#stopTicking = null;
    for (const end of this.#unsubscribe) end();
    this.#unsubscribe = [];
  }

  /** Ages votes, follows the mode, and does what is due. Called once a second by the timer; costs the number of agents. */
  tick(): void {
    const now = this.#clock.monotonicMs();
    const stale = this.#ledger.age(now);
    for (const { agent, region } of stale) this.#log({ event: 'agent', agent, region, change: 'stale' });
    if (this.#followMode() || stale.length > 0) this.#judgeAll();
    else this.#judgeSome([]);
    this.#writer.passTime(this.#source());
    this.#shifts.tick();
    this.#sync.tick(this.#ledger.lacksSnapshots());
    this.#heartbeat?.tick(now);
  }

  /** The registry has been given other endpoints: judges every check anew and writes every word. */
  zonesChanged(): void {
    this.#judge.setChecks(this.#registry.checks(), this.#registry.checkWeights());
    this.loads.zonesChanged();
    this.#resumes.keepOnly((key) => this.#registry.slotOf(key) >= 0);
    this.#judgeAll();
    this.#writer.rebuild(this.#source());
  }

  /** The verdict on a check; `unknown` for one never heard of. */
  verdictOf(check: string): CheckState {
    return this.#judge.verdictOf(check);
  }

  /** How a check that went down again and again is damped, or null. */
  flapOf(check: string): Flap | null {
    return this.#judge.flapOf(check, this.#clock.monotonicMs());
  }

  /** The verdict with every region's and agent's voice. */
  votesOf(check: string): CheckVotes {
    return { verdict: this.verdictOf(check), regions: this.#ledger.votesOf(check, this.#clock.monotonicMs()) };
  }

  /** What agents measure of a check by region, and how busy its target says it is, or is said to be by a push. */
  measuresOf(check: string): { readonly latencies: RegionLatency[]; readonly load: EndpointLoad } {
    return { latencies: regionLatencies(this.#ledger.heardOn(check)), load: this.#loadOf(check) };
  }

  /** How the weight of an endpoint, by its key, is corrected by what it bears; null: it is not. */
  correctionOf(key: string): WeightCorrection | null {
    return this.#writer.correctionOf(key);
  }

  /** What agents measure of a check by region, or null while the node does not go by the agents' word. */
  latencies(): ((check: string) => RegionLatency[]) | null {
    return this.#mode.state.mode === 'NORMAL' ? (check) => regionLatencies(this.#ledger.heardOn(check)) : null;
  }

  /** The regions with agents, by the numbers under which health words speak of them. */
  regionNumbers(): NumberedRegion[] {
    return this.#ledger.regionNumbers(this.#clock.monotonicMs());
  }

  status(): FeedStatus {
    return feedStatus(this.#parts, this.#clock.monotonicMs());
  }

  /** What is to be kept over a restart. */
  exportState(): FeedState {
    const checks = [...this.#judge.checks];
    const withVerdict = (verdict: CheckState) =>
      checks.filter((check) => check.verdict === verdict).map(({ id }) => id);
    return {
      savedMs: this.#clock.wallMs(),
      epoch: this.#mode.epoch,
      agents: this.#ledger.headers(),
      up: withVerdict('up'),
      down: withVerdict('down'),
      waiting: this.#resumes.list(),
      flaps: this.#judge.flaps(this.#clock.monotonicMs()),
      shifts: this.#shifts.exportState(),
    };
  }

  /** Takes over what an earlier process kept; before `start`, with the registry filled. */
  importState(state: FeedState): void {
    const now = this.#clock.monotonicMs();
    this.#judge.setChecks(this.#registry.checks(), this.#registry.checkWeights());
    this.#resumes.recall(state.waiting.filter(({ key }) => this.#registry.slotOf(key) >= 0));
    this.#shifts.importState(state.shifts, this.#clock.wallMs() - state.savedMs);
    for (const header of state.agents) this.#ledger.recall(header, now);
    this.#mode.recall(state.epoch, this.#ledger.regionCounts(now));
    const agoMs = Math.max(0, this.#clock.wallMs() - state.savedMs);
    this.#judge.recallFlaps(state.flaps, agoMs, now);
    const isYoung = Math.abs(this.#clock.wallMs() - state.savedMs) <= STATE_AGE_MS_MAX;
    for (const verdict of isYoung ? (['up', 'down'] as const) : [])
      for (const id of state[verdict]) this.#judge.recall(id, verdict);
    this.#writer.rebuild(this.#source());
  }

  #takeBatch(batch: ChangesBatch): void {
    const now = this.#clock.monotonicMs();
    for (const { source, reason } of batch.refused) this.#refuse(source, reason);
    this.loads.hear(batch.loads);
    this.#takeNews(batch.changes, (changes) => this.#ledger.applyChanges(changes, now));
    if (batch.gap) this.#sync.noteGap();
    this.#sync.tick(this.#ledger.lacksSnapshots());
  }

  #takeSnapshots(read: SnapshotsRead): void {
    const now = this.#clock.monotonicMs();
    for (const { source, reason } of read.refused) this.#refuse(source, reason);
    if (this.#mode.noteRead(read)) this.#ledger.distrustAll();
    this.#takeNews(read.snapshots, (snapshot) => this.#ledger.applySnapshot(snapshot, now));
  }

  /** Lets the ledger take `messages` in, and judges what they concern. */
  #takeNews(messages: readonly AgentSnapshot[], apply: (message: AgentSnapshot) => LedgerNews): void {
    const changed: KnownCheck[] = [];
    let isAnyAgentNew = false;
    for (const message of messages) {
      const { agent, region } = message;
      const news = apply(message);
      if (news.refused !== null) this.#refuse(`agent ${agent}`, news.refused);
      for (const check of news.changed) changed.push(check);
      if (news.agentEvent === null) continue;
      isAnyAgentNew = true;
      this.#log({ event: 'agent', agent, region, change: news.agentEvent });
    }
    if (this.#followMode() || isAnyAgentNew) this.#judgeAll();
    else this.#judgeSome(changed);
  }

  #followStore(state: StoreState): void {
    this.#log({ event: 'store', state, trouble: this.#store.trouble });
    if (this.#followMode()) this.#judgeAll();
  }

  /** Counts the regions and follows the mode; true if verdicts may come out otherwise than before. */
  #followMode(): boolean {
    const now = this.#clock.monotonicMs();
    const regions = this.#ledger.regionCounts(now);
    const { before, after, isVerdictsAffair } = this.#mode.follow(regions, this.#self?.sight ?? 'off', now);
    const { mode, reason } = after;
    if (mode !== before.mode || reason !== before.reason) {
      this.#log({ event: 'mode', mode, previous: before.mode, reason });
      this.#heartbeat?.hurry();
    }
    if (mode !== before.mode) this.#enterMode(mode, before.mode);
    return isVerdictsAffair;
  }

  /** Opens and closes the node's own eyes; being blind, or no longer, is in every word. */
  #enterMode(mode: ModeState['mode'], previous: ModeState['mode']): void {
    if (mode === 'SELF' && previous === 'HOLD') this.#self?.open((ids) => this.#judgeSome(this.#known(ids)));
    if (mode === 'NORMAL') this.#self?.close();
    if (mode === 'BLIND' || previous === 'BLIND') this.#writer.writeAll(this.#source());
  }

  #judgeAll(): void {
    this.#judgeSome(this.#judge.checks);
  }

  #known(ids: readonly string[]): KnownCheck[] {
    return ids.flatMap((id) => this.#checks.find(id) ?? []);
  }

  /** Has `checks` judged; what changed is written, then logged, since answers wait for the words. */
  #judgeSome(checks: Iterable<KnownCheck>): void {
    const { state, regions, isComplete } = this.#mode;
    const { changed, touched } = this.#judge.judge(checks, {
      isNormal: state.mode === 'NORMAL',
      isSettled: isComplete || this.#clock.monotonicMs() - this.#startMs >= SETTLED_MS,
      knownRegions: regions.known,
      freshRegions: regions.fresh,
      own: state.mode === 'SELF' ? (id) => this.#self?.stateOf(id) ?? 'unknown' : null,
      nowMs: this.#clock.monotonicMs(),
    });
    if (touched.size > 0) this.#writer.write(touched, this.#source());
    logVerdicts(changed, (id) => this.votesOf(id), this.#log);
    if (changed.length > 0) this.#heartbeat?.hurry();
    this.#logGuard();
  }

  #followShifts(added: readonly Override[]): void {
    for (const override of added.filter(({ isResume }) => isResume)) {
      for (const { spec } of this.#registry.endpoints()) {
        if (!isOverrideFor(override, spec)) continue;
        this.#resumes.release(spec.key, override.createdMs);
        this.#judge.forgive(spec.check.id);
      }
    }
    this.#writer.writeAll(this.#source());
    this.#onShifts?.();
  }

  #logGuard(): void {
    const { guarded } = this.#judge;
    if (guarded > 0 !== this.#guarded > 0) this.#log({ event: 'guard', state: guarded > 0 ? 'begins' : 'ends' });
    this.#guarded = guarded;
  }

  /** What the words are made from, as of now. */
  #source(): WordSource {
    return {
      checkOf: (id) => this.#checks.find(id),
      standingOf: (check) => this.#judge.standingOf(check),
      shiftOf: (spec) => this.#shifts.shiftOf(spec),
      loadOf: (check) => this.#loadOf(check),
      resumes: this.#resumes,
      isBlind: this.#mode.state.mode === 'BLIND',
      nowMs: this.#clock.monotonicMs(),
      wallMs: this.#store.clockMs?.() ?? this.#clock.wallMs(),
    };
  }

  #loadOf(check: string): EndpointLoad {
    return endpointLoad(this.#ledger.heardOn(check), this.loads.newestOf(check), this.#clock.monotonicMs());
  }

  #refuse(source: string, reason: string): void {
    const isTold = this.#refusals.note(source, reason, this.#clock.monotonicMs());
    if (isTold) this.#log({ event: 'refused', source, reason, total: this.#refusals.total });
  }
}
