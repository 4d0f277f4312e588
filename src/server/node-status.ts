/**
 * What a node says of itself in full, as plain data that survives JSON: served by the admin floor, printed by `meridian
 * status`. Built by `server.ts`. The short form that nodes publish to each other is `health/node-status.ts`.
 */

import type { Fault } from '../base/fault.ts';
import type { Flap } from '../health/flap-damping.ts';
import type { WeightCorrection } from '../health/weight-corrections.ts';
import type { ListenAddress } from './serve-options.ts';
import type { WorkerRole } from './worker-messages.ts';

/**
 * `serving`: the file on disk is the zone in force. `last-good`: the file has faults or is gone, and the zone loaded
 * before it stands. `refused`: the file has faults and there never was a good one, so the zone is not served.
 */
export type ZoneState = 'serving' | 'last-good' | 'refused';

export type ZoneStatus = {
  /** Presentation form with the final dot. */
  readonly zone: string;
  readonly state: ZoneState;
  /** Of the zone in force; 0 when refused. */
  readonly serial: number;
  readonly names: number;
  readonly records: number;
  readonly dynamics: number;
  /** Wall clock, when the zone in force was loaded; 0 when refused. */
  readonly loadedAtMs: number;
  /** Of the files as they are now, at most STATUS_FAULTS_MAX of them. */
  readonly faults: readonly Fault[];
  readonly errors: number;
  readonly warnings: number;
};

export type GeoStatus = {
  /** `geoip-lite`, or the names of the MMDB files in force. */
  readonly source: string;
  /** Something the operator should know of that source (the bundled data is of 2019), or null. */
  readonly note: string | null;
  /** True when the table came from the state directory's cache. */
  readonly cached: boolean;
  readonly faults: readonly Fault[];
};

export type WorkerStatus = {
  readonly role: WorkerRole;
  readonly index: number;
  readonly state: 'starting' | 'ready' | 'dead';
  /** How often this worker died and was started again. */
  readonly restarts: number;
};

/** One region's word about an endpoint. */
export type RegionVote = { readonly region: string; readonly vote: 'up' | 'down' | 'unknown' };

export type EndpointStatus = {
  readonly key: string;
  readonly zone: string;
  readonly name: string;
  readonly type: string;
  readonly pool: string;
  readonly region: string | null;
  readonly value: string;
  readonly weight: number;
  /** As configured: `obey` lets health decide. */
  readonly status: 'obey' | 'up' | 'down';
  readonly verdict: 'up' | 'down' | 'unknown';
  /** True while health keeps it out of answers. */
  readonly barred: boolean;
  /** How the balance of its record corrects its weight, with the inputs; null: it does not, or has not yet. */
  readonly correction: WeightCorrection | null;
  readonly check: string;
  readonly votes: readonly RegionVote[];
  /** What it weighs in its pool before health, the factor on that by ramp, shifts and correction (0..1), and its pool's share (`EndpointSpec`). */
  readonly drawWeight: number;
  readonly factor: number;
  readonly poolShare: number | null;
  /** Records answered by this node: since the endpoint came, and within `answerWindowSeconds`. */
  readonly answers: { readonly total: number; readonly recent: number };
};

/** What one agent says of an endpoint's check. */
export type AgentVoice = {
  readonly agent: string;
  readonly region: string;
  readonly vote: 'up' | 'down' | 'unknown';
  /** Why, in the agent's words. */
  readonly reason: string;
  /** Time to connect in its last check; null when it did not or does not tell. */
  readonly connectMs: number | null;
  /** Seconds since the agent was heard, and whether its word still counts. */
  readonly ageSeconds: number;
  readonly fresh: boolean;
};

/** An endpoint with every agent's voice, and how it is damped if it went down again and again, as explanations tell it. */
export type ExplainedEndpoint = EndpointStatus & {
  readonly voices: readonly AgentVoice[];
  readonly flap: Flap | null;
};

