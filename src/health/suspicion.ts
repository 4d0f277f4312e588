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

type Suspicion = { failing: number; untilMs: number };

/** Owner of the open suspicions; costs nothing for checks without failures. */
export class SuspicionBook {
  readonly #open = new Map<string, Suspicion>();

  /** `failing` agents saw the last check of `id` fail; more than before renew the suspicion. True if it began or ended. */
  note(id: string, failing: number, intervalMs: number, nowMs: number): boolean {
    const open = this.#open.get(id);
    if (failing === 0) {
      this.#open.delete(id);
      return open !== undefined && open.untilMs > nowMs;
    }
    if (open !== undefined && failing <= open.failing) {
      open.failing = failing;
      return false;
    }
    this.#open.set(id, { failing, untilMs: nowMs + SUSPECT_INTERVALS * intervalMs });
    return open === undefined || open.untilMs <= nowMs;
  }

  /** True while a check of `id` failed and it is open what to make of it. */
  isSuspect(id: string, nowMs: number): boolean {
    return (this.#open.get(id)?.untilMs ?? 0) > nowMs;
  }

  /** The checks whose suspicion ended by itself after `beforeMs`, up to `nowMs`. */
  endedBetween(beforeMs: number, nowMs: number): string[] {
    const ended: string[] = [];
    for (const [id, { untilMs }] of this.#open) if (untilMs > beforeMs && untilMs <= nowMs) ended.push(id);
    return ended;
  }

  /** The check is no longer made. */
  forget(id: string): void {
    this.#open.delete(id);
  }
}
