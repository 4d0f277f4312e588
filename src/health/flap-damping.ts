/**
 * Damping of endpoints that go down again and again (03-health; the figures of RFC 2439 4.2, with times of load balancers): each
 * down costs a penalty that halves in five minutes. Above a limit the endpoint is not readmitted when it comes up, until
 * the penalty has fallen below another; never for longer than a quarter of an hour.
 *
 * Pure; owned by the judge.
 */

const DOWN_PENALTY = 1_000;
const HALF_LIFE_MS = 300_000;
const SUPPRESS_ABOVE = 2_000;
const REUSE_BELOW = 750;
/** From this penalty it takes the longest suppression, 15 minutes, to fall to REUSE_BELOW: three half-lives. */
const PENALTY_MAX = REUSE_BELOW * 2 ** 3;
/** Below this nothing is remembered. */
const FORGET_BELOW = REUSE_BELOW / 2;

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

  /** The check is no longer made, or an operator forgives it. */
  forget(id: string): void {
    this.#penalties.delete(id);
  }
}

function pointsAt({ points, atMs }: Penalty, nowMs: number): number {
  return points * 2 ** (-(nowMs - atMs) / HALF_LIFE_MS);
}
