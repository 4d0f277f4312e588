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

type Penalty = { points: number; atMs: number; isSuppressed: boolean };

/** Owner of the penalties. */
export class FlapDamper {
  readonly #penalties = new Map<string, Penalty>();

  /** The check went down at `nowMs`. */
  noteDown(id: string, nowMs: number): void {
    const penalty = this.#penalties.get(id);
    const points = Math.min((penalty === undefined ? 0 : pointsAt(penalty, nowMs)) + DOWN_PENALTY, PENALTY_MAX);
    const isSuppressed = points > SUPPRESS_ABOVE || (penalty?.isSuppressed ?? false);
    this.#penalties.set(id, { points, atMs: nowMs, isSuppressed });
  }

  /** True while the check went down so often lately that it is not to be readmitted. */
  isSuppressed(id: string): boolean {
    return this.#penalties.get(id)?.isSuppressed ?? false;
  }

  /** The checks that are readmitted at `nowMs`. Costs the number of checks with a penalty. */
  age(nowMs: number): string[] {
    const released: string[] = [];
    for (const [id, penalty] of this.#penalties) {
      const points = pointsAt(penalty, nowMs);
      if (penalty.isSuppressed && points <= REUSE_BELOW) {
        penalty.isSuppressed = false;
        released.push(id);
      }
      if (points < FORGET_BELOW) this.#penalties.delete(id);
    }
    return released;
  }

  /** The check's penalty at `nowMs`, or null when there is nothing to remember. */
  flapOf(check: string, nowMs: number): Flap | null {
    const penalty = this.#penalties.get(check);
    if (penalty === undefined) return null;
    const points = pointsAt(penalty, nowMs);
    const heldMs = penalty.isSuppressed ? Math.max(1, Math.log2(points / REUSE_BELOW) * HALF_LIFE_MS) : 0;
    return { check, penalty: Math.round(points), heldMs: Math.round(heldMs) };
  }

  /** Every check with a penalty. */
  list(nowMs: number): Flap[] {
    return Array.from(this.#penalties.keys(), (check) => this.flapOf(check, nowMs)!);
  }

  /** Takes over what was listed `agoMs` before `nowMs`, by an earlier run. */
  recall(flaps: readonly Flap[], agoMs: number, nowMs: number): void {
    for (const { check, penalty, heldMs } of flaps) {
      const points = Math.min(penalty, PENALTY_MAX);
      this.#penalties.set(check, { points, atMs: nowMs - agoMs, isSuppressed: heldMs > 0 });
    }
  }

  /** The check is no longer made, or an operator forgives it. */
  forget(id: string): void {
    this.#penalties.delete(id);
  }
}

function pointsAt({ points, atMs }: Penalty, nowMs: number): number {
  return points * 2 ** (-(nowMs - atMs) / HALF_LIFE_MS);
}
