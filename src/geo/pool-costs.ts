/**
 * What every candidate of a steering group costs the clients of every location class: kilometres by `nearest`, milliseconds by `latency`,
 * both with bias (02-steering). Columns are worked out over all places at once and, as far as they are equal, once for all groups. The
 * arithmetic of every decision by place: tables are ordered by it, `explain` shows its terms, and what-if asks it.
 *
 * Builder's memory; made anew with the location table, the regions or the measurements.
 */

import type { PreferenceSpec } from '../zone/zone-model.ts';
import type { KnownRoundTrip } from './known-round-trip.ts';
import { Landmarks, type LatencyFacts, roundTripBy } from './landmarks.ts';
import { DEFAULT_LATENCY_LINE, roundTripOver } from './latency-line.ts';
import { LatencyMatrix } from './latency-matrix.ts';
import type { Location } from './location.ts';
import type { Region } from './region.ts';
import { RegionDistances } from './region-distances.ts';

/** Kilometres that a packet's round trip needs a millisecond more for (0.02 ms/km), so that a margin in ms is a distance too. */
export const KM_PER_MS = 50;

/** Nothing is measured. */
export const NO_LATENCY_FACTS: LatencyFacts = { line: DEFAULT_LATENCY_LINE, regions: [], checks: new Map() };

/** Whom a group chooses among, as its specification has it. */
export type Candidate = PreferenceSpec['candidates'][number];

/** The candidates that have a place, in the order of the specification, and what each costs where. */
export type CostColumns = {
  /** Indices of the pools in the record. */
  readonly pools: readonly number[];
  /** By location class, before bias; NaN where it is not known. Good until the next columns are asked for. */
  readonly columns: readonly Float64Array[];
  /** What bias makes of one unit of cost. */
  readonly factors: Float64Array;
  /** Units of cost that are a millisecond. */
  readonly unitsPerMs: number;
};

/** The terms of one cost. */
export type CostTerms = {
  /** NaN (in JSON null) where the client's place has no coordinates, and latency.csv alone knows the way. */
  readonly distanceKm: number;
  /** Null where distance alone orders. */
  readonly latency: LatencyTerms | null;
  /** With the bias; the least wins. */
  readonly cost: number;
};

/** How a round trip was predicted; milliseconds. */
export type LatencyTerms = {
  /** By the line over the distance alone. */
  readonly lineMs: number;
  /**
   * The agent regions around the client: how far from it and from the pool, what they measure, and what that makes of the client's
   * round trip. None: the line stands.
   */
  readonly landmarks: ReadonlyArray<{
    readonly region: string;
    readonly distanceKm: number;
    readonly endpointKm: number;
    readonly measuredMs: number;
    readonly byMs: number;
  }>;
  /** What latency.csv knows of the way, to which the prediction is drawn; null: nothing. */
  readonly known: KnownRoundTrip | null;
  /** The prediction, before bias. */
  readonly roundTripMs: number;
};

/** What bias makes of a cost: less by `bias` percent, or for a negative one as much more (as Route 53's geoproximity). */
function biasedCost(cost: number, bias: number): number {
  return bias >= 0 ? cost * (1 - bias / 100) : cost / (1 + bias / 100);
}

/** Owner of the columns over one location table. */
export class PoolCosts {
  /** How many location classes there are. */
  readonly places: number;
  readonly facts: LatencyFacts;
  readonly #distances: RegionDistances;
  readonly #landmarks: Landmarks;
  readonly #matrix: LatencyMatrix;
  /** Columns of round trips, written anew for each group. */
  readonly #scratch: Float64Array[] = [];
  /** By the regions of the candidates: who is nearest where. */
  readonly #nearest = new Map<string, Uint16Array>();

  constructor(
    locations: readonly (Location | null)[],
    regions: readonly Region[],
    facts: LatencyFacts = NO_LATENCY_FACTS,
    before: PoolCosts | null = null,
  ) {
    this.places = locations.length;
    this.facts = facts;
    this.#distances = before === null ? new RegionDistances(locations, regions) : before.#distances;
    this.#matrix = before === null ? new LatencyMatrix(locations, regions) : before.#matrix;
    if (before !== null) this.#nearest = before.#nearest;
    const isSame = before !== null && before.facts.regions.join() === facts.regions.join();
    this.#landmarks = isSame ? before.#landmarks : new Landmarks(this.places, facts.regions, this.#distances);
  }

