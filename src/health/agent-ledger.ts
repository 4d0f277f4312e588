/**
 * What a DNS node has heard from every agent: the last reports, how far each agent has come, and whether it is fresh.
 * Owned by the health feed, which tells it of every message and of the time; it decides which messages are news, so that
 * neither a repeated nor an old record (a Redis restored from a copy, an agent's earlier boot) counts as a sign of life.
 *
 * Reports merge by their own `seq`, whatever order snapshots and changes come in. A vote is the report of a fresh agent.
 */

import { AGENT_REPORTS_MAX, AGENTS_MAX } from '../base/limits.ts';
import type { NumberedRegion } from '../geo/nearest-regions.ts';
import { CheckBook, type KnownCheck } from './check-book.ts';
import type { HeardReport } from './endpoint-load.ts';
import { REGION_KNOWN_MS } from './node-mode.ts';
import type { CheckState } from './observation.ts';
import { RegionNumbers } from './region-numbers.ts';
import type { AgentHeader, AgentReport, AgentSnapshot } from './report.ts';
import { regionVote } from './verdict.ts';
import { type VoteCount, VoteCounter } from './vote-count.ts';

/** What one agent says of one check, for `explain`. */
export type AgentVote = {
  readonly agent: string;
  readonly state: CheckState;
  readonly reason: string;
  readonly connectMs: number | null;
  /** Since the agent was last heard, by this node's clock. */
  readonly ageMs: number;
  readonly fresh: boolean;
};

/** The vote of one region for one check, with its agents'. */
export type RegionVotes = {
  readonly region: string;
  readonly vote: CheckState;
  readonly agents: readonly AgentVote[];
};

/** One agent as `status` lists it. */
export type AgentStanding = {
  readonly agent: string;
  readonly region: string;
  readonly boot: string;
  readonly seq: number;
  /** How long ago it was last heard. */
  readonly silentMs: number;
  readonly checks: number;
  readonly fresh: boolean;
  /** As its last word told it; null: it did not. */
  readonly lagMs: number | null;
};

/** What a message did to the ledger. */
export type LedgerNews = {
  /** Why the message was not believed, or null. */
  readonly refused: string | null;
  /** Checks of which this agent now says something else (`voice.ts`). */
  readonly changed: readonly KnownCheck[];
  /** What happened to the agent: it counts again, or started anew. Every check it reports on is affected. */
  readonly agentEvent: 'joined' | 'back' | 'restarted' | null;
};

type AgentEntry = {
  readonly agent: string;
  region: string;
  /** Index in the ledger's list of regions. */
  regionIndex: number;
  /** Where its reports and voices stand in the records of checks. */
  readonly column: number;
  boot: string;
  seq: number;
  intervalMs: number;
  lagMs: number | null;
  /** When a new `seq` was last heard. */
  heardMs: number;
  fresh: boolean;
  /** Changes were missed, or never heard: a snapshot of at least this `seq` is needed. 0: nothing was missed. */
  snapshotNeeded: number;
  /** What it reports on. */
  readonly checks: Set<KnownCheck>;
  /** When the load that its report carries was true, by this node's clock. */
  readonly loadsAtMs: Map<KnownCheck, number>;
  /** Boots that a later one has replaced, newest last. */
  readonly retiredBoots: string[];
};

/** An agent's votes stay fresh for this many of its intervals, and at least for FRESH_MS_MIN (03-health). */
const FRESH_INTERVALS = 3;
const FRESH_MS_MIN = 15_000;
/** An agent not heard for this long is no longer listed. */
const FORGET_MS = 86_400_000;
/** Earlier boots of an agent that are remembered, and refused when they come back. */
const RETIRED_BOOTS_MAX = 16;

const NOTHING: LedgerNews = { refused: null, changed: [], agentEvent: null };

