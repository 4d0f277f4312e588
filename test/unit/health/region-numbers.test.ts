import { describe, expect, it } from 'vitest';
import { REGION_NUMBERS_MAX } from '../../../src/base/limits.ts';
import { RegionNumbers } from '../../../src/health/region-numbers.ts';

describe('the numbers of regions', () => {
  it('stay while regions come and go, and are used again', () => {
    const numbers = new RegionNumbers();
    numbers.follow(['a', 'b', 'c']);
    numbers.follow(['c', 'a']);
    numbers.follow(['d', 'c', 'e', 'a']);
    expect([0, 1, 2, 3].map((index) => numbers.bitAt(index))).toEqual([0b10, 0b100, 0b1000, 0b1]);
    expect(numbers.of(['a', 'c', 'z'])).toEqual([
      { region: 'a', number: 0 },
      { region: 'c', number: 2 },
    ]);
  });

  it('are as many as a word has bits; further regions have none', () => {
    const numbers = new RegionNumbers();
    const regions = Array.from({ length: REGION_NUMBERS_MAX + 2 }, (_, i) => `r${i}`);
    numbers.follow(regions);
    expect(numbers.of(regions)).toHaveLength(REGION_NUMBERS_MAX);
    expect(numbers.bitAt(REGION_NUMBERS_MAX - 1)).toBeGreaterThan(0);
    expect(numbers.bitAt(REGION_NUMBERS_MAX)).toBe(0);
    expect(numbers.bitAt(1_000)).toBe(0);
  });
});
