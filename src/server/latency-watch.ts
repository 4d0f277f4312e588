/**
 * Follows what agents measure, for the records that are steered by it: collects their connect times, draws the line of latency over
 * distance each hour, and has the tables made anew when something has clearly changed. Off the query's way: the collecting takes
 * milliseconds of the control thread, the tables are the builder's work.
 *
 *   health feed --connect times--> LatencyBook --facts--> Snapshot --> builder: class tables --> publish
 *
 * While the node holds (Redis or the agents are gone), nothing is collected and nothing gets stale: clients stay where they are.
 */

import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import { DEFAULT_LATENCY_LINE, fitLatencyLine, type LatencyLine, medianOf } from '../geo/latency-line.ts';
import { distanceKm } from '../geo/nearness.ts';
import type { Region } from '../geo/region.ts';
import { LatencyBook, type RegionLatency } from '../health/latency-book.ts';
import type { EndpointSpec } from '../zone/zone-model.ts';
import { LookTimer } from './look-timer.ts';

export type LatencyWatchOptions = {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** The checks that measure endpoints of records steered by latency; empty: nothing is to do. */
  readonly checks: () => ReadonlySet<string>;
  readonly endpoints: () => Iterable<{ readonly spec: EndpointSpec }>;
  readonly regions: () => readonly Region[];
  /** What the regions of fresh agents measure of a check, or null while the agents are not to be believed. */
  readonly measured: (() => ((check: string) => readonly RegionLatency[]) | null) | null;
  /** Puts the facts into force; true if some places wait for their change. Rejects when that failed. */
  readonly follow: (facts: LatencyFacts) => Promise<boolean>;
};

/** How often measurements are looked at; agents' times are half a minute old at most, and smoothed over a minute. */
const LOOK_MS = 5_000;
const FIT_MS = 3_600_000;

/** Owner of the book and of a timer. */
export class LatencyWatch {
  readonly #options: LatencyWatchOptions;
  readonly #book = new LatencyBook();
  readonly #unplaced = new Set<string>();
  #line: LatencyLine = DEFAULT_LATENCY_LINE;
  #fittedMs = Number.NEGATIVE_INFINITY;
  #fittedRegions = '';
  #facts: LatencyFacts | null = null;
  #isWaiting = false;
  #isFollowing = false;
  readonly #timer = new LookTimer(LOOK_MS, () => this.look());

  constructor(options: LatencyWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer.start();
  }

  stop(): void {
    this.#timer.stop();
  }

  /** Looks at what is measured now. Resolves when what came of it is in force; never rejects. */
  async look(): Promise<void> {
    const { clock, log, follow } = this.#options;
    if (this.#isFollowing || !this.#collect()) return;
    const isRefitted = this.#fit(clock.monotonicMs());
    if (this.#facts !== null && !isRefitted && !this.#isWaiting && !this.#book.isNewsTo(this.#facts)) return;
    const facts = this.#book.facts(this.#line);
    if (this.#facts === null && facts.checks.size === 0) return;
    this.#isFollowing = true;
    try {
      this.#isWaiting = await follow(facts);
      this.#facts = facts;
    } catch (error) {
      // What was in force still is; the next look tries again.
      log.error({ event: 'latencies-failed', err: error }, 'tables by latency could not be made anew');
    } finally {
      this.#isFollowing = false;
    }
  }

  /** False: there is nothing to follow, or nobody to believe. */
  #collect(): boolean {
    const { clock, checks, regions, measured } = this.#options;
    const wanted = checks();
    const measuredOf = measured?.() ?? null;
    if (measuredOf === null || (wanted.size === 0 && this.#facts === null)) return false;
    const nowMs = clock.monotonicMs();
    const placed = new Set(regions().map(({ name }) => name));
    for (const check of wanted) {
      const all = measuredOf(check);
      for (const { region } of all) if (!placed.has(region)) this.#warnOfUnplaced(region);
      this.#book.note(
        check,
        all.filter(({ region }) => placed.has(region)),
        nowMs,
      );
    }
    this.#book.forget(
      nowMs,
      (check) => wanted.has(check),
      (region) => placed.has(region),
    );
    return true;
  }

  #warnOfUnplaced(region: string): void {
    if (this.#unplaced.has(region)) return;
    this.#unplaced.add(region);
    this.#options.log.warn(
      { event: 'agent-region-unknown', region },
      `agents measure from region ${region}, which regions.yaml does not have: records steered by latency cannot use it`,
    );
  }

  /** Draws the line anew each hour, and when agents of other regions are there; true if it is another. */
  #fit(nowMs: number): boolean {
    const facts = this.#book.facts(this.#line);
    const regions = facts.regions.join();
    if (nowMs - this.#fittedMs < FIT_MS && regions === this.#fittedRegions) return false;
    this.#fittedMs = nowMs;
    this.#fittedRegions = regions;
    const line = fitLatencyLine(pointsOf(facts, this.#options.endpoints(), this.#options.regions()));
    if (line === null || (line.baseMs === this.#line.baseMs && line.msPerKm === this.#line.msPerKm)) return false;
    this.#line = line;
    const { baseMs, msPerKm } = line;
    this.#options.log.info(
      { event: 'latency-line', baseMs, msPerKm },
      `agents measure ${baseMs.toFixed(1)} ms and ${msPerKm.toFixed(4)} ms/km`,
    );
    return true;
  }
}

/** One point a pair of an agent's and an endpoint's region: the median of what is measured between them. */
function pointsOf(
  facts: LatencyFacts,
  endpoints: Iterable<{ readonly spec: EndpointSpec }>,
  regions: readonly Region[],
) {
  const placeOf = new Map(regions.map((region) => [region.name, region]));
  const seen = new Set<string>();
  const measured = new Map<string, number[]>();
  for (const { spec } of endpoints) {
    const { region, check } = spec;
    const row = facts.checks.get(check.id);
    if (row === undefined || region === null || !placeOf.has(region)) continue;
    if (seen.has(`${region} ${check.id}`)) continue;
    seen.add(`${region} ${check.id}`);
    for (const [column, ms] of row.entries()) {
      if (Number.isNaN(ms)) continue;
      const key = `${facts.regions[column]} ${region}`;
      const list = measured.get(key);
      if (list === undefined) measured.set(key, [ms]);
      else list.push(ms);
    }
  }
  return [...measured].map(([key, list]) => {
    const [from, to] = key.split(' ').map((name) => placeOf.get(name)!) as [Region, Region];
    const km = distanceKm(from.latitude, from.longitude, to.latitude, to.longitude);
    return { km, ms: medianOf(list) };
  });
}
