/** What the control thread asks of the planner thread, and what comes back. One question at a time. */

import type { CountryShares } from '../decision/country-shares.ts';
import type { PlannedChange, PlannedComparison } from '../decision/planned-change.ts';
import type { Excess } from '../decision/what-if-report.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import type { Override } from '../health/override.ts';
import type { ZoneDefaults } from './zone-load.ts';

/** Given at the thread's birth (`workerData`). */
export type PlannerSetup = {
  readonly zonesDir: string;
  readonly geoDataDir: string;
  readonly stateDir: string | null;
  readonly zoneDefaults: ZoneDefaults;
};

/** What the node goes by now. */
export type PlanState = {
  /** Health words by key of the endpoint. */
  readonly words: ReadonlyMap<string, number>;
  readonly facts: LatencyFacts;
};

export type PlanQuestion =
  | { readonly kind: 'what-if'; readonly change: PlannedChange }
  | { readonly kind: 'map'; readonly change: PlannedChange }
  | { readonly kind: 'shift'; readonly override: Override };

/** How clients were counted, as in `whatif --json`. */
export type PlannedDemand = {
  readonly source: 'ipv4-addresses';
  readonly file: null;
  readonly geo: string;
  readonly total: number;
  readonly notFound: number;
};

/** A what-if of the node's own. */
export type NodeWhatIf = PlannedComparison & { readonly demand: PlannedDemand; readonly health: 'node' };

/** Who serves which country. */
export type NodeMap = {
  readonly source: string;
  readonly geo: string;
  readonly records: ReadonlyArray<{
    readonly zone: string;
    readonly name: string;
    readonly type: string;
    /** `client`: one of its addresses, to ask by; null: none is known. */
    readonly countries: readonly (CountryShares & { readonly client: string | null })[];
  }>;
};

/** What a shift would take over. */
export type ShiftVerdict = { readonly over: readonly Excess[]; readonly notes: readonly string[] };

export type PlanAnswer =
  | { readonly kind: 'what-if'; readonly result: NodeWhatIf }
  | { readonly kind: 'map'; readonly result: NodeMap }
  | { readonly kind: 'shift'; readonly result: ShiftVerdict }
  /** What cannot be asked, in words for whoever asked. */
  | { readonly kind: 'refused'; readonly message: string }
  /** A bug of ours. */
  | { readonly kind: 'defect'; readonly error: string };
