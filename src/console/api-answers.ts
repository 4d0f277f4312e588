/** What the node answers, as types alone: they are those of the schemas that the node is held to, so that the two cannot drift apart. */

import type { z } from 'zod';
import type {
  agentsShape,
  clusterShape,
  demandShape,
  endpointsShape,
  eventShape,
  eventsShape,
  historyShape,
  nodeShape,
  pulseShape,
  regionsShape,
  sharesShape,
  shiftsShape,
  zonesShape,
} from '../admin/api-schema.ts';
import type { mapShape, shiftAddedShape, whatIfShape } from '../admin/plan-schema.ts';
import type { Explanation } from '../server/explanation.ts';

export type NodeAnswer = z.infer<typeof nodeShape>;
export type ZonesAnswer = z.infer<typeof zonesShape>;
export type RegionsAnswer = z.infer<typeof regionsShape>;
export type AgentsAnswer = z.infer<typeof agentsShape>;
export type ClusterAnswer = z.infer<typeof clusterShape>;
export type DemandAnswer = z.infer<typeof demandShape>;
export type SharesAnswer = z.infer<typeof sharesShape>;
export type EndpointsAnswer = z.infer<typeof endpointsShape>;
export type EndpointAnswer = EndpointsAnswer['endpoints'][number];
export type HistoryAnswer = z.infer<typeof historyShape>;
export type MapAnswer = z.infer<typeof mapShape>;
export type MapRecord = MapAnswer['records'][number];
export type CountryAnswer = MapRecord['countries'][number];
export type ShiftsAnswer = z.infer<typeof shiftsShape>;
export type ShiftAddedAnswer = z.infer<typeof shiftAddedShape>;
export type WhatIfAnswer = z.infer<typeof whatIfShape>;
export type EventAnswer = z.infer<typeof eventShape>;
export type EventsAnswer = z.infer<typeof eventsShape>;
export type PulseAnswer = z.infer<typeof pulseShape>;
export type ExplainAnswer = Explanation;

/** What would be otherwise, as POST /api/v1/whatif and /api/v1/map take it. */
export type WhatIfChange = {
  readonly down: readonly string[];
  readonly weights: readonly { readonly target: string; readonly weight: number }[];
  readonly biases: readonly { readonly target: string; readonly bias: number }[];
  readonly name: string | null;
};

/** A shift to make, as POST /api/v1/shifts takes it. */
export type ShiftWish = {
  readonly scope: 'region' | 'pool' | 'endpoint' | 'name';
  readonly target: string;
  readonly factor: number;
  readonly seconds: number;
  readonly reason: string;
  readonly by?: string;
  readonly force: boolean;
};
