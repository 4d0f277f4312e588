/**
 * The verdict on every check, from what the ledger has heard: quorum of regions, or the fast path of a suspicion that nearly
 * everybody shares; with a guard against observers at fault and against endpoints that flap. Pure; owned by the health feed, which says when to judge what, and writes what changed into words.
 */

import type { CheckSpec } from '../zone/zone-model.ts';
import type { AgentLedger } from './agent-ledger.ts';
import { type Flap, FlapDamper } from './flap-damping.ts';
import { isQuorate } from './node-mode.ts';
import type { CheckState } from './observation.ts';
import { type DownCandidate, ObserverGuard } from './observer-guard.ts';
import { isAgreedInRound, SuspicionBook } from './suspicion.ts';
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
  readonly touched: ReadonlySet<string>;
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

/** Owner of the verdicts. */
export class CheckJudge {
  readonly #ledger: AgentLedger;
  readonly #verdicts = new Map<string, CheckState>();
  /** Of checks with some. */
  readonly #dissents = new Map<string, number>();
  readonly #suspicions = new SuspicionBook();
  readonly #damper = new FlapDamper();
  readonly #guard = new ObserverGuard();
  #checks: ReadonlyMap<string, CheckSpec> = new Map();
  /** When the judge last looked. */
  #nowMs = 0;

  constructor(ledger: AgentLedger) {
    this.#ledger = ledger;
  }

  /** The checks in use, and the weight of the endpoints behind each; verdicts on others are forgotten. */
  setChecks(checks: ReadonlyMap<string, CheckSpec>, weights: ReadonlyMap<string, number>): void {
    for (const id of this.#checks.keys()) {
      if (checks.has(id)) continue;
      this.#verdicts.delete(id);
      this.#dissents.delete(id);
      this.#suspicions.forget(id);
      this.#damper.forget(id);
    }
    this.#checks = checks;
    this.#guard.setWeights(weights);
  }

  /** Every check in use. */
  get checks(): ReadonlyMap<string, CheckSpec> {
    return this.#checks;
  }

  /** How many checks would be down if the guard against mistaken observers did not wait for every region. */
  get guarded(): number {
    return this.#guard.waitingCount;
  }

