import { describe, expect, it } from 'vitest';
import {
  createHealthTable,
  dissentOf,
  FACTOR_ONE,
  factorOfWord,
  isBlindWord,
  isDisputedWord,
  isEligibleWord,
  isLastGoodWord,
  packHealth,
  slotCountOf,
  storeDissent,
  UNKNOWN_WORD,
  unpackHealth,
  Verdict,
} from '../../../src/health/health-table.ts';

const plain = {
  disputed: false,
  verdict: Verdict.UP,
  barred: false,
  suspect: false,
  shifted: false,
  lastGood: false,
  blind: false,
  ttlSeconds: 0,
  factor: FACTOR_ONE,
};

describe('a health word', () => {
  it('unpacks to what was packed, every field by itself', () => {
    const states = [
      plain,
      { ...plain, verdict: Verdict.DOWN },
      { ...plain, barred: true },
      { ...plain, suspect: true },
      { ...plain, shifted: true },
      { ...plain, lastGood: true },
      { ...plain, blind: true },
      { ...plain, disputed: true },
      { ...plain, ttlSeconds: 255 },
      { ...plain, factor: 0 },
      {
        verdict: Verdict.DOWN,
        barred: true,
        suspect: true,
        shifted: true,
        lastGood: true,
        blind: true,
        disputed: true,
        ttlSeconds: 255,
        factor: 1,
      },
    ];
    for (const state of states) expect(unpackHealth(packHealth(state))).toEqual(state);
    expect(new Set(states.map(packHealth)).size).toBe(states.length);
  });

  it('is answered unless barred, whatever the verdict', () => {
    expect(isEligibleWord(packHealth({ ...plain, verdict: Verdict.DOWN }))).toBe(true);
    expect(isEligibleWord(packHealth({ ...plain, barred: true }))).toBe(false);
  });

  it('tells its factor and the last good', () => {
    expect(factorOfWord(packHealth({ ...plain, factor: 512, ttlSeconds: 255 }))).toBe(512);
    expect(isLastGoodWord(packHealth({ ...plain, lastGood: true }))).toBe(true);
    expect([true, false].map((blind) => isBlindWord(packHealth({ ...plain, blind })))).toEqual([true, false]);
    expect(isLastGoodWord(packHealth({ ...plain, shifted: true, suspect: true, barred: true }))).toBe(false);
  });
});

describe('a new table', () => {
  it('says of every endpoint: unknown, served at full weight', () => {
    const table = createHealthTable(3);
    expect([...table.subarray(0, slotCountOf(table))]).toEqual([UNKNOWN_WORD, UNKNOWN_WORD, UNKNOWN_WORD]);
    expect(unpackHealth(UNKNOWN_WORD)).toEqual({ ...plain, verdict: Verdict.UNKNOWN });
    expect(isEligibleWord(UNKNOWN_WORD)).toBe(true);
    expect(isDisputedWord(UNKNOWN_WORD)).toBe(false);
  });

  it('keeps beside each word which regions dispute it', () => {
    const table = createHealthTable(3);
    storeDissent(table, 2, 0b101);
    table[2] = packHealth({ ...plain, disputed: true });
    expect([isDisputedWord(table[2]!), dissentOf(table, 2), dissentOf(table, 0)]).toEqual([true, 0b101, 0]);
    expect([slotCountOf(table), table[0], table[1]]).toEqual([3, UNKNOWN_WORD, UNKNOWN_WORD]);
  });
});
