/**
 * The verdict on every check, from what the ledger has heard: quorum of regions, or the fast path of a suspicion that nearly
 * everybody shares; with a guard against observers at fault and against endpoints that flap. Pure; owned by the health feed, which says when to judge what, and writes what changed into words.
 */

import type { CheckSpec } from '../zone/zone-model.ts';
import type { AgentLedger } from './agent-ledger.ts';
import type { CheckBook, KnownCheck } from './check-book.ts';
import { type Flap, FlapDamper, flapOf, isSuppressed } from './flap-damping.ts';
import { isQuorate } from './node-mode.ts';
import type { CheckState } from './observation.ts';
import { type DownCandidate, ObserverGuard } from './observer-guard.ts';
import { isAgreedInRound, isSuspect, SuspicionBook } from './suspicion.ts';
import { endpointVerdict } from './verdict.ts';
import type { VoteCount } from './vote-count.ts';

/** What the node knows beside the votes. */
export type JudgeContext = {
  /** Downs may be believed: mode NORMAL. */
  readonly isNormal: boolean;
  readonly knownRegions: number;
  readonly freshRegions: number;
  /** Every agent there is can have been heard; before, no agent is believed alone. */
  readonly isSettled: boolean;
  readonly nowMs: number;
  /** What the node's own checks say, in mode SELF: then nobody else is heard. */
  readonly own?: ((id: string) => CheckState) | null;
};

export type VerdictChange = {
  readonly id: string;
  readonly verdict: CheckState;
  readonly previous: CheckState;
};

export type Judgement = {
  readonly changed: readonly VerdictChange[];
  /** Checks whose words have to be written anew, those of `changed` among them. */
  readonly touched: ReadonlySet<KnownCheck>;
};

/** How a check stands, for the words of its endpoints. */
export type CheckStanding = {
  readonly verdict: CheckState;
  /** A check failed, and it is open what to make of it. */
  readonly isSuspect: boolean;
  /** It went down so often lately that its endpoints are not readmitted yet. */
  readonly isHeldBack: boolean;
  /** The regions that say down although the verdict is another, a bit each ({@link AgentLedger.regionNumbers}); 0: fewer than two. */
  readonly dissent: number;
  /** How long the verdict is sure to stand if every check from now on says otherwise: 1..255. */
  readonly ttlSeconds: number;
};

/** What fits the word. */
const TTL_MAX = 255;

/** Of a check that is not in use. */
export const UNHEARD: CheckStanding = {
  verdict: 'unknown',
  isSuspect: false,
  isHeldBack: false,
  dissent: 0,
  ttlSeconds: 1,
};

/** Owner of the verdicts. */
export class CheckJudge {
  readonly #book: CheckBook;
  readonly #ledger: AgentLedger;
  readonly #suspicions = new SuspicionBook<KnownCheck>();
  readonly #damper = new FlapDamper<KnownCheck>();
  readonly #guard = new ObserverGuard<KnownCheck>();
  #checks: ReadonlySet<KnownCheck> = new Set();
  /** When the judge last looked, and how many times it has. */
  #nowMs = 0;
  #round = 0;

  /** `ledger`: what agents say, kept in `book`. */
  constructor(book: CheckBook, ledger: AgentLedger) {
    this.#book = book;
    this.#ledger = ledger;
  }