/** Owner of the agents' records. */
export class AgentLedger {
  readonly #agents = new Map<string, AgentEntry>();
  readonly #book: CheckBook;
  readonly #freeColumns = Array.from({ length: AGENTS_MAX }, (_, i) => AGENTS_MAX - 1 - i);
  #regions: string[] = [];
  readonly #numbers = new RegionNumbers();
  readonly #bitOf = (region: number) => this.#numbers.bitAt(region);
  readonly #counter = new VoteCounter();

  /** `book`: where reports are kept. */
  constructor(book = new CheckBook()) {
    this.#book = book;
  }

  /** Takes in an agent's whole snapshot: checks it no longer names are forgotten, unless later changes have been heard. */
  applySnapshot(snapshot: AgentSnapshot, nowMs: number): LedgerNews {
    const isNewest = snapshot.seq >= this.#seqOf(snapshot);
    const news = this.#apply(snapshot, isNewest, nowMs);
    const entry = this.#agents.get(snapshot.agent);
    if (news.refused === null && entry && snapshot.seq >= entry.snapshotNeeded) entry.snapshotNeeded = 0;
    return news;
  }

  /** Takes in changes or a heartbeat. */
  applyChanges(changes: AgentSnapshot, nowMs: number): LedgerNews {
    const wasSeq = this.#seqOf(changes);
    const news = this.#apply(changes, false, nowMs);
    const entry = this.#agents.get(changes.agent);
    if (news.refused !== null || !entry) return news;
    const isFirst = news.agentEvent === 'joined' || news.agentEvent === 'restarted';
    if (isFirst || changes.seq > wasSeq + 1) entry.snapshotNeeded = Math.max(1, changes.seq - 1);
    return news;
  }

  /** Agents that have just become stale at `nowMs`. Costs the number of agents, not of checks. */
  age(nowMs: number): { agent: string; region: string }[] {
    const stale: AgentEntry[] = [];
    for (const entry of this.#agents.values()) {
      const silentMs = nowMs - entry.heardMs;
      if (silentMs > FORGET_MS) this.#forget(entry);
      else if (entry.fresh && silentMs > Math.max(FRESH_INTERVALS * entry.intervalMs, FRESH_MS_MIN)) {
        entry.fresh = false;
        stale.push(entry);
      }
    }
    return stale;
  }

