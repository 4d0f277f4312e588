/**
 * Damping of endpoints that go down again and again (03-health; the figures of RFC 2439 4.2, with times of load balancers): each
 * down costs a penalty that halves in five minutes. Above a limit the endpoint is not readmitted when it comes up, until
 * the penalty has fallen below another; never for longer than a quarter of an hour.
 *
 * Kept over restarts by the health feed. Pure; owned by the judge.
 */

const DOWN_PENALTY = 1_000;
const HALF_LIFE_MS = 300_000;
const SUPPRESS_ABOVE = 2_000;
const REUSE_BELOW = 750;
/** From this penalty it takes the longest suppression, 15 minutes, to fall to REUSE_BELOW: three half-lives. */
const PENALTY_MAX = REUSE_BELOW * 2 ** 3;
/** Below this nothing is remembered. */
const FORGET_BELOW = REUSE_BELOW / 2;

/** A check with a penalty, as of one moment. */
export type Flap = {
  readonly check: string;
  readonly penalty: number;
  /** How long it is still held back if it does not go down again; 0: it is not. */
  readonly heldMs: number;
};

/** `points` as of `atMs`. */
export type Penalty = { readonly points: number; readonly atMs: number; isSuppressed: boolean };

/** A check that may have a penalty. */
export interface Penalized {
  readonly id: string;
  penalty: Penalty | null;
}

/** True while the check went down so often lately that it is not to be readmitted. */
export function isSuppressed({ penalty }: Penalized): boolean {
  return penalty?.isSuppressed ?? false;
}

/** The check's penalty at `nowMs`, or null when there is nothing to remember. */
export function flapOf({ id, penalty }: Penalized, nowMs: number): Flap | null {
  if (penalty === null) return null;
  const points = pointsAt(penalty, nowMs);
  const heldMs = penalty.isSuppressed ? Math.max(1, Math.log2(points / REUSE_BELOW) * HALF_LIFE_MS) : 0;
  return { check: id, penalty: Math.round(points), heldMs: Math.round(heldMs) };
}

/** Owner of the penalties. */
export class FlapDamper<Check extends Penalized> {
  readonly #penalized = new Set<Check>();

  /** The check went down at `nowMs`. */
  noteDown(check: Check, nowMs: number): void {
    const { penalty } = check;
    const points = Math.min((penalty === null ? 0 : pointsAt(penalty, nowMs)) + DOWN_PENALTY, PENALTY_MAX);
    this.#set(check, { points, atMs: nowMs, isSuppressed: points > SUPPRESS_ABOVE || isSuppressed(check) });
  }

  /** The checks that are readmitted at `nowMs`. Costs the number of checks with a penalty. */
  age(nowMs: number): Check[] {
    const released: Check[] = [];
    for (const check of this.#penalized) {
      const penalty = check.penalty!;
      const points = pointsAt(penalty, nowMs);
      if (penalty.isSuppressed && points <= REUSE_BELOW) {
        penalty.isSuppressed = false;
        released.push(check);
      }
      if (points < FORGET_BELOW) this.forget(check);
    }
    return released;
  }

  /** Every check with a penalty. */
  list(nowMs: number): Flap[] {
    return Array.from(this.#penalized, (check) => flapOf(check, nowMs)!);
  }

  /** Takes over what was listed of `check` `agoMs` before `nowMs`, by an earlier run. */
  recall(check: Check, { penalty, heldMs }: Flap, agoMs: number, nowMs: number): void {
    const points = Math.min(penalty, PENALTY_MAX);
    this.#set(check, { points, atMs: nowMs - agoMs, isSuppressed: heldMs > 0 });
  }

  /** The check is no longer made, or an operator forgives it. */
  forget(check: Check): void {
    check.penalty = null;
    this.#penalized.delete(check);
  }

  #set(check: Check, penalty: Penalty): void {
    check.penalty = penalty;
    this.#penalized.add(check);
  }
}

function pointsAt({ points, atMs }: Penalty, nowMs: number): number {
  return points * 2 ** (-(nowMs - atMs) / HALF_LIFE_MS);
}