  /** The checks in use, and the weight of the endpoints behind each; verdicts on others are forgotten. */
  setChecks(specs: ReadonlyMap<string, CheckSpec>, weights: ReadonlyMap<string, number>): void {
    for (const check of this.#checks) if (!specs.has(check.id)) this.#forget(check);
    const checks = new Set<KnownCheck>();
    let total = 0;
    for (const [id, spec] of specs) {
      const check = this.#book.open(id);
      check.spec = spec;
      check.weight = weights.get(id) ?? 0;
      total += check.weight;
      checks.add(check);
    }
    this.#checks = checks;
    this.#guard.setTotal(total);
  }

  /** Every check in use. */
  get checks(): ReadonlySet<KnownCheck> {
    return this.#checks;
  }

  /** How many checks would be down if the guard against mistaken observers did not wait for every region. */
  get guarded(): number {
    return this.#guard.waitingCount;
  }

  /** Takes over a verdict of an earlier run, if the check is still in use. */
  recall(id: string, verdict: 'up' | 'down'): void {
    const check = this.#find(id);
    if (check !== undefined) check.verdict = verdict;
  }

  /** An operator lets the endpoints of a check back in, however often it went down; their words are to be written anew. */
  forgive(id: string): void {
    const check = this.#find(id);
    if (check !== undefined) this.#damper.forget(check);
  }

  /** How a check that went down again and again is damped at `nowMs`, or null. */
  flapOf(id: string, nowMs: number): Flap | null {
    const check = this.#find(id);
    return check === undefined ? null : flapOf(check, nowMs);
  }

  /** Every check with a penalty, to be kept over a restart. */
  flaps(nowMs: number): Flap[] {
    return this.#damper.list(nowMs);
  }

  /** Takes over the penalties of an earlier run, `agoMs` old, of checks still in use. */
  recallFlaps(flaps: readonly Flap[], agoMs: number, nowMs: number): void {
    for (const flap of flaps) {
      const check = this.#find(flap.check);
      if (check !== undefined) this.#damper.recall(check, flap, agoMs, nowMs);
    }
  }

  verdictOf(id: string): CheckState {
    return this.#find(id)?.verdict ?? 'unknown';
  }

  /** How `check` stands; as one of which nothing is known if it is not in use. */
  standingOf(check: KnownCheck | undefined): CheckStanding {
    if (check === undefined || check.spec === null) return UNHEARD;
    const { verdict, dissent } = check;
    const { rise, fall, intervalMs } = check.spec;
    const turnMs = (verdict === 'down' ? rise : fall) * intervalMs;
    const ttlSeconds = Math.min(TTL_MAX, Math.max(1, Math.round(turnMs / 1000)));
    return { verdict, isSuspect: isSuspect(check, this.#nowMs), isHeldBack: isSuppressed(check), dissent, ttlSeconds };
  }

  /** Judges `checks` anew, of them those in use and each once, and what the passing of time has changed besides. */
  judge(checks: Iterable<KnownCheck>, context: JudgeContext): Judgement {
    const round = ++this.#round;
    const touched = new Set(this.#passTime(context.nowMs));
    const changed: VerdictChange[] = [];
    const candidates: (DownCandidate<KnownCheck> & { readonly failing: number })[] = [];
    const set = (check: KnownCheck, verdict: CheckState, previous: CheckState) => {
      this.#enter(check, verdict, context.nowMs);
      changed.push({ id: check.id, verdict, previous });
      touched.add(check);
    };
    const judgeOne = (check: KnownCheck) => {
      const { spec, verdict: previous } = check;
      if (spec === null || check.judgedRound === round) return;
      check.judgedRound = round;
      const { verdict, failing, isUnanimous, downRegions } = this.#weigh(check, spec, context);
      // A down that is down, or is about to be, or is doubted by the guard, is no region's own affair.
      this.#dispute(check, verdict === 'down' ? 0 : downRegions, touched);
      if (verdict === 'down' && previous !== 'down') {
        candidates.push({ check, previous, intervalMs: spec.intervalMs, isUnanimous, failing });
        return;
      }
      this.#guard.clear(check);
      if (verdict !== previous && verdict !== 'unknown') set(check, verdict, previous);
      this.#suspect(check, verdict === 'down' ? 0 : failing, spec.intervalMs, touched);
    };
    for (const check of checks) judgeOne(check);
    for (const check of [...this.#guard.waiting]) judgeOne(check);
    if (candidates.length === 0) return { changed, touched };
    const isAgreed = (check: KnownCheck) => !context.own && isUnanimous(this.#ledger.countVotes(check), context);
    const { held, reverted } = this.#guard.review(candidates, isAgreed, context.nowMs);
    for (const { check, previous, intervalMs, failing } of candidates) {
      const isHeld = held.has(check);
      if (!isHeld) set(check, 'down', previous);
      // What is agreed to be down is no suspicion any more.
      this.#suspect(check, isHeld ? failing : 0, intervalMs, touched);
    }
    for (const [check, verdict] of reverted) {
      if (check.verdict !== 'down') continue;
      this.#damper.forget(check);
      check.verdict = verdict;
      changed.push({ id: check.id, verdict, previous: 'down' });
      touched.add(check);
    }
    return { changed, touched };
  }

  /** The record of a check in use. */
  #find(id: string): KnownCheck | undefined {
    const check = this.#book.find(id);
    return check === undefined || check.spec === null ? undefined : check;
  }

  /** The check is no longer in use. */
  #forget(check: KnownCheck): void {
    check.spec = null;
    check.weight = 0;
    check.verdict = 'unknown';
    check.dissent = 0;
    this.#suspicions.forget(check);
    this.#damper.forget(check);
    this.#guard.forget(check);
    this.#book.settle(check);
  }

  #enter(check: KnownCheck, verdict: CheckState, nowMs: number): void {
    check.verdict = verdict;
    if (verdict === 'down') this.#damper.noteDown(check, nowMs);
    else this.#guard.forget(check);
  }

  #suspect(check: KnownCheck, failing: number, intervalMs: number, touched: Set<KnownCheck>): void {
    if (this.#suspicions.note(check, failing, intervalMs, this.#nowMs)) touched.add(check);
  }

  /** Notes the regions that say down of a check that is not, if there are two at least. */
  #dispute(check: KnownCheck, downRegions: number, touched: Set<KnownCheck>): void {
    // A power of two is one region.
    const dissent = (downRegions & (downRegions - 1)) === 0 ? 0 : downRegions;
    if (check.dissent === dissent) return;
    check.dissent = dissent;
    touched.add(check);
  }

  #weigh(
    check: KnownCheck,
    spec: CheckSpec,
    context: JudgeContext,
  ): { verdict: CheckState; failing: number; isUnanimous: boolean; downRegions: number } {
    const previous = check.verdict;
    const said = context.own?.(check.id);
    if (said !== undefined) {
      const verdict = said === 'unknown' ? previous : said;
      return { verdict, failing: 0, isUnanimous: false, downRegions: 0 };
    }
    const count = this.#ledger.countVotes(check);
    // An agent whose last check failed is no witness for readmission, nor against an agreement that it is part of.
    const isDoubted = previous === 'down' || isAgreedInRound(count);
    const ups = isDoubted ? count.doubtingUps : count.ups;
    const downs = isDoubted ? count.doubtingDowns : count.downs;
    const isTrusted = context.isSettled || isConfirmedTwice(count);
    const mayDown = context.isNormal && isTrusted && isQuorate(ups + downs, context.knownRegions);
    const verdict = endpointVerdict(ups, downs, spec.quorum, previous, mayDown);
    const downRegions = context.isNormal && isTrusted ? count.downRegions : 0;
    return { verdict, failing: count.failing, isUnanimous: isUnanimous(count, context), downRegions };
  }

  /** The checks whose suspicion has ended by itself, or that may be readmitted, since the judge last looked. */
  #passTime(nowMs: number): KnownCheck[] {
    const ended = this.#suspicions.endedBetween(this.#nowMs, nowMs);
    this.#nowMs = nowMs;
    return ended.concat(this.#damper.age(nowMs));
  }
}

/** More than one region says down, and more than one agent after two failures in a row: no accident of the first to be heard. */
function isConfirmedTwice(count: VoteCount): boolean {
  return count.downs > 1 && count.confirmed > 1;
}

/** Every region that is heard says down, or has just seen the check fail. */
function isUnanimous(count: VoteCount, context: JudgeContext): boolean {
  return count.doubtingUps === 0 && count.doubtingDowns >= context.freshRegions;
}
