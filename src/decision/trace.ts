/**
 * What a decision did, step by step, for `explain`. Filled by `decide` only when one is handed in; on the query's way there
 * is none. Plain data that goes into JSON as it is.
 */

import type { LatencyTerms } from '../geo/pool-costs.ts';
import type { VerdictCode } from '../health/health-table.ts';
import type { Balance, NearTie, SteeringMethod } from '../zone/zone-model.ts';
import type { Decision } from './decision.ts';
import type { ChanceDraw, RecordedRandom } from './recorded-random.ts';

/** Why an endpoint could not be drawn, or that it could. `down nearby`: both regions nearest the client say so, and the world does not. `held back`: it is not down, and waits for an operator or after flaps. */
export type EndpointFate = 'eligible' | 'status down' | 'down' | 'held back' | 'drained' | 'down nearby';

/** What became of a pool. */
export type PoolFate =
  | 'drawn from'
  /** None of its endpoints may be drawn. */
  | 'no endpoint eligible'
  /** Less than `min_healthy` of its weight may be drawn. */
  | 'below min_healthy'
  /** It could have been drawn from, and another was. */
  | 'not chosen';

/** A rule of the record with its targets as in the file. */
export type RuleTrace = {
  /** Counted from 1. */
  readonly number: number;
  readonly file: string;
  readonly line: number;
  readonly geos: readonly string[];
  readonly subnets: readonly string[];
  /** So many more targets stand there. */
  readonly omitted: number;
};

/** A fence of the record with its places as in the file. */
export type FenceTrace = {
  /** Counted from 1. */
  readonly number: number;
  readonly geos: readonly string[];
  /** So many more places stand there. */
  readonly omitted: number;
};

/** How one name was found, on the way from the question to the answer. */
export type NameTrace = {
  readonly name: string;
  readonly zone: string;
  /** `by` is the wildcard, DNAME or delegation that led on; null otherwise. */
  readonly found: 'exists' | 'wildcard' | 'DNAME' | 'delegated' | 'does not exist' | 'alias target' | 'outside';
  readonly by: string | null;
};

export type EndpointTrace = {
  /** Slot in the health table; -1 for a last-resort value. */
  readonly slot: number;
  /** Address or name. */
  readonly value: string;
  readonly weight: number;
  readonly status: 'obey' | 'up' | 'down';
  readonly verdict: VerdictCode;
  /** Factor on the weight by ramp and overrides, 0..1. */
  readonly factor: number;
  readonly fate: EndpointFate;
  readonly isChosen: boolean;
  /** A shift is in force on it; a check failed and the regions have not agreed yet; among the last of its record to be healthy. */
  readonly isShifted: boolean;
  readonly isSuspect: boolean;
  readonly isLastGood: boolean;
  /** The TTL that it asks for, in seconds; null: none. */
  readonly ttlWish: number | null;
  /** Its word in the health table, which is what was decided by; null for a last-resort value. */
  readonly word: number | null;
  /** The agent regions that say down against the world, by their numbers, a bit each; 0: none, or one alone. */
  readonly dissent: number;
  /** What it had in the rotation before this decision; null where there is no rotation, or before its first turn. */
  readonly turn: number | null;
  /** What it scored for the client's key, the lowest wins; null without affinity or when it may not be drawn. */
  readonly score: number | null;
};

export type PoolTrace = {
  readonly pool: string;
  /** Its share where it is one of several equals, else null. */
  readonly share: number | null;
  /** The region that it stands for, and the percentage by which distances to it shrink (or grow). */
  readonly region: string | null;
  readonly bias: number;
  /** How far the client is, where distance orders the pools and both places are known. */
  cost: PoolCost | null;
  readonly endpoints: EndpointTrace[];
  /** Sum of the effective weights. */
  readonly eligibleWeight: number;
  /** Of the configured weight the part that may be drawn, 0..1: what `min_healthy` is compared with. */
  readonly healthyShare: number;
  readonly fate: PoolFate;
};

/** The terms of a pool's cost. */
export type PoolCost = {
  readonly distanceKm: number;
  /** With the bias; the least wins. Null where latency orders. */
  readonly biasedKm: number | null;
  /** How the round trip was predicted, and what bias makes of it, which is what counts then; null where distance orders. */
  readonly latency: (LatencyTerms & { readonly biasedMs: number }) | null;
};

/** The walk that latency gave a client, so that the decision can be made again when latencies are others. */
export type WalkTrace = {
  /** Indices of the record's pools, in file order. */
  readonly pools: readonly number[];
  /** How many at the head are equals. */
  readonly ties: number;
  /** `WalkEnd`, or the rule whose walk comes behind. */
  readonly next: number;
  /** Classes below are those of the rules. */
  readonly base: number;
  /** Pools of the record. */
  readonly poolCount: number;
};

