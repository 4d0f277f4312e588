/**
 * The guard against mistaken observers (03-health): when more than half of all weight would be down within two intervals, the
 * fault is more likely theirs (a transit provider, a resolver, a broken release of the agent) than the world's. Then every
 * region must say down; what a mere majority took down a moment ago comes back. After a while without agreement the usual
 * quorum decides again, so that one observer that is blind to failures cannot hold the dead in answers for ever.
 *
 * Two majorities of the same regions always share a region, so downs by majority are always "on the word of the same agents".
 * Pure; owned by the judge.
 */

import type { CheckState } from './observation.ts';

/** A check about to go down. */
export type DownCandidate = {
  readonly id: string;
  readonly previous: CheckState;
  readonly intervalMs: number;
  /** Every region that is heard says down. */
  readonly isUnanimous: boolean;
};

/** What the guard made of the candidates. */
export type GuardReview = {
  /** Candidates that must wait. */
  readonly held: ReadonlySet<string>;
  /** Checks that went down a moment ago and are to be given back what they were. */
  readonly reverted: ReadonlyMap<string, CheckState>;
};

/** One of one is no majority of the world. */
const GUARD_CHECKS_MIN = 2;
const WINDOW_INTERVALS = 2;
/** It begins above a half of all weight, and ends at a quarter. */
const BEGIN_PART = 2;
const END_PART = 4;
/** How long a check is kept from going down before its quorum is enough after all. */
const GUARD_MS = 60_000;

/** Owner of the memory of recent downs. */
export class ObserverGuard {
  #weights: ReadonlyMap<string, number> = new Map();
  #total = 0;
  readonly #recent = new Map<string, { readonly untilMs: number; readonly previous: CheckState }>();
  readonly #heldSince = new Map<string, number>();

  /** The weight of every check: that of its endpoints, over all records. */
  setWeights(weights: ReadonlyMap<string, number>): void {
    this.#weights = weights;
    this.#total = 0;
    for (const weight of weights.values()) this.#total += weight;
    for (const kept of [this.#recent, this.#heldSince])
      for (const id of kept.keys()) if (!weights.has(id)) kept.delete(id);
  }

  /** The checks that wait now; they are to be judged again as time passes. */
  get waiting(): Iterable<string> {
    return this.#heldSince.keys();
  }

  get waitingCount(): number {
    return this.#heldSince.size;
  }

  /** The check is no longer about to go down. */
  clear(id: string): void {
    this.#heldSince.delete(id);
  }

  /** The check is up again. */
  noteUp(id: string): void {
    this.#recent.delete(id);
    this.#heldSince.delete(id);
  }

  /** Decides on `candidates`; `isUnanimous` is asked of checks that went down a moment ago. */
  review(candidates: readonly DownCandidate[], isUnanimous: (id: string) => boolean, nowMs: number): GuardReview {
    const held = new Set<string>();
    const reverted = new Map<string, CheckState>();
    for (const [id, { untilMs }] of this.#recent) if (untilMs <= nowMs) this.#recent.delete(id);
    if (this.#isTooMuch(candidates)) {
      for (const { id, isUnanimous: isAgreed } of candidates) {
        if (isAgreed) continue;
        const sinceMs = this.#heldSince.get(id) ?? nowMs;
        if (nowMs - sinceMs < GUARD_MS) held.add(id);
        this.#heldSince.set(id, sinceMs);
      }
      for (const [id, { previous }] of this.#recent) if (!isUnanimous(id)) reverted.set(id, previous);
      for (const id of reverted.keys()) {
        this.#recent.delete(id);
        // They still want to go down, and weigh in what the guard looks at.
        this.#heldSince.set(id, nowMs);
      }
    }
    for (const { id, previous, intervalMs } of candidates) {
      if (held.has(id)) continue;
      const sinceMs = this.#heldSince.get(id) ?? nowMs;
      this.#heldSince.delete(id);
      // Who has waited long enough is not given back, as if the guard knew better once more.
      if (nowMs - sinceMs >= GUARD_MS) continue;
      this.#recent.set(id, { untilMs: nowMs + WINDOW_INTERVALS * intervalMs, previous });
    }
    return { held, reverted };
  }

  #isTooMuch(candidates: readonly DownCandidate[]): boolean {
    const falling = new Set([...this.#recent.keys(), ...this.#heldSince.keys(), ...candidates.map(({ id }) => id)]);
    if (falling.size < GUARD_CHECKS_MIN) return false;
    let weight = 0;
    for (const id of falling) weight += this.#weights.get(id) ?? 0;
    // While some wait, one that recovers must not let all the others go.
    return weight * (this.#heldSince.size > 0 ? END_PART : BEGIN_PART) > this.#total;
  }
}
