/**
 * How a node has fared within the last half hour: queries a second, latency by region and endpoint, and the state of every endpoint,
 * in rings of samples; and the last changes of each verdict. Looks once a second, a part of the endpoints each time, so that no look
 * takes long. Owned by the server (control thread); read by the admin floor.
 */

import { HISTORY_ENDPOINTS_MAX } from '../base/limits.ts';
import { medianOf } from '../geo/latency-line.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import { unpackHealth, Verdict } from '../health/health-table.ts';
import type { RegionLatency } from '../health/latency-book.ts';
import { LookTimer } from './look-timer.ts';

export type NodeHistoryInput = {
  readonly registry: EndpointRegistry;
  /** Queries of all transports since the start. */
  readonly queries: () => number;
  readonly latenciesOf: (check: string) => readonly RegionLatency[];
  /** Wall clock. */
  readonly nowMs: () => number;
};

/** A change of an endpoint's verdict. */
export type Transition = { readonly atMs: number; readonly verdict: 'up' | 'down' | 'unknown' };

/** One region's samples: the median of what it measures, and how its own endpoints stood: u none out of answers, p a part, d all, ? not known. */
export type RegionHistory = {
  readonly region: string;
  readonly states: string;
  readonly latencyMs: readonly (number | null)[];
};

/** One endpoint's samples, oldest first: u up, d down, h held back though not down, ? unknown. */
export type EndpointHistory = {
  readonly states: string;
  readonly latencyMs: readonly (number | null)[];
};

const TICK_MS = 1_000;
/** Looks in a sample. */
const TICKS = 10;
/** Time between two samples. */
export const SAMPLE_INTERVAL_MS = TICK_MS * TICKS;
/** Half an hour. */
const SAMPLES_MAX = 180;
const TRANSITIONS_MAX = 20;

type RegionTrack = { readonly states: string[]; readonly latencyMs: (number | null)[] };
/** `tenancy` says of which endpoint in the slot (`EndpointRegistry.tenancyOf`); `verdict` is the last that was noted, -1 before the first. */
type Track = RegionTrack & { readonly tenancy: number; verdict: number; transitions: Transition[] };
/** How many endpoints of a region are up, down, and neither, in the sample under way. */
type Standing = { up: number; down: number; unknown: number };

/** No endpoint, or none that anybody knows of. */
const UNKNOWN = '?';

/** Owner of the rings and of a timer. */
export class NodeHistory {
  readonly #input: NodeHistoryInput;
  /** By slot: the keys of endpoints are texts made when asked for, and would be most of a look's cost. */
  readonly #tracks: (Track | null)[] = [];
  #tracked = 0;
  readonly #regions = new Map<string, RegionTrack>();
  readonly #rates: (number | null)[] = [];
  /** What regions measured in the sample under way. */
  #measured = new Map<string, number[]>();
  #standing = new Map<string, Standing>();
  /** Totals at the last looks, newest last. */
  readonly #totals: { readonly atMs: number; readonly queries: number }[] = [];
  #ticks = 0;
  readonly #timer = new LookTimer(TICK_MS, () => this.tick());

  constructor(input: NodeHistoryInput) {
    this.#input = input;
  }

  start(): void {
    this.#timer.start();
  }

  stop(): void {
    this.#timer.stop();
  }

  /** Queries a second over the last ten seconds, or null before the second look. */
  get queriesPerSecond(): number | null {
    const [first, last] = [this.#totals[0], this.#totals.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
    return Math.max(0, ((last.queries - first.queries) * 1000) / (last.atMs - first.atMs));
  }

  /** Every sample of the node. */
  read(): {
    readonly queriesPerSecond: readonly (number | null)[];
    readonly regions: readonly RegionHistory[];
  } {
    const regions = Array.from(this.#regions, ([region, { states, latencyMs }]) => ({
      region,
      states: states.join(''),
      latencyMs,
    }));
    return { queriesPerSecond: this.#rates, regions };
  }

  /** Every sample of the endpoint in a slot. */
  endpoint(slot: number): EndpointHistory {
    const track = this.#knownTrack(slot);
    return { states: track?.states.join('') ?? '', latencyMs: track?.latencyMs ?? [] };
  }

  /** The last changes of its verdict, oldest first. */
  transitions(slot: number): readonly Transition[] {
    return this.#knownTrack(slot)?.transitions ?? [];
  }

