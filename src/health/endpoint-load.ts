/**
 * What a node knows of how busy and how quick the target of one check is, from what all agents have reported and what was
 * pushed: the newest load report with its age by the node's own clock, and the mean response time. Pure; asked by `weight-corrections.ts`.
 *
 *   load report   used while younger than its validSeconds, frozen up to 6 times that, stale afterwards
 *   response      connect + server time, mean over fresh agents that say up
 */

import type { LoadReport } from './load-report.ts';
import type { PushedLoad } from './pushed-loads.ts';
import type { AgentReport } from './report.ts';

/** How far a measure is to be believed: followed, left where it was, or no longer. */
export type MeasureStanding = 'used' | 'frozen' | 'stale';

/** Who brought a load report: an agent that asked the endpoint, or somebody who pushed it to a node. */
export type LoadSource = 'agent' | 'push';

export type EndpointLoad = {
  /** Null: nobody has one. */
  readonly report: LoadReport | null;
  /** Null exactly when there is no report. */
  readonly source: LoadSource | null;
  readonly ageMs: number;
  readonly standing: MeasureStanding;
  /** Milliseconds; null: not measured by any fresh agent. */
  readonly responseMs: number | null;
};

/** A report as one agent has it; `loadAtMs`: when its load was true, by the node's clock. */
export type HeardReport = {
  readonly report: AgentReport;
  readonly region: string;
  readonly fresh: boolean;
  readonly loadAtMs: number;
};

/** A load is left where it was until it is so many times as old as it says it is good for (03-health). */
const FROZEN_TIMES = 6;

/** What `heard`, every agent's report on one check, and the newest load `pushed` of it say as of `nowMs`. */
export function endpointLoad(heard: Iterable<HeardReport>, pushed: PushedLoad | null, nowMs: number): EndpointLoad {
  let newest: PushedLoad | null = pushed;
  let sumMs = 0;
  let count = 0;
  for (const { report, fresh, loadAtMs } of heard) {
    if (report.load !== undefined && (newest === null || loadAtMs > newest.atMs))
      newest = { report: report.load, atMs: loadAtMs };
    if (!fresh || report.state !== 'up' || (report.connectMs ?? report.serverMs) === null) continue;
    sumMs += (report.connectMs ?? 0) + (report.serverMs ?? 0);
    count++;
  }
  const responseMs = count === 0 ? null : sumMs / count;
  if (newest === null) return { report: null, source: null, ageMs: 0, standing: 'stale', responseMs };
  const { report, atMs } = newest;
  const ageMs = Math.max(0, nowMs - atMs);
  const source = newest === pushed ? 'push' : 'agent';
  return { report, source, ageMs, standing: standingAt(ageMs, report.validSeconds * 1000), responseMs };
}

function standingAt(ageMs: number, validMs: number): MeasureStanding {
  if (ageMs <= validMs) return 'used';
  return ageMs <= FROZEN_TIMES * validMs ? 'frozen' : 'stale';
}
