import { describe, expect, it } from 'vitest';
import { mixBits, nextState, previousState, RandomStream } from '../../../src/base/random.ts';
import { chiSquare, chiSquareLimit } from '../../tools/chi-square.ts';

describe('RandomStream', () => {
  it('gives the same sequence for the same seed, and another for the next seed', () => {
    const draw = (seed: number) => Array.from({ length: 8 }, () => new RandomStream(seed)).map((s) => s.nextBits())[0];
    const sequence = (seed: number) => {
      const stream = new RandomStream(seed);
      return Array.from({ length: 8 }, () => stream.nextBits());
    };
    expect(draw(5)).toBe(draw(5));
    expect(sequence(5)).toEqual(sequence(5));
    expect(sequence(5)).not.toEqual(sequence(6));
  });

  it.each([2, 3, 7, 100, 1000])('spreads 10^6 draws below %i evenly', (bound) => {
    const stream = new RandomStream(42);
    const counts = new Array<number>(bound).fill(0);
    for (let i = 0; i < 1_000_000; i++) counts[stream.nextBelow(bound)]!++;
    expect(chiSquare(counts, new Array<number>(bound).fill(1))).toBeLessThan(chiSquareLimit(bound - 1));
  });

  it('has no modulo bias where a plain remainder of 32 bits would', () => {
    // With bound 3 x 2^30, a remainder gives the lowest third twice as often as the others.
    const bound = 3 * 2 ** 30;
    const stream = new RandomStream(7);
    const thirds = [0, 0, 0];
    for (let i = 0; i < 300_000; i++) thirds[Math.floor(stream.nextBelow(bound) / 2 ** 30)]!++;
    expect(chiSquare(thirds, [1, 1, 1])).toBeLessThan(chiSquareLimit(2));
  });

  it('reaches both ends of a range of 2^32', () => {
    const stream = new RandomStream(1);
    let low = 2 ** 32;
    let high = 0;
    for (let i = 0; i < 100_000; i++) {
      const draw = stream.nextBelow(2 ** 32);
      low = Math.min(low, draw);
      high = Math.max(high, draw);
    }
    expect(low).toBeLessThan(2 ** 32 / 10_000);
    expect(high).toBeGreaterThan(2 ** 32 - 2 ** 32 / 10_000);
  });

  it('seeds that follow one another start unrelated draws', () => {
    // Each query's seed is the worker's previous state plus a constant.
    let seed = 1;
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 160_000; i++) {
      seed = nextState(seed);
      counts[mixBits(nextState(seed)) >>> 28]!++;
    }
    expect(chiSquare(counts, new Array<number>(16).fill(1))).toBeLessThan(chiSquareLimit(15));
  });
});

describe('previousState', () => {
  it('goes back where nextState came from', () => {
    for (const state of [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 0x12345678])
      expect(previousState(nextState(state))).toBe(state);
  });
});
