/**
 * Which clients ask steered names: one in {@link QUERIES_PER_SAMPLE}, by chance, written into a ring in shared memory of a worker's own. The
 * control thread reads the rings (`server/demand-counts.ts`) and finds the places, so that a worker needs no location table
 * and a reload of places changes nothing here. 2 ns a query; the ring is overwritten where the reader is late.
 *
 *   word 0: samples written, modulo 2^32; then by sample: family, the four words of the address
 */

import { RandomStream } from '../base/random.ts';
import type { SteeringRequest } from '../decision/steering-request.ts';

/** The ring of one worker. */
export type ClientSamples = Uint32Array<SharedArrayBuffer>;

/** How many queries one sample stands for. */
export const QUERIES_PER_SAMPLE = 64;

/** Room for the samples of a second at 500,000 queries. */
const RING_SAMPLES = 8192;
const SAMPLE_WORDS = 5;
/** The oldest of a full ring, which may be written over while they are read. */
const MARGIN_SAMPLES = 64;

/** An empty ring: 160 KB. */
export function createClientSamples(): ClientSamples {
  return new Uint32Array(new SharedArrayBuffer(4 * (1 + RING_SAMPLES * SAMPLE_WORDS)));
}

/** The writing end, in one worker. Gaps are random: a client that asks by a clock is not always or never met. */
export class ClientSampler {
  readonly #samples: ClientSamples;
  /** Its own: what a query draws must not depend on who looks. */
  readonly #random: RandomStream;
  #left: number;

  constructor(samples: ClientSamples, seed: number) {
    this.#samples = samples;
    this.#random = new RandomStream(seed);
    this.#left = this.#nextGap();
  }

  /** Counts one steered query; `isBySubnet`: its Client Subnet decided, else its source. */
  count(request: SteeringRequest, isBySubnet: boolean): void {
    this.#left--;
    if (this.#left > 0) return;
    this.#left = this.#nextGap();
    const { subnet } = request;
    if (isBySubnet) this.#write(subnet.family, subnet.words);
    else this.#write(request.sourceFamily, request.sourceWords);
  }

  #write(family: number, words: Uint32Array): void {
    const samples = this.#samples;
    const written = samples[0]!;
    const at = 1 + (written & (RING_SAMPLES - 1)) * SAMPLE_WORDS;
    samples[at] = family;
    samples[at + 1] = words[0]!;
    samples[at + 2] = words[1]!;
    samples[at + 3] = words[2]!;
    samples[at + 4] = words[3]!;
    // Behind the sample: who sees the count sees what it counts.
    Atomics.store(samples, 0, written + 1);
  }

  /** 1 to 127, in the mean 64. */
  #nextGap(): number {
    return 1 + this.#random.nextBelow(2 * QUERIES_PER_SAMPLE - 1);
  }
}

/** The reading end. */
export class SampleReader {
  readonly #samples: ClientSamples;
  #read: number;

  /** Begins with what is written from now on. */
  constructor(samples: ClientSamples) {
    this.#samples = samples;
    this.#read = Atomics.load(samples, 0);
  }

  /**
   * Hands on each sample written since the last time, and how many queries it stands for: more where others were overwritten unread.
   * `words` as in IpAddress, of the caller for the call only.
   */
  take(visit: (family: 4 | 6, words: Uint32Array, queries: number) => void): void {
    const samples = this.#samples;
    const written = Atomics.load(samples, 0);
    const fresh = (written - this.#read) >>> 0;
    this.#read = written;
    const kept = Math.min(fresh, RING_SAMPLES - MARGIN_SAMPLES);
    const queries = (QUERIES_PER_SAMPLE * fresh) / kept;
    for (let i = kept; i > 0; i--) {
      const at = 1 + ((written - i) & (RING_SAMPLES - 1)) * SAMPLE_WORDS;
      visit(samples[at] === 6 ? 6 : 4, samples.subarray(at + 1, at + SAMPLE_WORDS), queries);
    }
  }
}
