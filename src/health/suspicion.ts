/**
 * The fast path (03-health): the first failed check of one agent is a suspicion, which every agent looks into at once. When
 * the agent that began it fails again and nearly all fail with it, the endpoint is down without waiting for each agent's
 * own state machine; otherwise the usual quorum decides, and the suspicion ends by itself.
 *
 * Pure. The judge (`check-judge.ts`) asks; agents do their part in `probe/agent.ts`.
 */

import type { VoteCount } from './vote-count.ts';

/** Part of all agents with something to say that must fail in one round. */
const FAST_SHARE = 0.8;
/** A suspicion that nobody joins is over after this many intervals: a broken observer must not cast doubt for ever. */
const SUSPECT_INTERVALS = 2;

/**
 * True if the agents agree so much that the usual wait is needless: one of them confirmed its failure by a second one in a
 * row, and at least FAST_SHARE of all failed in their last check.
 */
export function isAgreedInRound(count: Pick<VoteCount, 'agents' | 'failing' | 'confirmed'>): boolean {
  return count.confirmed > 0 && count.failing >= FAST_SHARE * count.agents;
}

/** What is open of a check: how many agents saw it fail, and until when that is a suspicion. */
export type Suspicion = { failing: number; readonly untilMs: number };

/** A check that may be under suspicion; null: nobody saw it fail. */
export interface Suspected {
  suspicion: Suspicion | null;
}

/** True while a check failed and it is open what to make of it. */
export function isSuspect({ suspicion }: Suspected, nowMs: number): boolean {
  return suspicion !== null && suspicion.untilMs > nowMs;
}

/** Owner of the open suspicions; costs nothing for checks without failures. */
export class SuspicionBook<Check extends Suspected> {
  readonly #open = new Set<Check>();

  /** `failing` agents saw the last check fail; more than before renew the suspicion. True if it began or ended. */
  note(check: Check, failing: number, intervalMs: number, nowMs: number): boolean {
    const { suspicion } = check;
    if (failing === 0) {
      if (suspicion !== null) this.forget(check);
      return suspicion !== null && suspicion.untilMs > nowMs;
    }
    if (suspicion !== null && failing <= suspicion.failing) {
      suspicion.failing = failing;
      return false;
    }
    check.suspicion = { failing, untilMs: nowMs + SUSPECT_INTERVALS * intervalMs };
    this.#open.add(check);
    return suspicion === null || suspicion.untilMs <= nowMs;
  }

  /** The checks whose suspicion ended by itself after `beforeMs`, up to `nowMs`. */
  endedBetween(beforeMs: number, nowMs: number): Check[] {
    const ended: Check[] = [];
    for (const check of this.#open) {
      const { untilMs } = check.suspicion!;
      if (untilMs > beforeMs && untilMs <= nowMs) ended.push(check);
    }
    return ended;
  }

  /** The check is no longer made, or no longer fails. */
  forget(check: Check): void {
    check.suspicion = null;
    this.#open.delete(check);
  }
}
