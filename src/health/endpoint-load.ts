/**
 * What a node knows of how busy and how quick the target of one check is, from what all agents have reported: the newest load
 * report with its age by the node's own clock, and the mean response time. Pure; asked by `weight-corrections.ts`.
 *
 *   load report   used while younger than its validSeconds, frozen up to 6 times that, stale afterwards
 *   response      connect + server time, mean over fresh agents that say up
 */

import type { LoadReport } from './load-report.ts';
import type { AgentReport } from './report.ts';

/** How far a measure is to be believed: followed, left where it was, or no longer. */
export type MeasureStanding = 'used' | 'frozen' | 'stale';

export type EndpointLoad = {
  /** Null: no agent has one. */
  readonly report: LoadReport | null;
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

/** What `heard`, every agent's report on one check, says as of `nowMs`. */
export function endpointLoad(heard: Iterable<HeardReport>, nowMs: number): EndpointLoad {
  let newest: HeardReport | null = null;
  let sumMs = 0;
  let count = 0;
  for (const each of heard) {
    const { report, fresh } = each;
    if (report.load !== undefined && (newest === null || each.loadAtMs > newest.loadAtMs)) newest = each;
    if (!fresh || report.state !== 'up' || (report.connectMs ?? report.serverMs) === null) continue;
    sumMs += (report.connectMs ?? 0) + (report.serverMs ?? 0);
    count++;
  }
  const responseMs = count === 0 ? null : sumMs / count;
  if (newest === null) return { report: null, ageMs: 0, standing: 'stale', responseMs };
  const report = newest.report.load!;
  const ageMs = Math.max(0, nowMs - newest.loadAtMs);
  return { report, ageMs, standing: standingAt(ageMs, report.validSeconds * 1000), responseMs };
}

function standingAt(ageMs: number, validMs: number): MeasureStanding {
  if (ageMs <= validMs) return 'used';
  return ageMs <= FROZEN_TIMES * validMs ? 'frozen' : 'stale';
}
