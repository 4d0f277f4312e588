/**
 * The time as a worker's queries see it: read once a batch, not once a query, into integers that cost a query nothing. At most 100 ms
 * old, which cookies and rates do not notice. One clock for both, 30 ns a batch: the wall's, whose jumps cost a rate five seconds at worst.
 */

import { UDP_WAIT_MS } from '../base/limits.ts';

/** How often a listener on the event loop has the time read; the batched one does it before each batch. */
export const CLOCK_TICK_MS = UDP_WAIT_MS;

const SECONDS = 0;
const MILLISECONDS = 1;

/** Owner of the time of one worker. */
export class WorkerClock {
  readonly #cells = new Int32Array(2);

  constructor() {
    this.tick();
  }

  /** Reads the time. */
  tick(): void {
    const nowMs = Date.now();
    this.#cells[SECONDS] = nowMs / 1000;
    this.#cells[MILLISECONDS] = nowMs;
  }

  /** Seconds since 1970, modulo 2^32 and as a signed integer. */
  get seconds(): number {
    return this.#cells[SECONDS]!;
  }

  /** Milliseconds since then, likewise. */
  get milliseconds(): number {
    return this.#cells[MILLISECONDS]!;
  }
}
