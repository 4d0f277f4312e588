/**
 * Durations by size: how many were within each of a row of bounds, and their sum. Fixed in size, and next to nothing to add to, so
 * that an agent may count every check; a scraper makes quantiles of it.
 *
 * Owned by the scheduler (lag) and {@link CheckStatistics} (durations); shown by `admin/agent-metrics.ts`.
 */

/** Upper bounds in milliseconds; what is longer than the last is counted in one more. */
const DURATION_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000] as const;

/** A histogram as it stands: `counts[i]` durations were within `boundsMs[i]` and not within the bound before; the last entry has none. */
export type Durations = {
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly sumMs: number;
};

/** A histogram that only grows. */
export class DurationHistogram {
  readonly #counts = new Float64Array(DURATION_BOUNDS_MS.length + 1);
  #sumMs = 0;

  /** Adds one of `ms` milliseconds, 0 or more. */
  add(ms: number): void {
    let at = 0;
    while (at < DURATION_BOUNDS_MS.length && ms > DURATION_BOUNDS_MS[at]!) at++;
    this.#counts[at]! += 1;
    this.#sumMs += ms;
  }

  durations(): Durations {
    return { boundsMs: DURATION_BOUNDS_MS, counts: [...this.#counts], sumMs: this.#sumMs };
  }
}