  /** Nobody counts as fresh until heard anew: the store has lost its memory. */
  distrustAll(): void {
    for (const entry of this.#agents.values()) entry.fresh = false;
  }

  /** True while changes of some fresh agent were missed, or its snapshot has not been seen: read the snapshots. */
  lacksSnapshots(): boolean {
    for (const entry of this.#agents.values()) if (entry.fresh && entry.snapshotNeeded > 0) return true;
    return false;
  }

  /** How many regions were heard within REGION_KNOWN_MS, and how many have a fresh agent. */
  regionCounts(nowMs: number): { known: number; fresh: number } {
    const known = new Set<string>();
    const fresh = new Set<string>();
    for (const entry of this.#agents.values()) {
      if (nowMs - entry.heardMs <= REGION_KNOWN_MS) known.add(entry.region);
      if (entry.fresh) fresh.add(entry.region);
    }
    return { known: known.size, fresh: fresh.size };
  }

  /** The regions heard within REGION_KNOWN_MS that have a number. */
  regionNumbers(nowMs: number): NumberedRegion[] {
    const known = [...this.#agents.values()].filter(({ heardMs }) => nowMs - heardMs <= REGION_KNOWN_MS);
    return this.#numbers.of(new Set(known.map(({ region }) => region)));
  }

  /** Counts the voices on a check. */
  countVotes(check: KnownCheck): VoteCount {
    return this.#counter.count(check.voices, this.#agents.values(), this.#regions.length, this.#bitOf);
  }

  /** Every voice on the check `id`, by region, those that do not count included. */
  votesOf(id: string, nowMs: number): RegionVotes[] {
    const check = this.#book.find(id);
    const agentsOf = new Map<string, AgentVote[]>();
    for (const entry of this.#agents.values()) {
      const report = check?.reportOf(entry.column);
      const votes = agentsOf.get(entry.region) ?? [];
      agentsOf.set(entry.region, votes);
      votes.push({
        agent: entry.agent,
        state: report?.state ?? 'unknown',
        reason: report?.reason ?? 'no report',
        connectMs: report?.connectMs ?? null,
        ageMs: nowMs - entry.heardMs,
        fresh: entry.fresh,
      });
    }
    return [...agentsOf]
      .map(([region, agents]) => {
        const count = (state: CheckState) => agents.filter((vote) => vote.fresh && vote.state === state).length;
        return { region, vote: regionVote(count('up'), count('down')), agents };
      })
      .sort((a, b) => (a.region < b.region ? -1 : 1));
  }

  /** What every agent has reported on the check `id`, for what it says of the target's load and of the way to it. */
  *heardOn(id: string): Generator<HeardReport> {
    const check = this.#book.find(id);
    if (check === undefined) return;
    for (const { column, region, loadsAtMs, fresh } of this.#agents.values()) {
      const report = check.reportOf(column);
      if (report === undefined) continue;
      yield { report, region, fresh, loadAtMs: report.load === undefined ? 0 : (loadsAtMs.get(check) ?? 0) };
    }
  }

  /** Every agent heard within a day, by region and name. */
  standings(nowMs: number): AgentStanding[] {
    return [...this.#agents.values()]
      .map(({ agent, region, boot, seq, heardMs, checks, fresh, lagMs }) => {
        return { agent, region, boot, seq, silentMs: nowMs - heardMs, checks: checks.size, fresh, lagMs };
      })
      .sort((a, b) => (`${a.region} ${a.agent}` < `${b.region} ${b.agent}` ? -1 : 1));
  }

  /** The headers of all agents, to be kept over a restart. */
  headers(): AgentHeader[] {
    return [...this.#agents.values()].map(({ agent, region, boot, seq, intervalMs }) => {
      return { agent, region, boot, seq, intervalMs };
    });
  }

  /** Recalls an agent heard before a restart of this node: known, not fresh, and anything up to its `seq` is old. */
  recall(header: AgentHeader, nowMs: number): void {
    if (this.#agents.has(header.agent) || this.#agents.size >= AGENTS_MAX) return;
    const entry = newEntry(header, this.#freeColumns.pop()!, nowMs);
    this.#agents.set(header.agent, { ...entry, fresh: false, snapshotNeeded: header.seq });
    this.#indexRegions();
  }

  #seqOf(header: AgentHeader): number {
    const entry = this.#agents.get(header.agent);
    return entry?.boot === header.boot ? entry.seq : 0;
  }

  #apply(message: AgentSnapshot, isWhole: boolean, nowMs: number): LedgerNews {
    let entry = this.#agents.get(message.agent);
    let agentEvent: LedgerNews['agentEvent'] = null;
    if (!entry) {
      if (!this.#makeRoom()) return { ...NOTHING, refused: `more agents than AGENTS_MAX (${AGENTS_MAX})` };
      entry = newEntry(message, this.#freeColumns.pop()!, nowMs);
      this.#agents.set(message.agent, entry);
      this.#indexRegions();
      agentEvent = 'joined';
    } else if (entry.boot !== message.boot) {
      if (entry.retiredBoots.includes(message.boot))
        return { ...NOTHING, refused: 'an earlier boot of the agent (an old copy, or two agents with one name)' };
      this.#restart(entry, message, nowMs);
      this.#indexRegions();
      agentEvent = 'restarted';
    } else if (entry.region !== message.region) {
      return { ...NOTHING, refused: 'its region is another than before in the same boot' };
    } else if (message.seq > entry.seq) {
      if (!entry.fresh) agentEvent = 'back';
      entry.seq = message.seq;
      entry.intervalMs = message.intervalMs;
      entry.lagMs = message.lagMs ?? null;
      entry.heardMs = nowMs;
      entry.fresh = true;
    }
    const gone = isWhole ? this.#forgetOthers(entry, message.reports) : [];
    return { refused: null, changed: gone.concat(this.#merge(entry, message.reports, nowMs)), agentEvent };
  }

  /** Room for one more agent, at the cost of the one silent for longest; false when all are fresh. */
  #makeRoom(): boolean {
    if (this.#agents.size < AGENTS_MAX) return true;
    let oldest: AgentEntry | null = null;
    for (const entry of this.#agents.values())
      if (!entry.fresh && (oldest === null || entry.heardMs < oldest.heardMs)) oldest = entry;
    if (oldest === null) return false;
    this.#forget(oldest);
    return true;
  }

  #forget(entry: AgentEntry): void {
    this.#forgetOthers(entry, []);
    this.#freeColumns.push(entry.column);
    this.#agents.delete(entry.agent);
    this.#indexRegions();
  }

  /** The reports of the boot before are dropped: the new one knows nothing yet, and says so by its silence. */
  #restart(entry: AgentEntry, header: AgentHeader, nowMs: number): void {
    this.#forgetOthers(entry, []);
    const retiredBoots = [...entry.retiredBoots, entry.boot].slice(-RETIRED_BOOTS_MAX);
    Object.assign(entry, newEntry(header, entry.column, nowMs), { retiredBoots });
  }

  /** Puts newer reports over older ones; the checks of which something else is said than before. */
  #merge(entry: AgentEntry, reports: readonly AgentReport[], nowMs: number): KnownCheck[] {
    const changed: KnownCheck[] = [];
    let last: KnownCheck | null = null;
    for (const report of reports) {
      const known = this.#book.findNext(report.id, last);
      if (last !== null && known !== undefined) last.next = known;
      last = known ?? null;
      const before = known?.reportOf(entry.column);
      if (before !== undefined && before.seq >= report.seq) continue;
      if (before === undefined && entry.checks.size >= AGENT_REPORTS_MAX) continue;
      const check = known ?? this.#book.open(report.id);
      if (before === undefined) entry.checks.add(check);
      if (report.load !== undefined) entry.loadsAtMs.set(check, nowMs - report.load.ageMs);
      if (check.hear(entry.column, report)) changed.push(check);
    }
    return changed;
  }

  /** Drops the reports on checks that a newer snapshot does not hold; those checks. */
  #forgetOthers(entry: AgentEntry, reports: readonly AgentReport[]): KnownCheck[] {
    if (entry.checks.size === 0) return [];
    const named = new Set(reports.map((report) => report.id));
    const gone = [...entry.checks].filter(({ id }) => !named.has(id));
    for (const check of gone) {
      entry.checks.delete(check);
      entry.loadsAtMs.delete(check);
      check.hear(entry.column, undefined);
      this.#book.settle(check);
    }
    return gone;
  }

  #indexRegions(): void {
    const indexes = new Map<string, number>();
    for (const entry of this.#agents.values()) {
      const index = indexes.get(entry.region) ?? indexes.size;
      indexes.set(entry.region, index);
      entry.regionIndex = index;
    }
    this.#regions = [...indexes.keys()];
    this.#numbers.follow(this.#regions);
  }
}

function newEntry(header: AgentHeader, column: number, nowMs: number): AgentEntry {
  const { agent, region, boot, seq, intervalMs, lagMs = null } = header;
  return {
    agent,
    region,
    regionIndex: 0,
    column,
    boot,
    seq,
    intervalMs,
    lagMs,
    heardMs: nowMs,
    fresh: true,
    snapshotNeeded: 0,
    checks: new Set(),
    loadsAtMs: new Map(),
    retiredBoots: [],
  };
}
