/**
 * Endpoints with `manual_resume` that went down and wait for an operator, and since when by the wall clock: an operator's word is
 * for a moment, and counts for what went down before it. Kept over a restart by the health feed. Pure.
 */

export type Waiting = { readonly key: string; readonly sinceMs: number };

/** Owner of the list of those who wait. */
export class ResumeBook {
  readonly #since = new Map<string, number>();

  /** The endpoint is down: from now on it waits, unless it did already. */
  noteDown(key: string, wallMs: number): void {
    if (!this.#since.has(key)) this.#since.set(key, wallMs);
  }

  /** True while the endpoint waits for an operator. */
  isWaiting(key: string): boolean {
    return this.#since.has(key);
  }

  /** An operator's word of the moment `wallMs`: the endpoint may come back, if it waited then. True if it did. */
  release(key: string, wallMs: number): boolean {
    const sinceMs = this.#since.get(key);
    return sinceMs !== undefined && sinceMs <= wallMs && this.#since.delete(key);
  }

  /** Everyone who waits. */
  list(): Waiting[] {
    return Array.from(this.#since, ([key, sinceMs]) => ({ key, sinceMs }));
  }

  /** Takes over who waited before a restart. */
  recall(waiting: readonly Waiting[]): void {
    for (const { key, sinceMs } of waiting) this.noteDown(key, sinceMs);
  }

  /** Forgets endpoints that are no longer in any zone. */
  keepOnly(isKnown: (key: string) => boolean): void {
    for (const key of this.#since.keys()) if (!isKnown(key)) this.#since.delete(key);
  }
}
