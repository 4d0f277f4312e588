/**
 * What the workers counted, by endpoint: how often each was answered since it came, and of late. The workers' words wrap and their slots
 * serve one endpoint after another; here every {@link SAMPLE_MS} their sums go into totals that do neither, and the last
 * {@link SAMPLES} totals make the window that `status` compares with the configured shares. Owned by the control thread.
 */

import type { EndpointTally } from '../answer/endpoint-tally.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';

/** How often the words are looked at: a word of one worker wraps after 4,294,967,296 answers, at the very least ten minutes. */
const SAMPLE_MS = 30_000;
/** Samples that are kept: the window is between five and five and a half minutes long, once the node is as old. */
const SAMPLES = 10;

/** Records of one endpoint: since it was first in the zones served here, and within the window. */
export type AnswerCount = { readonly total: number; readonly recent: number };

type Sample = { readonly atMs: number; readonly totals: Float64Array; readonly lastResort: number };

/** Owner of the totals and of a timer. */
export class AnswerShares {
  readonly #registry: EndpointRegistry;
  readonly #tallies: () => readonly EndpointTally[];
  readonly #nowMs: () => number;
  /** The endpoint that each slot's numbers are of, and the sum of the words when they were last looked at. */
  #keys: (string | null)[] = [];
  #seen: Uint32Array = new Uint32Array(0);
  #totals: Float64Array = new Float64Array(0);
  #lastResort = { seen: 0, total: 0 };
  /** Oldest first; the first is where the window begins. */
  readonly #samples: Sample[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `tallies` gives the words of every worker; `nowMs` is monotonic. */
  constructor(registry: EndpointRegistry, tallies: () => readonly EndpointTally[], nowMs: () => number) {
    this.#registry = registry;
    this.#tallies = tallies;
    this.#nowMs = nowMs;
    this.endpointsChanged();
    this.sample();
  }

  /** Begins to look. */
  start(): void {
    this.#timer = setInterval(() => this.sample(), SAMPLE_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The registry has been given other endpoints; before a worker answers with them, so that each begins at nothing. */
  endpointsChanged(): void {
    this.#count();
    for (const { slot, spec } of this.#registry.endpoints()) {
      if (this.#keys[slot] === spec.key) continue;
      this.#growTo(slot + 1);
      this.#keys[slot] = spec.key;
      this.#seen[slot] = sumOf(this.#tallies(), slot);
      this.#totals[slot] = 0;
      for (const { totals } of this.#samples) if (slot < totals.length) totals[slot] = 0;
    }
  }

  /** Ends one step of the window. Called by the timer. */
  sample(): void {
    this.#count();
    this.#samples.push({
      atMs: this.#nowMs(),
      totals: this.#totals.slice(),
      lastResort: this.#lastResort.total,
    });
    if (this.#samples.length > SAMPLES + 1) this.#samples.shift();
  }

  /** Every count as of now. Costs the number of slots times workers. */
  read(): AnswerReading {
    this.#count();
    const [first] = this.#samples;
    const totals = this.#totals;
    return {
      windowSeconds: Math.round((this.#nowMs() - (first?.atMs ?? this.#nowMs())) / 1000),
      lastResort: {
        total: this.#lastResort.total,
        recent: this.#lastResort.total - (first?.lastResort ?? 0),
      },
      countOf: (slot) => ({
        total: totals[slot] ?? 0,
        recent: (totals[slot] ?? 0) - (first?.totals[slot] ?? 0),
      }),
    };
  }

  /** Adds what the words have grown by, modulo 2^32, to the totals. */
  #count(): void {
    const tallies = this.#tallies();
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const now = sumOf(tallies, slot);
      this.#totals[slot]! += (now - this.#seen[slot]!) >>> 0;
      this.#seen[slot] = now;
    }
    let lastResort = 0;
    for (const tally of tallies) lastResort = (lastResort + tally[tally.length - 1]!) >>> 0;
    this.#lastResort.total += (lastResort - this.#lastResort.seen) >>> 0;
    this.#lastResort.seen = lastResort;
  }

  #growTo(slots: number): void {
    while (this.#keys.length < slots) this.#keys.push(null);
    if (slots <= this.#seen.length) return;
    const room = Math.max(slots, 2 * this.#seen.length, 64);
    const seen = new Uint32Array(room);
    seen.set(this.#seen);
    const totals = new Float64Array(room);
    totals.set(this.#totals);
    this.#seen = seen;
    this.#totals = totals;
  }
}

/** Counts of one moment. */
export type AnswerReading = {
  /** Length of the window of `recent`. */
  readonly windowSeconds: number;
  /** Records of the last resort, which have no slots: of all steered names together. */
  readonly lastResort: AnswerCount;
  readonly countOf: (slot: number) => AnswerCount;
};

function sumOf(tallies: readonly EndpointTally[], slot: number): number {
  let sum = 0;
  for (const tally of tallies) sum = (sum + tally[slot]!) >>> 0;
  return sum;
}
