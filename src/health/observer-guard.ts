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

/** A down that the guard let pass: what the check was before, and until when the guard may think better of it. */
export type Fall = { readonly untilMs: number; readonly previous: CheckState };

/** A check that the guard looks after. */
export interface Falling {
  /** Of its endpoints, over all records. */
  readonly weight: number;
  /** Its last down, if that was a moment ago. */
  fall: Fall | null;
  /** Since when it is kept from going down; null: it is not. */
  heldSinceMs: number | null;
}

/** A check about to go down. */
export type DownCandidate<Check extends Falling> = {
  readonly check: Check;
  readonly previous: CheckState;
  readonly intervalMs: number;
  /** Every region that is heard says down. */
  readonly isUnanimous: boolean;
};

/** What the guard made of the candidates. */
export type GuardReview<Check extends Falling> = {
  /** Candidates that must wait. */
  readonly held: ReadonlySet<Check>;
  /** Checks that went down a moment ago and are to be given back what they were. */
  readonly reverted: ReadonlyMap<Check, CheckState>;
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
export class ObserverGuard<Check extends Falling> {
  /** The weight of all checks. */
  #total = 0;
  readonly #recent = new Set<Check>();
  readonly #held = new Set<Check>();

  /** The weight of all checks together. */
  setTotal(weight: number): void {
    this.#total = weight;
  }

  /** The checks that wait now; they are to be judged again as time passes. */
  get waiting(): Iterable<Check> {
    return this.#held;
  }

  get waitingCount(): number {
    return this.#held.size;
  }

  /** The check is no longer about to go down. */
  clear(check: Check): void {
    if (check.heldSinceMs === null) return;
    check.heldSinceMs = null;
    this.#held.delete(check);
  }

  /** The check is up again, or no longer made. */
  forget(check: Check): void {
    this.#forgetFall(check);
    this.clear(check);
  }

  /** Decides on `candidates`; `isUnanimous` is asked of checks that went down a moment ago. */
  review(
    candidates: readonly DownCandidate<Check>[],
    isUnanimous: (check: Check) => boolean,
    nowMs: number,
  ): GuardReview<Check> {
    const held = new Set<Check>();
    const reverted = new Map<Check, CheckState>();
    for (const check of this.#recent) if (check.fall!.untilMs <= nowMs) this.#forgetFall(check);
    if (this.#isTooMuch(candidates)) {
      for (const { check, isUnanimous: isAgreed } of candidates) {
        if (isAgreed) continue;
        this.#hold(check, check.heldSinceMs ?? nowMs);
        if (nowMs - check.heldSinceMs! < GUARD_MS) held.add(check);
      }
      for (const check of this.#recent) if (!isUnanimous(check)) reverted.set(check, check.fall!.previous);
      for (const check of reverted.keys()) {
        this.#forgetFall(check);
        // They still want to go down, and weigh in what the guard looks at.
        this.#hold(check, nowMs);
      }
    }
    for (const { check, previous, intervalMs } of candidates) {
      if (held.has(check)) continue;
      const sinceMs = check.heldSinceMs ?? nowMs;
      this.clear(check);
      // Who has waited long enough is not given back, as if the guard knew better once more.
      if (nowMs - sinceMs >= GUARD_MS) continue;
      check.fall = { untilMs: nowMs + WINDOW_INTERVALS * intervalMs, previous };
      this.#recent.add(check);
    }
    return { held, reverted };
  }

  #hold(check: Check, sinceMs: number): void {
    check.heldSinceMs = sinceMs;
    this.#held.add(check);
  }

  #forgetFall(check: Check): void {
    check.fall = null;
    this.#recent.delete(check);
  }

  /** What has fallen, waits to (and is not among the fallen), or is about to: each check once. */
  #isTooMuch(candidates: readonly DownCandidate<Check>[]): boolean {
    let [count, weight] = [0, 0];
    const add = (check: Check) => {
      count++;
      weight += check.weight;
    };
    for (const check of this.#recent) add(check);
    for (const check of this.#held) add(check);
    for (const { check } of candidates) if (check.fall === null && check.heldSinceMs === null) add(check);
    if (count < GUARD_CHECKS_MIN) return false;
    // While some wait, one that recovers must not let all the others go.
    return weight * (this.#held.size > 0 ? END_PART : BEGIN_PART) > this.#total;
  }
}