  /** Takes over a verdict of an earlier run, if the check is still in use. */
  recall(id: string, verdict: 'up' | 'down'): void {
    if (this.#checks.has(id)) this.#verdicts.set(id, verdict);
  }

  /** An operator lets the endpoints of a check back in, however often it went down; their words are to be written anew. */
  forgive(id: string): void {
    this.#damper.forget(id);
  }

  /** How a check that went down again and again is damped at `nowMs`, or null. */
  flapOf(id: string, nowMs: number): Flap | null {
    return this.#damper.flapOf(id, nowMs);
  }

  /** Every check with a penalty, to be kept over a restart. */
  flaps(nowMs: number): Flap[] {
    return this.#damper.list(nowMs);
  }

  /** Takes over the penalties of an earlier run, `agoMs` old, of checks still in use. */
  recallFlaps(flaps: readonly Flap[], agoMs: number, nowMs: number): void {
    this.#damper.recall(
      flaps.filter(({ check }) => this.#checks.has(check)),
      agoMs,
      nowMs,
    );
  }

  verdictOf(id: string): CheckState {
    return this.#verdicts.get(id) ?? 'unknown';
  }

  standingOf(id: string): CheckStanding {
    const verdict = this.verdictOf(id);
    const isSuspect = this.#suspicions.isSuspect(id, this.#nowMs);
    const spec = this.#checks.get(id);
    const turns = spec === undefined ? 0 : verdict === 'down' ? spec.rise : spec.fall;
    const ttlSeconds = Math.min(TTL_MAX, Math.max(1, Math.round((turns * (spec?.intervalMs ?? 0)) / 1000)));
    const dissent = this.#dissents.get(id) ?? 0;
    return { verdict, isSuspect, isHeldBack: this.#damper.isSuppressed(id), dissent, ttlSeconds };
  }

  /** Judges `ids` anew, and what the passing of time has changed besides. */
  judge(ids: Iterable<string>, context: JudgeContext): Judgement {
    const touched = new Set(this.#passTime(context.nowMs));
    const changed: VerdictChange[] = [];
    const candidates: (DownCandidate & { readonly failing: number })[] = [];
    const set = (id: string, verdict: CheckState, previous: CheckState) => {
      this.#enter(id, verdict, context.nowMs);
      changed.push({ id, verdict, previous });
      touched.add(id);
    };
    for (const named of this.#withWaiting(ids)) {
      const spec = this.#checks.get(named);
      if (!spec) continue;
      // One and the same text from here on: maps find it far sooner than one that was read anew from a message.
      const { id } = spec;
      const previous = this.verdictOf(id);
      const { verdict, failing, isUnanimous, downRegions } = this.#weigh(id, spec, previous, context);
      // A down that is down, or is about to be, or is doubted by the guard, is no region's own affair.
      this.#dispute(id, verdict === 'down' ? 0 : downRegions, touched);
      if (verdict === 'down' && previous !== 'down') {
        candidates.push({ id, previous, intervalMs: spec.intervalMs, isUnanimous, failing });
        continue;
      }
      this.#guard.clear(id);
      if (verdict !== previous && verdict !== 'unknown') set(id, verdict, previous);
      this.#suspect(id, verdict === 'down' ? 0 : failing, spec.intervalMs, touched);
    }
    if (candidates.length === 0) return { changed, touched };
    const isAgreed = (id: string) => !context.own && isUnanimous(this.#ledger.countVotes(id), context);
    const { held, reverted } = this.#guard.review(candidates, isAgreed, context.nowMs);
    for (const { id, previous, intervalMs, failing } of candidates) {
      if (!held.has(id)) set(id, 'down', previous);
      // What is agreed to be down is no suspicion any more.
      this.#suspect(id, held.has(id) ? failing : 0, intervalMs, touched);
    }
    for (const [id, verdict] of reverted) {
      if (this.verdictOf(id) !== 'down') continue;
      this.#damper.forget(id);
      this.#verdicts.set(id, verdict);
      changed.push({ id, verdict, previous: 'down' });
      touched.add(id);
    }
    return { changed, touched };
  }

  #withWaiting(ids: Iterable<string>): Iterable<string> {
    return this.#guard.waitingCount === 0 ? ids : new Set([...ids, ...this.#guard.waiting]);
  }

  #enter(id: string, verdict: CheckState, nowMs: number): void {
    this.#verdicts.set(id, verdict);
    if (verdict === 'down') this.#damper.noteDown(id, nowMs);
    else this.#guard.noteUp(id);
  }

  #suspect(id: string, failing: number, intervalMs: number, touched: Set<string>): void {
    if (this.#suspicions.note(id, failing, intervalMs, this.#nowMs)) touched.add(id);
  }

  /** Notes the regions that say down of a check that is not, if there are two at least. */
  #dispute(id: string, downRegions: number, touched: Set<string>): void {
    // A power of two is one region.
    const dissent = (downRegions & (downRegions - 1)) === 0 ? 0 : downRegions;
    if ((this.#dissents.get(id) ?? 0) === dissent) return;
    if (dissent === 0) this.#dissents.delete(id);
    else this.#dissents.set(id, dissent);
    touched.add(id);
  }

  #weigh(
    id: string,
    spec: CheckSpec,
    previous: CheckState,
    context: JudgeContext,
  ): { verdict: CheckState; failing: number; isUnanimous: boolean; downRegions: number } {
    const said = context.own?.(id);
    if (said !== undefined) {
      const verdict = said === 'unknown' ? previous : said;
      return { verdict, failing: 0, isUnanimous: false, downRegions: 0 };
    }
    const count = this.#ledger.countVotes(id);
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
  #passTime(nowMs: number): string[] {
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
