/**
 * What a decision did, step by step, for `explain`. Filled by `decide` only when one is handed in; on the query's way there
 * is none. Plain data that goes into JSON as it is.
 */

import type { VerdictCode } from '../health/health-table.ts';
import type { SteeringMethod } from '../zone/zone-model.ts';

/** Why an endpoint could not be drawn, or that it could. */
export type EndpointFate = 'eligible' | 'status down' | 'down' | 'weight 0 by override or ramp';

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
};

export type PoolTrace = {
  readonly pool: string;
  /** Its share where it is one of several equals, else null. */
  readonly share: number | null;
  readonly endpoints: EndpointTrace[];
  /** Sum of the effective weights; 0: passed over. */
  readonly eligibleWeight: number;
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
  /** Rule that matched, counted from 1 as in the file. */
  readonly rule: number;
  /** How the record chooses among pools. */
  readonly method: SteeringMethod;
  readonly scope: number;
  readonly pools: PoolTrace[];
  /** Which source the answer came from. */
  outcome: string;
  readonly chosen: string[];
  ttlSeconds: number;
};

/** Steps in the order taken: one per steered name, more when a steered CNAME leads to another. */
export class DecisionTrace {
  /** Start of the random sequence of this query: the same seed, tables and query give the same answer. */
  seed = 0;
  readonly steps: StepTrace[] = [];
}
