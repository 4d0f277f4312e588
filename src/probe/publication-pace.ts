/**
 * How long an agent gathers changes before it publishes them: hardly, while changes are few, since every moment counts then;
 * longer when many follow each other, as when a region dies, so that a mass failure does not cost the store fifty commands a second
 * of every agent. A bucket of publications that may be quick. Pure.
 */

/** Changes within this time are published together, while there are few. */
const QUICK_MS = 20;
/** And within this when there are many: little of the 4 s in which a death is to be in answers. */
const CROWDED_MS = 250;
/** Quick publications at once: suspicion, confirmation, verdict and recovery of five endpoints. */
const QUICK_MAX = 20;
/** A further one is granted as often as this. */
const REFILL_MS = 500;

/** Owner of the bucket. */
export class PublicationPace {
  #quick = QUICK_MAX;
  #atMs = 0;

  /** How long the publication that is wanted at `nowMs` (monotonic) shall gather changes, milliseconds. */
  nextDelayMs(nowMs: number): number {
    this.#quick = Math.min(QUICK_MAX, this.#quick + Math.max(0, nowMs - this.#atMs) / REFILL_MS);
    this.#atMs = nowMs;
    if (this.#quick < 1) return CROWDED_MS;
    this.#quick -= 1;
    return QUICK_MS;
  }
}
