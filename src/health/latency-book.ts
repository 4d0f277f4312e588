/**
 * The round trips that agents measure, as a node steers by them: by check and agent region, kept for a while after an agent falls
 * silent, since a restarted agent or a lost Redis says nothing of the network, and must not move anybody. Pure; owned by the node's
 * latency watch.
 */

import type { LatencyFacts } from '../geo/landmarks.ts';
import { type LatencyLine, medianOf } from '../geo/latency-line.ts';
import type { HeardReport } from './endpoint-load.ts';
import type { AgentReport } from './report.ts';

/** What the agents of one region say of one check: the median of their smoothed connect times, and how far these scatter. */
export type RegionLatency = { readonly region: string; readonly ms: number; readonly deviationMs: number };

type Entry = { readonly ms: number; readonly deviationMs: number; readonly heardMs: number };

/** A measurement not renewed for this long is stale: as long as verdicts are held without agents. */
const LATENCY_STALE_MS = 600_000;
/** Changes below either of these, or below what the measurement itself scatters, are no news. */
const NEWS_MS_MIN = 1;
const NEWS_RATIO = 0.05;

/** What each region's fresh agents measure of a check while it is up, out of all that is heard on it. */
export function regionLatencies(heard: Iterable<HeardReport>): RegionLatency[] {
  const byRegion = new Map<string, AgentReport[]>();
  for (const { report, region, fresh } of heard) {
    if (!fresh || report.state !== 'up' || report.connectMs === null) continue;
    const list = byRegion.get(region);
    if (list === undefined) byRegion.set(region, [report]);
    else list.push(report);
  }
  return Array.from(byRegion, ([region, list]) => ({
    region,
    ms: medianOf(list.map(({ connectMs }) => connectMs!)),
    deviationMs: medianOf(list.map(({ connectDevMs }) => connectDevMs ?? 0)),
  }));
}

/** Owner of the measurements. */
export class LatencyBook {
  readonly #checks = new Map<string, Map<string, Entry>>();

  /** Takes in what is measured of `check` now. */
  note(check: string, measured: readonly RegionLatency[], nowMs: number): void {
    if (measured.length === 0) return;
    const entries = this.#checks.get(check) ?? new Map<string, Entry>();
    this.#checks.set(check, entries);
    for (const { region, ms, deviationMs } of measured) entries.set(region, { ms, deviationMs, heardMs: nowMs });
  }

  /** Forgets what is stale, and checks and regions that nobody asks about any more. */
  forget(nowMs: number, isCheck: (check: string) => boolean, isRegion: (region: string) => boolean): void {
    for (const [check, entries] of this.#checks) {
      for (const [region, { heardMs }] of entries) {
        if (nowMs - heardMs > LATENCY_STALE_MS || !isRegion(region)) entries.delete(region);
      }
      if (entries.size === 0 || !isCheck(check)) this.#checks.delete(check);
    }
  }

  /** True if the measurements are clearly others than those of `facts`. */
  isNewsTo(facts: LatencyFacts): boolean {
    if (facts.checks.size !== this.#checks.size) return true;
    for (const [check, entries] of this.#checks) {
      const row = facts.checks.get(check);
      if (row === undefined) return true;
      let known = 0;
      for (const ms of row) if (!Number.isNaN(ms)) known++;
      if (known !== entries.size) return true;
      for (const [region, { ms, deviationMs }] of entries) {
        const before = row[facts.regions.indexOf(region)] ?? Number.NaN;
        const least = Math.max(NEWS_MS_MIN, before * NEWS_RATIO, deviationMs);
        // Not known before is news too.
        if (!(Math.abs(ms - before) <= least)) return true;
      }
    }
    return false;
  }

  /** All of it, beside the line that was drawn through it. */
  facts(line: LatencyLine): LatencyFacts {
    const names = new Set<string>();
    for (const entries of this.#checks.values()) for (const region of entries.keys()) names.add(region);
    const regions = [...names].sort();
    const columns = new Map(regions.map((region, column) => [region, column]));
    const checks = new Map<string, Float64Array>();
    for (const [check, entries] of this.#checks) {
      const row = new Float64Array(regions.length).fill(Number.NaN);
      for (const [region, { ms }] of entries) row[columns.get(region)!] = ms;
      checks.set(check, row);
    }
    return { line, regions, checks };
  }
}
