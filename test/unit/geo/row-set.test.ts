import { describe, expect, it } from 'vitest';
import { RowSet } from '../../../src/geo/row-set.ts';
import { WALK_WORDS } from '../../../src/zone/zone-image.ts';

describe('RowSet', () => {
  it('gives equal rows one number, in the order in which they came, over ten thousand of them', () => {
    const rows = new RowSet(3);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 10_000; i++) expect(rows.intern([i, i >> 3, 9], 2, 1, -1, 0)).toBe(i);
    }
    expect(rows.poolsOf(4_242)).toEqual({ pools: Int32Array.of(4_242, 530), ties: 1 });
    expect(rows.pack().length).toBe(1 + 10_000 * (WALK_WORDS + 3));
  });

  it('tells apart rows that differ in anything but what is beyond their end', () => {
    const rows = new RowSet(2);
    const numbers = [
      rows.intern([1, 2], 2, 1, -1, 0),
      rows.intern([1, 2], 1, 1, -1, 0),
      rows.intern([1, 2], 2, 2, -1, 0),
      rows.intern([1, 2], 2, 1, 3, 0),
      rows.intern([1, 2], 2, 1, -1, 1),
      rows.intern([1, 7], 1, 1, -1, 0),
    ];
    expect(numbers).toEqual([0, 1, 2, 3, 4, 1]);
  });
});
