/**
 * What the workers counted, by endpoint: how often each was answered since it came, and of late. The workers' words wrap and their slots
 * serve one endpoint after another; here every {@link SAMPLE_MS} their sums go into totals that do neither (`wide-words.ts`), and the last
 * {@link SAMPLES} totals make the window that `status` compares with the configured shares. Owned by the control thread.
 */

import type { EndpointTally } from '../answer/endpoint-tally.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import { LookTimer } from './look-timer.ts';
import { WideWords } from './wide-words.ts';

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
  readonly #nowMs: () => number;
  readonly #bySlot: WideWords;
  /** One word: the last of each tally. */
  readonly #lastResort: WideWords;
  /** Which tenancy of its slot each total is of (`EndpointRegistry.tenancyOf`). */
  #tenancies = new Uint32Array(0);
  /** Oldest first; the first is where the window begins. */
  readonly #samples: Sample[] = [];
  readonly #timer = new LookTimer(SAMPLE_MS, () => this.sample());

  /** `tallies` gives the words of every worker; `nowMs` is monotonic. */
  constructor(registry: EndpointRegistry, tallies: () => readonly EndpointTally[], nowMs: () => number) {
    this.#registry = registry;
    this.#nowMs = nowMs;
    this.#bySlot = new WideWords(tallies, 0);
    this.#lastResort = new WideWords(() => tallies().map((tally) => tally.subarray(-1)), 1);
    this.endpointsChanged();
    this.sample();
  }

  /** Begins to look. */
  start(): void {
    this.#timer.start();
  }

  stop(): void {
    this.#timer.stop();
  }

  /** The registry has been given other endpoints; before a worker answers with them, so that each begins at nothing. Costs the number of slots. */
  endpointsChanged(): void {
    const registry = this.#registry;
    this.#growTo(registry.slots);
    for (let slot = 0; slot < registry.slots; slot++) {
      const tenancy = registry.tenancyOf(slot);
      if (this.#tenancies[slot] === tenancy) continue;
      this.#tenancies[slot] = tenancy;
      this.#bySlot.restart(slot);
      for (const { totals } of this.#samples) if (slot < totals.length) totals[slot] = 0;
    }
  }

  /** Ends one step of the window. Called by the timer. */
  sample(): void {
    this.#samples.push({
      atMs: this.#nowMs(),
      totals: this.#bySlot.read().slice(0, this.#registry.slots),
      lastResort: this.#lastResort.read()[0]!,
    });
    if (this.#samples.length > SAMPLES + 1) this.#samples.shift();
  }

  /** Every count as of now. Costs the number of slots times workers. */
  read(): AnswerReading {
    const [first] = this.#samples;
    const totals = this.#bySlot.read();
    const lastResort = this.#lastResort.read()[0]!;
    return {
      windowSeconds: Math.round((this.#nowMs() - (first?.atMs ?? this.#nowMs())) / 1000),
      lastResort: { total: lastResort, recent: lastResort - (first?.lastResort ?? 0) },
      countOf: (slot) => ({
        total: totals[slot] ?? 0,
        recent: (totals[slot] ?? 0) - (first?.totals[slot] ?? 0),
      }),
    };
  }

  #growTo(slots: number): void {
    this.#bySlot.growTo(slots);
    if (slots <= this.#tenancies.length) return;
    const tenancies = new Uint32Array(Math.max(slots, 2 * this.#tenancies.length));
    tenancies.set(this.#tenancies);
    this.#tenancies = tenancies;
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
