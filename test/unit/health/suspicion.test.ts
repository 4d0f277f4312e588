import { describe, expect, it } from 'vitest';
import { isAgreedInRound, isSuspect, type Suspected, SuspicionBook } from '../../../src/health/suspicion.ts';

describe('agreement in one round', () => {
  it.each([
    ['four of five, one confirmed', 5, 4, 1, true],
    ['all of five', 5, 5, 2, true],
    ['four of five, none confirmed', 5, 4, 0, false],
    ['three of five', 5, 3, 3, false],
    ['three of four', 4, 3, 1, false],
    ['eight of ten', 10, 8, 1, true],
    ['one alone', 1, 1, 1, true],
    ['one of two', 2, 1, 1, false],
    ['nobody', 0, 0, 0, false],
  ])('%s', (_, agents, failing, confirmed, agreed) => {
    expect(isAgreedInRound({ agents, failing, confirmed })).toBe(agreed);
  });
});

const unheard = (): Suspected => ({ suspicion: null });

describe('a suspicion', () => {
  it('begins with the first failure and ends with the last', () => {
    const [book, x] = [new SuspicionBook(), unheard()];
    expect(isSuspect(x, 0)).toBe(false);
    expect(book.note(x, 1, 5_000, 100)).toBe(true);
    expect(isSuspect(x, 100)).toBe(true);
    expect(book.note(x, 1, 5_000, 200)).toBe(false);
    expect(book.note(x, 0, 5_000, 300)).toBe(true);
    expect(isSuspect(x, 300)).toBe(false);
    expect(book.note(x, 0, 5_000, 400)).toBe(false);
  });

  it('that nobody joins ends after two intervals, and does not begin again by itself', () => {
    const [book, x] = [new SuspicionBook(), unheard()];
    book.note(x, 1, 5_000, 0);
    expect(book.endedBetween(0, 9_999)).toEqual([]);
    expect(isSuspect(x, 9_999)).toBe(true);
    expect(book.endedBetween(9_999, 10_000)).toEqual([x]);
    expect(book.endedBetween(10_000, 20_000)).toEqual([]);
    expect(book.note(x, 1, 5_000, 20_000)).toBe(false);
    expect(isSuspect(x, 20_000)).toBe(false);
    expect(book.note(x, 0, 5_000, 20_100)).toBe(false);
  });

  it('is renewed by one more failing agent, and by the same one after a success', () => {
    const [book, x] = [new SuspicionBook(), unheard()];
    book.note(x, 1, 5_000, 0);
    expect(book.note(x, 2, 5_000, 30_000)).toBe(true);
    expect(isSuspect(x, 39_999)).toBe(true);
    book.note(x, 1, 5_000, 31_000);
    expect(book.note(x, 2, 5_000, 32_000)).toBe(false);
    expect(isSuspect(x, 41_999)).toBe(true);
    book.forget(x);
    expect(isSuspect(x, 32_000)).toBe(false);
  });
});
