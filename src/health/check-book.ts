/**
 * Everything that a node knows of one check, in one place: what its agents say of it, the verdict, and the doubts and penalties
 * beside it. A report is looked up by the text of its id once; from there on everybody goes by the record, and when 10,000
 * endpoints go down at once their checks' texts are not looked up again at each step.
 *
 * Who changes what: `agent-ledger.ts` the reports and voices, `check-judge.ts` the verdict and what belongs to it.
 */

import type { CheckSpec } from '../zone/zone-model.ts';
import type { Penalized, Penalty } from './flap-damping.ts';
import type { CheckState } from './observation.ts';
import type { Fall, Falling } from './observer-guard.ts';
import type { AgentReport } from './report.ts';
import type { Suspected, Suspicion } from './suspicion.ts';
import { Voice, voiceOf } from './voice.ts';
import type { VoteRow } from './vote-count.ts';

/** Columns of a new row; doubled when an agent beyond them speaks. */
const COLUMNS_AT_FIRST = 32;
const NOBODY: VoteRow = new Uint8Array(0);

/** What is known of one check. */
export class KnownCheck implements Suspected, Penalized, Falling {
  /** `CheckSpec.id`. */
  readonly id: string;
  /** Null: no zone file has it, only agents speak of it. */
  spec: CheckSpec | null = null;
  /** Of its endpoints, over all records. */
  weight = 0;
  verdict: CheckState = 'unknown';
  /** The regions that say down although the verdict is another, a bit each; 0: fewer than two. */
  dissent = 0;
  suspicion: Suspicion | null = null;
  penalty: Penalty | null = null;
  fall: Fall | null = null;
  heldSinceMs: number | null = null;
  /** The round in which the judge last looked at it. */
  judgedRound = 0;
  /** The check that came after it in the message of an agent that was heard last. */
  next: KnownCheck | null = null;
  #voices = NOBODY;
  /** By the column of their agent. */
  readonly #reports: (AgentReport | undefined)[] = [];
  #reportCount = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** What everybody says. An octet each: a count over 20 agents takes no look at their reports. */
  get voices(): VoteRow {
    return this.#voices;
  }

  /** The last report of the agent in `column`. */
  reportOf(column: number): AgentReport | undefined {
    return this.#reports[column];
  }

  /** The agent in `column` reports this, or `undefined`: nothing any more. True if its voice is another than before. */
  hear(column: number, report: AgentReport | undefined): boolean {
    this.#reportCount += Number(report !== undefined) - Number(this.#reports[column] !== undefined);
    this.#reports[column] = report;
    const voice = voiceOf(report);
    if ((this.#voices[column] ?? Voice.UNKNOWN) === voice) return false;
    if (column >= this.#voices.length) this.#widen(column);
    this.#voices[column] = voice;
    return true;
  }

  /** True while a zone file has it or an agent reports on it. */
  get isOfUse(): boolean {
    return this.spec !== null || this.#reportCount > 0;
  }

  #widen(column: number): void {
    const wider = new Uint8Array(Math.max(COLUMNS_AT_FIRST, this.#voices.length * 2, column + 1));
    wider.set(this.#voices);
    this.#voices = wider;
  }
}

/** Owner of the records; those of no use are not kept. */
export class CheckBook {
  readonly #checks = new Map<string, KnownCheck>();

  /** What is known of the check `id`, if anything. */
  find(id: string): KnownCheck | undefined {
    return this.#checks.get(id);
  }

  /**
   * The same in a message, where the check `before` was named just before it: agents name their checks in one order, and to compare a
   * text that is new takes less than to look it up.
   */
  findNext(id: string, before: KnownCheck | null): KnownCheck | undefined {
    const likely = before?.next;
    return likely?.id === id && likely.isOfUse ? likely : this.#checks.get(id);
  }

  /** The record of the check `id`, a new one if need be; whoever opens one makes it of use. */
  open(id: string): KnownCheck {
    let check = this.#checks.get(id);
    if (check === undefined) {
      check = new KnownCheck(id);
      this.#checks.set(id, check);
    }
    return check;
  }

  /** Forgets the record if it is of no use any more. */
  settle(check: KnownCheck): void {
    if (check.isOfUse) return;
    this.#checks.delete(check.id);
    check.next = null;
  }

  /** How many checks something is known of. */
  get size(): number {
    return this.#checks.size;
  }
}
