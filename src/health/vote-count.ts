/**
 * Counts what all agents say of one check, by region: the numbers from which verdicts, suspicions and regional views are made. Pure;
 * owned by the ledger, which knows who is fresh and where everybody stands.
 */

import { AGENTS_MAX } from '../base/limits.ts';
import { regionVote } from './verdict.ts';
import { Voice } from './voice.ts';

/** Voices by the column of their agent; columns beyond the end have said nothing. Not to be kept: a row moves when it grows. */
export type VoteRow = Uint8Array;

/** Every voice on one check, counted; only fresh agents that have something to say. */
export type VoteCount = {
  /** Regions that say up and down. */
  readonly ups: number;
  readonly downs: number;
  /** The same with agents that say up, but whose last check failed, counted as saying down. */
  readonly doubtingUps: number;
  readonly doubtingDowns: number;
  /** The regions that say down by their numbers (`AgentLedger.regionNumbers`), a bit each. */
  readonly downRegions: number;
  /** Agents that say something. */
  readonly agents: number;
  /** Of these, those whose last check failed. */
  readonly failing: number;
  /** And those that say down after two failures in a row or more. */
  readonly confirmed: number;
};

/** An agent: its column in the row of voices, and its region. */
export type Voter = { readonly fresh: boolean; readonly column: number; readonly regionIndex: number };

/** Owner of the scratch of a count: votes by region, of them those in doubt. */
export class VoteCounter {
  readonly #ups = new Int32Array(AGENTS_MAX);
  readonly #downs = new Int32Array(AGENTS_MAX);
  readonly #doubts = new Int32Array(AGENTS_MAX);

  /** The voices in `row` of `voters` in so many `regions`, whose bits `bitOf` knows. */
  count(row: VoteRow, voters: Iterable<Voter>, regions: number, bitOf: (region: number) => number): VoteCount {
    const count = {
      ups: 0,
      downs: 0,
      downRegions: 0,
      doubtingUps: 0,
      doubtingDowns: 0,
      agents: 0,
      failing: 0,
      confirmed: 0,
    };
    for (let region = 0; region < regions; region++) {
      this.#ups[region] = 0;
      this.#downs[region] = 0;
      this.#doubts[region] = 0;
    }
    for (const { fresh, column, regionIndex } of voters) {
      const voice = fresh ? (row[column] ?? Voice.UNKNOWN) : Voice.UNKNOWN;
      if (voice === Voice.UNKNOWN) continue;
      count.agents++;
      if (voice === Voice.UP || voice === Voice.FAILING) this.#ups[regionIndex]!++;
      else this.#downs[regionIndex]!++;
      if (voice === Voice.FAILING) this.#doubts[regionIndex]!++;
      if (voice === Voice.DOWN) count.confirmed++;
      if (voice !== Voice.UP && voice !== Voice.RECOVERING) count.failing++;
    }
    for (let region = 0; region < regions; region++) {
      const ups = this.#ups[region]!;
      const downs = this.#downs[region]!;
      const doubts = this.#doubts[region]!;
      const vote = regionVote(ups, downs);
      if (vote === 'up') count.ups++;
      else if (vote === 'down') {
        count.downs++;
        count.downRegions |= bitOf(region);
      }
      const doubtingVote = regionVote(ups - doubts, downs + doubts);
      if (doubtingVote === 'up') count.doubtingUps++;
      else if (doubtingVote === 'down') count.doubtingDowns++;
    }
    return count;
  }
}