  /** The costs of all candidates that have a place. */
  of(spec: PreferenceSpec): CostColumns {
    const placed = this.#placed(spec);
    const columns = placed.map(({ candidate, km }, i) =>
      spec.method === 'latency' ? this.#roundTrips(i, candidate, km) : km,
    );
    return {
      pools: placed.map(({ candidate }) => candidate.pool),
      columns,
      factors: Float64Array.from(placed, ({ candidate }) => biasedCost(1, candidate.bias)),
      unitsPerMs: spec.method === 'latency' ? 1 : KM_PER_MS,
    };
  }

  /** The terms of what `candidate` costs in the class `place`; null where that is not known. */
  termsOf(method: PreferenceSpec['method'], candidate: Candidate, place: number): CostTerms | null {
    const distanceKm = this.#distances.to(candidate.region)?.[place] ?? Number.NaN;
    const known = method === 'latency' ? this.#matrix.rowAt(place, candidate.region) : null;
    if (Number.isNaN(distanceKm) && known === null) return null;
    if (method === 'nearest') return { distanceKm, latency: null, cost: biasedCost(distanceKm, candidate.bias) };
    const { line, regions } = this.facts;
    const measured = this.#measuredTo(candidate);
    const landmarks = this.#landmarks.usedAt(place, measured).map(({ column, km }) => {
      const region = regions[column]!;
      const measuredMs = measured[column]!;
      const endpointKm = this.#distances.between(region, candidate.region);
      const byMs = roundTripBy(line, distanceKm, measuredMs, endpointKm);
      return { region, distanceKm: km, endpointKm, measuredMs, byMs };
    });
    const toRegion = this.#distances.to(candidate.region);
    if (toRegion === null) return null;
    const roundTripMs = this.#roundTrips(0, candidate, toRegion)[place]!;
    const latency = { lineMs: roundTripOver(line, distanceKm), landmarks, known, roundTripMs };
    return { distanceKm, latency, cost: biasedCost(roundTripMs, candidate.bias) };
  }

  /**
   * Indices into the candidates that have a place, for each location class the nearest first: an order that is nearly that of most
   * costs, from which sorting is cheap. Null for very many candidates.
   */
  nearestFirst(spec: PreferenceSpec, candidatesMax: number): Uint16Array | null {
    const placed = this.#placed(spec);
    const count = placed.length;
    if (count > candidatesMax) return null;
    const key = JSON.stringify(placed.map(({ candidate }) => candidate.region));
    const known = this.#nearest.get(key);
    if (known !== undefined) return known;
    const order = new Uint16Array(this.places * count);
    const kms = placed.map(({ km }) => km);
    for (let place = 0; place < this.places; place++) {
      const from = place * count;
      for (let k = 0; k < count; k++) {
        const km = kms[k]![place]!;
        let i = from + k;
        for (; i > from && kms[order[i - 1]!]![place]! > km; i--) order[i] = order[i - 1]!;
        order[i] = k;
      }
    }
    this.#nearest.set(key, order);
    return order;
  }

  #placed(spec: PreferenceSpec): { candidate: Candidate; km: Float64Array }[] {
    return spec.candidates.flatMap((candidate) => {
      const km = this.#distances.to(candidate.region);
      return km === null ? [] : [{ candidate, km }];
    });
  }

  #roundTrips(index: number, candidate: Candidate, km: Float64Array): Float64Array {
    const { line, regions } = this.facts;
    const column = this.#scratch[index] ?? new Float64Array(this.places);
    this.#scratch[index] = column;
    const offsets = this.#measuredTo(candidate).map((ms, i) =>
      roundTripBy(line, 0, ms, this.#distances.between(regions[i]!, candidate.region)),
    );
    this.#landmarks.fill(column, km, offsets, line);
    this.#matrix.correct(column, candidate.region);
    return column;
  }

  /** Milliseconds to the pool from each agent region: the mean over its endpoints by their weight; NaN where none is measured. */
  #measuredTo({ checks }: Candidate): Float64Array {
    const sums = new Float64Array(this.facts.regions.length);
    const weights = new Float64Array(sums.length);
    for (const { id, weight } of checks) {
      const row = this.facts.checks.get(id);
      if (row === undefined) continue;
      for (let column = 0; column < sums.length; column++) {
        if (Number.isNaN(row[column]!)) continue;
        sums[column]! += row[column]! * weight;
        weights[column]! += weight;
      }
    }
    return sums.map((sum, column) => (weights[column] === 0 ? Number.NaN : sum / weights[column]!));
  }
}