export type StepTrace = {
  /** The name steered, absolute, and the type decided on. */
  readonly name: string;
  readonly type: string;
  /** Whose address decided: the client's subnet, the packet's source, or nobody's (one class for all). */
  readonly placedBy: 'client subnet' | 'source address' | 'not needed';
  /** Why the client's subnet was not used although there was one. */
  readonly subnetNote: string | null;
  /** Steering group of the record, -1: none. */
  readonly group: number;
  /** First of `rules`; null inside a fence that is the same for several rules. */
  rule: number | null;
  /** The rule that matched; several when they lead to the same pool and it is not known which of them named the client. */
  rules: readonly RuleTrace[];
  /** The pools are those of a fence around the client's place. */
  readonly isFenced: boolean;
  /** The fence, or all of the record where the client's place is not known; empty outside. */
  fences: readonly FenceTrace[];
  /** How the pools were chosen among: `rules` for clients that a rule pins, whatever the record's method. */
  readonly method: SteeringMethod;
  readonly balance: Balance;
  /** Hash of the client prefix that choices follow; null: drawn by chance or turn. */
  readonly key: number | null;
  /** Whose prefix that is; null without a key. */
  readonly keyedBy: 'client subnet' | 'source address' | null;
  /** What chance gave, in the order drawn; empty: there was none in it. */
  readonly draws: readonly ChanceDraw[];
  /** Share of clients that exercise the fallback, and of a pool's weight below which it counts as down. */
  readonly trickle: number;
  readonly minHealthy: number;
  /** The client's prefix carries so many of the worker's queries that they are spread, although they would stick. */
  readonly isSpread: boolean;
  /**
   * The two agent regions nearest the client, by their numbers, a bit each, and the scope of that; null: no endpoint met was in dispute,
   * so that nobody asked.
   */
  readonly nearest: { readonly regions: number; readonly scope: number } | null;
  /** Nothing was left but what these regions call down: the world's verdict counted. */
  readonly isNearestIgnored: boolean;
  /** Sent to the fallback to exercise it. */
  readonly isTrickled: boolean;
  /** Pools within (1 + ratio) x the nearest + margin are equals; null: only equal distances are. */
  readonly nearTie: NearTie | null;
  /** The most that an equal of the nearest may cost, in km with bias; null where no distance is known. */
  tieKm: number | null;
  /** The same in milliseconds, where latency orders. */
  tieMs: number | null;
  /** Null where the files alone say in which order pools are tried. */
  readonly walk: WalkTrace | null;
  readonly scope: number;
  readonly pools: PoolTrace[];
  /** Which source the answer came from. */
  outcome: string;
  readonly chosen: string[];
  ttlSeconds: number;
  /** Why it is this one. */
  readonly ttlReason: string;
};

/** What became of an SRV, SVCB or HTTPS RRset that follows the health of its targets, which are among the steps. */
export type FollowTrace = {
  readonly name: string;
  readonly type: string;
  /** That of the answer, and the RRset's own, which is the longest that it may be. */
  readonly ttlSeconds: number;
  readonly ownTtlSeconds: number;
  readonly records: ReadonlyArray<{
    /** RDATA as in the file. */
    readonly value: string;
    /** Whose addresses a client of it goes to, absolute; null where there is nothing to follow. */
    readonly target: string | null;
    /** For this client; unknown: no zone here has addresses of it. */
    readonly state: 'alive' | 'down' | 'unknown';
    readonly isLeftOut: boolean;
  }>;
};

/** Steps in the order taken: one per steered name, more when a steered CNAME leads to another. */
export class DecisionTrace {
  /** The names on the way, the question's first; empty when no zone here holds it. */
  readonly path: NameTrace[] = [];
  /** The draws of the decisions, where somebody writes them down. */
  chance: RecordedRandom | null = null;
  /** Start of the random sequence of this query: the same seed, tables and query give the same answer. */
  seed = 0;
  /** Where the worker's rotations began, and stood before the step at hand (`Decision.turns`). */
  rotationSeed = 0;
  turns: Int32Array = new Int32Array(0);
  readonly steps: StepTrace[] = [];
  /** At most one: the answer itself. */
  readonly followed: FollowTrace[] = [];
  /** By step: whether an earlier decision, to be made again, was spread; null: none is made again. */
  toldSpreads: readonly boolean[] | null = null;
  /** By step: the regions nearest the client of an earlier decision. */
  toldNearest: ReadonlyArray<StepTrace['nearest']> = [];

  /** Remembers what the next decision is about to change. */
  beginStep(decision: Decision): void {
    this.rotationSeed = decision.rotationSeed;
    this.turns = decision.turns.slice();
    if (this.toldSpreads === null) return;
    decision.toldSpread = this.toldSpreads[this.steps.length] ?? false;
    const told = this.toldNearest[this.steps.length];
    decision.view.told = { nearest: told?.regions ?? 0, scope: told?.scope ?? 0 };
  }
}