  /** One look. Called by the timer; costs the number of endpoints, and a tenth of them in full. */
  tick(): void {
    const { registry, queries, nowMs } = this.#input;
    this.#totals.push({ atMs: nowMs(), queries: queries() });
    if (this.#totals.length > TICKS + 1) this.#totals.shift();
    const turn = this.#ticks++ % TICKS;
    for (let slot = 0; slot < registry.slots; slot++) {
      const spec = registry.specOf(slot);
      const track = this.#trackOf(slot, spec !== null);
      if (track === null && this.#tracked >= HISTORY_ENDPOINTS_MAX && slot >= this.#tracks.length) break;
      if (spec === null || track === null) continue;
      const { verdict, barred } = unpackHealth(registry.table[slot]!);
      if (verdict !== track.verdict) this.#noteVerdict(track, verdict);
      if (slot % TICKS !== turn) continue;
      const letter = letterOf(verdict, barred && spec.status === 'obey');
      push(track.states, letter);
      if (spec.region !== null) this.#noteStanding(spec.region, letter);
      push(track.latencyMs, this.#measure(spec.check.id));
    }
    if (turn === TICKS - 1) this.#endSample();
  }

  /** The track of whoever is in the slot now; null: of nobody, or there are enough. */
  #trackOf(slot: number, isTaken: boolean): Track | null {
    const tenancy = this.#input.registry.tenancyOf(slot);
    const known = this.#tracks[slot] ?? null;
    if (known !== null) {
      if (isTaken && known.tenancy === tenancy) return known;
      this.#tracks[slot] = null;
      this.#tracked--;
    }
    if (!isTaken || this.#tracked >= HISTORY_ENDPOINTS_MAX) return null;
    const track: Track = { tenancy, verdict: -1, states: [], latencyMs: [], transitions: [] };
    // Without holes, which would be read the slow way for ever.
    while (this.#tracks.length < slot) this.#tracks.push(null);
    this.#tracks[slot] = track;
    this.#tracked++;
    return track;
  }

  /** The track of the slot, unless it is of an endpoint that is gone. */
  #knownTrack(slot: number): Track | null {
    const track = this.#tracks[slot] ?? null;
    return track?.tenancy === this.#input.registry.tenancyOf(slot) ? track : null;
  }

  #noteVerdict(track: Track, code: number): void {
    const verdict = code === Verdict.UP ? 'up' : code === Verdict.DOWN ? 'down' : 'unknown';
    track.verdict = code;
    track.transitions = [...track.transitions, { atMs: this.#input.nowMs(), verdict } as const].slice(-TRANSITIONS_MAX);
  }

  #noteStanding(region: string, letter: string): void {
    const standing = this.#standing.get(region) ?? { up: 0, down: 0, unknown: 0 };
    this.#standing.set(region, standing);
    standing[letter === 'u' ? 'up' : letter === UNKNOWN ? 'unknown' : 'down']++;
  }

  /** The median over regions, in milliseconds. */
  #measure(check: string): number | null {
    const latencies = this.#input.latenciesOf(check);
    for (const { region, ms } of latencies) {
      const list = this.#measured.get(region);
      if (list === undefined) this.#measured.set(region, [ms]);
      else list.push(ms);
    }
    return latencies.length === 0 ? null : rounded(medianOf(latencies.map(({ ms }) => ms)));
  }

  #endSample(): void {
    const rate = this.queriesPerSecond;
    push(this.#rates, rate === null ? null : rounded(rate));
    const earlier = this.#rates.slice(1);
    for (const region of [...this.#measured.keys(), ...this.#standing.keys()]) {
      if (!this.#regions.has(region))
        this.#regions.set(region, { states: earlier.map(() => UNKNOWN), latencyMs: earlier.map(() => null) });
    }
    for (const [region, { states, latencyMs }] of this.#regions) {
      const measured = this.#measured.get(region);
      push(latencyMs, measured === undefined ? null : rounded(medianOf(measured)));
      push(states, letterOfRegion(this.#standing.get(region)));
      if (latencyMs.every((sample) => sample === null) && states.every((state) => state === UNKNOWN))
        this.#regions.delete(region);
    }
    this.#measured = new Map();
    this.#standing = new Map();
  }
}

function push<T>(ring: T[], value: T): void {
  ring.push(value);
  if (ring.length > SAMPLES_MAX) ring.shift();
}

function letterOf(verdict: number, isBarred: boolean): string {
  if (verdict === Verdict.DOWN) return 'd';
  if (isBarred) return 'h';
  return verdict === Verdict.UP ? 'u' : UNKNOWN;
}

function letterOfRegion({ up, down, unknown }: Standing = { up: 0, down: 0, unknown: 0 }): string {
  if (down > 0) return up + unknown === 0 ? 'd' : 'p';
  return up > 0 ? 'u' : UNKNOWN;
}

/** Hundredths are enough for a line on a screen. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
