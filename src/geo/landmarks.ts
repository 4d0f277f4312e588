/**
 * The agent regions nearest to every location class, and the round trip that their measurements predict from there: a client needs what
 * the agents around it need, and by the line over distance as much more or less as it is farther from the endpoint or nearer to it than
 * they are. Worked out once for all steering groups; builder's memory.
 *
 * A departure from 02-steering, which adds the whole way to the landmark: in invented worlds its error is nearly twice as large
 * (DECISIONS 40).
 */

import { type LatencyLine, MS_PER_KM_MIN } from './latency-line.ts';
import type { RegionDistances } from './region-distances.ts';

/** What agents have measured, and the line that it draws. Plain data between threads. */
export type LatencyFacts = {
  readonly line: LatencyLine;
  /** Regions of the agents: the columns of `checks`. */
  readonly regions: readonly string[];
  /** By `CheckSpec.id`: milliseconds to connect from each region, NaN where nobody there has measured it. */
  readonly checks: ReadonlyMap<string, Float64Array>;
};

/** Landmarks farther away than this say nothing of a client. */
const LANDMARK_KM_MAX = 3_000;
/** How many of them are averaged. */
const LANDMARKS_USED = 3;
/** And how many are kept, since not each has measured everything. */
const LANDMARKS_KEPT = 8;
/** So that a landmark next door does not silence the second nearest. */
const WEIGHT_KM = 200;

/** What a landmark at `km` counts for. */
function landmarkWeight(km: number): number {
  return 1 / (km + WEIGHT_KM) ** 2;
}

/**
 * The round trip of a client that is `km` from an endpoint which a landmark, `landmarkKm` from it, reaches in `measuredMs`: before
 * several landmarks are averaged, and without regard to what no cable beats.
 */
export function roundTripBy(line: LatencyLine, km: number, measuredMs: number, landmarkKm: number): number {
  return measuredMs + line.msPerKm * (km - landmarkKm);
}

/** Owner of the neighbourhoods over one location table and one set of agent regions. */
export class Landmarks {
  readonly #counts: Uint8Array;
  /** LANDMARKS_KEPT a place, the nearest first: column of the region, kilometres, weight. */
  readonly #columns: Uint16Array;
  readonly #km: Float64Array;
  readonly #weights: Float64Array;

  /** `regions` as in {@link LatencyFacts}; those that nobody has placed are no landmarks. */
  constructor(places: number, regions: readonly string[], distances: RegionDistances) {
    this.#counts = new Uint8Array(places);
    this.#columns = new Uint16Array(places * LANDMARKS_KEPT);
    this.#km = new Float64Array(places * LANDMARKS_KEPT);
    this.#weights = new Float64Array(places * LANDMARKS_KEPT);
    for (const [column, region] of regions.entries()) {
      const km = distances.to(region);
      if (km === null) continue;
      for (let place = 0; place < places; place++) if (km[place]! <= LANDMARK_KM_MAX) this.#insert(place, column, km);
    }
    for (let i = 0; i < this.#km.length; i++) this.#weights[i] = landmarkWeight(this.#km[i]!);
  }

  /** The columns and distances of the landmarks of `place` that have `measured`, the nearest first: those that are averaged. */
  usedAt(place: number, measured: Float64Array): { column: number; km: number }[] {
    const from = place * LANDMARKS_KEPT;
    const kept = Array.from({ length: this.#counts[place]! }, (_, i) => {
      return { column: this.#columns[from + i]!, km: this.#km[from + i]! };
    });
    return kept.filter(({ column }) => !Number.isNaN(measured[column]!)).slice(0, LANDMARKS_USED);
  }

  /**
   * Fills `into` with the round trips from all places to what is `km` away; `offsets` are by column what is measured from there, less what
   * the line makes of the way ({@link roundTripBy} at distance 0), or NaN. NaN where the distance is not known.
   */
  fill(into: Float64Array, km: Float64Array, offsets: Float64Array, line: LatencyLine): void {
    const { baseMs, msPerKm } = line;
    const counts = this.#counts;
    const columns = this.#columns;
    const weights = this.#weights;
    for (let place = 0; place < into.length; place++) {
      let at = place * LANDMARKS_KEPT;
      let sum = 0;
      let total = 0;
      for (let left = counts[place]!, used = 0; left > 0 && used < LANDMARKS_USED; left--, at++) {
        const offset = offsets[columns[at]!]!;
        if (Number.isNaN(offset)) continue;
        const weight = weights[at]!;
        sum += weight * offset;
        total += weight;
        used++;
      }
      const own = km[place]!;
      const ms = (total === 0 ? baseMs : sum / total) + msPerKm * own;
      // No cable beats it, whatever is measured elsewhere.
      into[place] = Math.max(ms, MS_PER_KM_MIN * own);
    }
  }

  #insert(place: number, column: number, km: Float64Array): void {
    const from = place * LANDMARKS_KEPT;
    const count = this.#counts[place]!;
    const own = km[place]!;
    const legs = this.#km;
    if (count === LANDMARKS_KEPT && own >= legs[from + count - 1]!) return;
    let i = from + (count < LANDMARKS_KEPT ? count : count - 1);
    for (; i > from && legs[i - 1]! > own; i--) {
      legs[i] = legs[i - 1]!;
      this.#columns[i] = this.#columns[i - 1]!;
    }
    legs[i] = own;
    this.#columns[i] = column;
    if (count < LANDMARKS_KEPT) this.#counts[place] = count + 1;
  }
}
