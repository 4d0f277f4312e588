/**
 * The verdict on every check, from what the ledger has heard: quorum of regions, or the fast path of a suspicion that nearly
 * everybody shares. Pure; owned by the health feed, which says when to judge what, and writes what changed into words.
 */

import type { CheckSpec } from '../zone/zone-model.ts';
import type { AgentLedger } from './agent-ledger.ts';
import { isQuorate } from './node-mode.ts';
import type { CheckState } from './observation.ts';
import { isAgreedInRound, SuspicionBook } from './suspicion.ts';
import { endpointVerdict } from './verdict.ts';

/** What the node knows beside the votes. */
export type JudgeContext = {
  /** Downs may be believed: mode NORMAL. */
  readonly isNormal: boolean;
  readonly knownRegions: number;
  readonly nowMs: number;
};

export type VerdictChange = {
  readonly id: string;
  readonly verdict: 'up' | 'down';
  readonly previous: CheckState;
};

export type Judgement = {
  readonly changed: readonly VerdictChange[];
  /** Checks whose words have to be written anew, those of `changed` among them. */
  readonly touched: ReadonlySet<string>;
};

/** How a check stands, for the words of its endpoints. */
export type CheckStanding = { readonly verdict: CheckState; readonly isSuspect: boolean };

/** Owner of the verdicts. */
export class CheckJudge {
  readonly #ledger: AgentLedger;
  readonly #verdicts = new Map<string, CheckState>();
  readonly #suspicions = new SuspicionBook();
  #checks: ReadonlyMap<string, CheckSpec> = new Map();
  /** When the judge last looked. */
  #nowMs = 0;

  constructor(ledger: AgentLedger) {
    this.#ledger = ledger;
  }

  /** The checks in use; verdicts on others are forgotten. */
  setChecks(checks: ReadonlyMap<string, CheckSpec>): void {
    for (const id of this.#checks.keys()) {
      if (checks.has(id)) continue;
      this.#verdicts.delete(id);
      this.#suspicions.forget(id);
    }
    this.#checks = checks;
  }

  /** Every check in use. */
  get checks(): ReadonlyMap<string, CheckSpec> {
    return this.#checks;
  }

  /** Takes over a verdict of an earlier run, if the check is still in use. */
  recall(id: string, verdict: 'up' | 'down'): void {
    if (this.#checks.has(id)) this.#verdicts.set(id, verdict);
  }

  verdictOf(id: string): CheckState {
    return this.#verdicts.get(id) ?? 'unknown';
  }

  standingOf(id: string): CheckStanding {
    return { verdict: this.verdictOf(id), isSuspect: this.#suspicions.isSuspect(id, this.#nowMs) };
  }

  /** Judges `ids` anew. */
  judge(ids: Iterable<string>, context: JudgeContext): Judgement {
    const changed: VerdictChange[] = [];
    const touched = new Set(this.#passTime(context.nowMs));
    for (const id of ids) {
      const spec = this.#checks.get(id);
      if (!spec) continue;
      const previous = this.verdictOf(id);
      const { verdict, failing } = this.#weigh(id, spec, previous, context);
      const isChanged = verdict !== previous && verdict !== 'unknown';
      if (isChanged) {
        this.#verdicts.set(id, verdict);
        changed.push({ id, verdict, previous });
      }
      // What is agreed to be down is no suspicion any more.
      const isTurned = this.#suspicions.note(id, verdict === 'down' ? 0 : failing, spec.intervalMs, context.nowMs);
      if (isChanged || isTurned) touched.add(id);
    }
    return { changed, touched };
  }

  #weigh(
    id: string,
    spec: CheckSpec,
    previous: CheckState,
    context: JudgeContext,
  ): { verdict: CheckState; failing: number } {
    const count = this.#ledger.countVotes(id);
    // An agent whose last check failed is no witness for readmission, nor against an agreement that it is part of.
    const isDoubted = previous === 'down' || isAgreedInRound(count);
    const ups = isDoubted ? count.doubtingUps : count.ups;
    const downs = isDoubted ? count.doubtingDowns : count.downs;
    const mayDown = context.isNormal && isQuorate(ups + downs, context.knownRegions);
    return { verdict: endpointVerdict(ups, downs, spec.quorum, previous, mayDown), failing: count.failing };
  }

  /** The checks whose suspicion has ended by itself since the judge last looked. */
  #passTime(nowMs: number): string[] {
    const ended = this.#suspicions.endedBetween(this.#nowMs, nowMs);
    this.#nowMs = nowMs;
    return ended;
  }
}