/** One endpoint's part in its pool; shares are 0..1, null of nothing. */
export type EndpointShare = {
  readonly key: string;
  readonly value: string;
  readonly weight: number;
  readonly configuredShare: number;
  readonly effectiveWeight: number;
  readonly effectiveShare: number | null;
  /** Records within `answerWindowSeconds`. */
  readonly answers: number;
  readonly answeredShare: number | null;
};

/** One pool's part in its record. */
export type PoolShare = {
  readonly zone: string;
  readonly name: string;
  readonly type: string;
  readonly pool: string;
  readonly region: string | null;
  /** Null where no shares but rules, order or places choose the pool. */
  readonly configuredShare: number | null;
  readonly answers: number;
  readonly answeredShare: number | null;
  readonly endpoints: readonly EndpointShare[];
};

/** An operator's shift in force here. */
export type ShiftStatus = {
  readonly id: string;
  readonly scope: string;
  readonly target: string;
  readonly factor: number;
  readonly isResume: boolean;
  readonly by: string;
  readonly reason: string;
  /** Seconds that are left of it. */
  readonly leftSeconds: number;
};

/** An endpoint that is not down and is kept out all the same. */
export type HeldEndpoint = {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly pool: string;
  readonly value: string;
  /** `manual_resume`: it waits for an operator; `flapping`: it went down too often of late. */
  readonly cause: 'manual_resume' | 'flapping';
  /** For how long it has waited; null where nobody notes it. */
  readonly sinceSeconds: number | null;
  /** What it is damped by (1000 a down, halved every five minutes), and for how long still if it stays up; null: not damped. */
  readonly penalty: number;
  readonly untilSeconds: number | null;
};

export type AgentStatus = {
  readonly agent: string;
  readonly region: string;
  readonly fresh: boolean;
  /** Seconds since its last word, by this node's clock. */
  readonly ageSeconds: number;
  /** Drawn at each of its starts. */
  readonly boot: string;
  /** Checks that it reports on. */
  readonly checks: number;
  /** Longest wait of a check of it between due and started, of late; null: it does not tell. */
  readonly lagMs: number | null;
};

export type NodeStatus = {
  readonly node: string;
  readonly cluster: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly state: 'embedded' | 'redis';
  /** NORMAL, HOLD (last verdicts frozen) … (03-health). */
  readonly mode: string;
  /** Why it is not NORMAL: `starting`, `store-lost`, `minority` … (`health/node-mode.ts`); null in NORMAL. */
  readonly modeReason: string | null;
  readonly listen: readonly ListenAddress[];
  readonly transport: 'mmsg' | 'dgram' | 'none';
  readonly zones: readonly ZoneStatus[];
  readonly geo: GeoStatus;
  readonly workers: readonly WorkerStatus[];
  /** Queries by transport, rcode and so on, summed over all workers since the start. */
  readonly counters: Readonly<Record<string, number>>;
  readonly endpoints: readonly EndpointStatus[];
  readonly agents: readonly AgentStatus[];
  /** Length of the window that `recent` counts and answered shares are of. */
  readonly answerWindowSeconds: number;
  readonly pools: readonly PoolShare[];
  /** Records out of the records' own `values`, of all steered names together: those have no counts of their own. */
  readonly lastResortAnswers: { readonly total: number; readonly recent: number };
  readonly shifts: readonly ShiftStatus[];
  readonly held: readonly HeldEndpoint[];
  /** Warnings about the node itself: state directory not writable, transport fallen back and the like. */
  readonly warnings: readonly string[];
};

/** What one reload did. */
export type ReloadReport = {
  /** False when any file has an error: something is served that is not on disk, or nothing. */
  readonly ok: boolean;
  /** Zones whose tables changed, were added, or were dropped; presentation form. */
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Zones whose files have errors: the last good is served, or nothing. */
  readonly refused: readonly string[];
  /** Errors and warnings of every file, bounded per file. */
  readonly faults: readonly Fault[];
  readonly milliseconds: number;
};
