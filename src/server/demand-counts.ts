/**
 * How many steered queries come from where, for `whatif --demand`: the workers' samples of clients (`answer/client-samples.ts`), placed
 * by the location table in force and counted by the text of the place, which outlives the table. What is counted is of the day that
 * runs and of the one before it, so that no count holds traffic of last month. Owned by the control thread.
 */

import { type ClientSamples, QUERIES_PER_SAMPLE, SampleReader } from '../answer/client-samples.ts';
import { DEMAND_PLACES_MAX } from '../base/limits.ts';
import { type LocationTable, lookupLocation } from '../geo/location-table.ts';
import { placeText } from '../geo/place-code.ts';
import { LookTimer } from './look-timer.ts';

/** How often the rings are read: half of what they hold of the fastest worker. */
const READ_MS = 500;
/** A generation of counts: demand has the rhythm of a day. */
const GENERATION_MS = 86_400_000;

/** What `GET /api/v1/demand` says. */
export type DemandReport = {
  /** How long ago counting began: up to two days. */
  readonly windowSeconds: number;
  /** One query in so many was looked at. */
  readonly queriesPerSample: number;
  readonly samples: number;
  /** The busiest first; `place` as in `geo/place-code.ts`, `queries` an estimate. */
  readonly places: ReadonlyArray<{ readonly place: string; readonly queries: number }>;
};

export type DemandCountsOptions = {
  /** Rings of every worker. */
  readonly samples: () => readonly ClientSamples[];
  /** In force now; null before there is one. */
  readonly locations: () => LocationTable | null;
  /** Monotonic. */
  readonly nowMs: () => number;
};

type Generation = { readonly sinceMs: number; readonly byPlace: Map<string, number>; samples: number };

/** Owner of the counts and of a timer. */
export class DemandCounts {
  readonly #options: DemandCountsOptions;
  readonly #readers = new Map<ClientSamples, SampleReader>();
  #current: Generation;
  #previous: Generation | null = null;
  #table: LocationTable | null = null;
  /** Of the classes of `#table`, as they are met. */
  #texts: (string | undefined)[] = [];
  readonly #timer = new LookTimer(READ_MS, () => this.look());

  constructor(options: DemandCountsOptions) {
    this.#options = options;
    this.#current = begin(options.nowMs());
  }

  /** Begins to look; the rings are there. */
  start(): void {
    this.look();
    this.#timer.start();
  }

  stop(): void {
    this.#timer.stop();
  }

  /** Counts what the workers have written since the last look. Called by the timer. */
  look(): void {
    const now = this.#options.nowMs();
    if (now - this.#current.sinceMs >= GENERATION_MS) {
      this.#previous = this.#current;
      this.#current = begin(now);
    }
    for (const samples of this.#options.samples()) {
      let reader = this.#readers.get(samples);
      if (reader === undefined) {
        reader = new SampleReader(samples);
        this.#readers.set(samples, reader);
      }
      reader.take((family, words, queries) => this.#count(this.#placeOf(family, words), queries));
    }
  }

  /** All counts as of now. */
  report(): DemandReport {
    this.look();
    const { nowMs } = this.#options;
    const generations = this.#previous === null ? [this.#current] : [this.#previous, this.#current];
    const sums = new Map<string, number>();
    for (const { byPlace } of generations)
      for (const [place, queries] of byPlace) sums.set(place, (sums.get(place) ?? 0) + queries);
    const places = Array.from(sums, ([place, queries]) => ({ place, queries: Math.round(queries) }));
    return {
      windowSeconds: Math.round((nowMs() - generations[0]!.sinceMs) / 1000),
      queriesPerSample: QUERIES_PER_SAMPLE,
      samples: generations.reduce((sum, { samples }) => sum + samples, 0),
      places: places.sort((a, b) => b.queries - a.queries || (a.place < b.place ? -1 : 1)),
    };
  }

  #placeOf(family: 4 | 6, words: Uint32Array): string {
    const table = this.#options.locations();
    if (table !== this.#table) {
      this.#table = table;
      this.#texts = [];
    }
    if (table === null) return placeText(null);
    const id = lookupLocation(table, family, words);
    let text = this.#texts[id];
    if (text === undefined) {
      text = placeText(table.placeOf(id));
      this.#texts[id] = text;
    }
    return text;
  }

  #count(place: string, queries: number): void {
    const { byPlace } = this.#current;
    const known = byPlace.get(place);
    this.#current.samples++;
    if (known !== undefined) byPlace.set(place, known + queries);
    else if (byPlace.size < DEMAND_PLACES_MAX) byPlace.set(place, queries);
    else byPlace.set(placeText(null), (byPlace.get(placeText(null)) ?? 0) + queries);
  }
}

function begin(sinceMs: number): Generation {
  return { sinceMs, byPlace: new Map(), samples: 0 };
}
