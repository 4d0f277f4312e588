/**
 * The health of every endpoint, one 32-bit word each, in shared memory: written by the health feed on the control thread,
 * read by every worker at every steered query, without lock or message.
 *
 *   bit  0-1   verdict: 0 unknown, 1 up, 2 down
 *   bit  2     barred: may not be answered (down, drained, held back after flaps)
 *   bit  3     suspect: a check failed and the regions have not agreed yet
 *   bit  4     shifted: an operator's override is in force
 *   bit  5     last good: among the endpoints of its record that were the last to be healthy
 *   bit  6     blind: the node knows nothing of any endpoint (mode BLIND); answers carry at least two
 *   bit  7     disputed: two regions or more say down where the world does not; which, says the endpoint's second word
 *   bit  8-15  shortest useful TTL in seconds, 0 for none (adaptive TTL)
 *   bit 16-26  factor on the configured weight in 1/1024, 0..1024 (ramp and overrides)
 *
 * Behind the words of all slots stands a second word for each: the numbers of the agent regions that say down, a bit each, while
 * they dispute the verdict. It is read only where bit 7 says so.
 *
 * A word of {@link UNKNOWN_WORD} is "unknown, served at full weight", which is also what a slot holds before its first
 * verdict: missing data never takes an endpoint out.
 */

import { ENDPOINT_SLOTS_MAX } from '../base/limits.ts';

/** Full weight. */
export const FACTOR_ONE = 1024;

/** What a word's verdict bits hold. */
export const Verdict = { UNKNOWN: 0, UP: 1, DOWN: 2 } as const;
export type VerdictCode = (typeof Verdict)[keyof typeof Verdict];

const BARRED_BIT = 1 << 2;
const SUSPECT_BIT = 1 << 3;
const SHIFTED_BIT = 1 << 4;
const LAST_GOOD_BIT = 1 << 5;
const BLIND_BIT = 1 << 6;
const DISPUTED_BIT = 1 << 7;
const TTL_SHIFT = 8;
const FACTOR_SHIFT = 16;

/** Nothing known: served at full weight. */
export const UNKNOWN_WORD = FACTOR_ONE << FACTOR_SHIFT;

/** One endpoint's health, unpacked. */
export type HealthState = {
  readonly verdict: VerdictCode;
  readonly barred: boolean;
  readonly suspect: boolean;
  readonly shifted: boolean;
  readonly lastGood: boolean;
  readonly blind: boolean;
  readonly disputed: boolean;
  /** Seconds, 0..255; 0: no wish. */
  readonly ttlSeconds: number;
  /** 0..FACTOR_ONE. */
  readonly factor: number;
};

/** The words, over a SharedArrayBuffer that every worker maps. */
export type HealthTable = Int32Array<SharedArrayBuffer>;

/** A table of `slots` endpoints, all unknown. */
export function createHealthTable(slots: number = ENDPOINT_SLOTS_MAX): HealthTable {
  return new Int32Array(new SharedArrayBuffer(slots * 8)).fill(UNKNOWN_WORD, 0, slots);
}

/** How many endpoints `table` has room for. */
export function slotCountOf(table: HealthTable): number {
  return table.length >>> 1;
}

/** The word of `state`; fields are not checked. */
export function packHealth(state: HealthState): number {
  return (
    state.verdict |
    (state.barred ? BARRED_BIT : 0) |
    (state.suspect ? SUSPECT_BIT : 0) |
    (state.shifted ? SHIFTED_BIT : 0) |
    (state.lastGood ? LAST_GOOD_BIT : 0) |
    (state.blind ? BLIND_BIT : 0) |
    (state.disputed ? DISPUTED_BIT : 0) |
    (state.ttlSeconds << TTL_SHIFT) |
    (state.factor << FACTOR_SHIFT)
  );
}

/** What `word` says. For traces and tests: it allocates. */
export function unpackHealth(word: number): HealthState {
  return {
    verdict: (word & 3) as VerdictCode,
    barred: (word & BARRED_BIT) !== 0,
    suspect: (word & SUSPECT_BIT) !== 0,
    shifted: (word & SHIFTED_BIT) !== 0,
    lastGood: (word & LAST_GOOD_BIT) !== 0,
    blind: (word & BLIND_BIT) !== 0,
    disputed: (word & DISPUTED_BIT) !== 0,
    ttlSeconds: (word >>> TTL_SHIFT) & 255,
    factor: (word >>> FACTOR_SHIFT) & 2047,
  };
}

/** True if an endpoint that obeys its health may be answered. */
export function isEligibleWord(word: number): boolean {
  return (word & BARRED_BIT) === 0;
}

/** True if some regions say down that the world does not believe; {@link dissentOf} says which. */
export function isDisputedWord(word: number): boolean {
  return (word & DISPUTED_BIT) !== 0;
}

/** The regions that say that the endpoint in `slot` is down, by their numbers, a bit each; of a disputed word. */
export function dissentOf(table: HealthTable, slot: number): number {
  return table[(table.length >>> 1) + slot]!;
}

/** Writes what {@link dissentOf} reads; before the word that sends readers there. */
export function storeDissent(table: HealthTable, slot: number, regions: number): void {
  const at = (table.length >>> 1) + slot;
  // Nobody else writes, and hardly any word is disputed.
  if (table[at] !== regions) Atomics.store(table, at, regions);
}

/** The weight factor of `word`, 0..FACTOR_ONE. */
export function factorOfWord(word: number): number {
  return (word >>> FACTOR_SHIFT) & 2047;
}

/** The shortest TTL that an answer with this endpoint should have, in seconds; 0: no wish. */
export function ttlOfWord(word: number): number {
  return (word >>> TTL_SHIFT) & 255;
}

/** True if nothing is known of the endpoint, nor of any other (mode BLIND). */
export function isBlindWord(word: number): boolean {
  return (word & BLIND_BIT) !== 0;
}

/** True if the endpoint was among the last healthy ones of its record (`all_down: last_good`). */
export function isLastGoodWord(word: number): boolean {
  return (word & LAST_GOOD_BIT) !== 0;
}
