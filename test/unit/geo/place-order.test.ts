import { describe, expect, it } from 'vitest';
import { PlaceOrder, tieLimit } from '../../../src/geo/place-order.ts';
import type { NearTie } from '../../../src/zone/zone-model.ts';

const BAND = { ratio: 0.1, marginMs: 5 };

/** Pools 3, 4, 5 … at these milliseconds, in one place. */
function orderOf(ms: readonly number[], nearTie: NearTie | null = null, depth = 64): PlaceOrder {
  const columns = ms.map((cost) => Float64Array.of(cost));
  const pools = ms.map((_, i) => i + 3);
  return new PlaceOrder(
    { pools, columns, factors: new Float64Array(ms.length).fill(1), unitsPerMs: 1 },
    nearTie,
    null,
    depth,
  );
}

function ranked(order: PlaceOrder): { pools: number[]; ties: number } {
  return { pools: [...order.pools.subarray(0, order.count)], ties: order.ties };
}

/** Whether 3, 4, 5, the first `ties` of them equals, may stay at these costs. */
const stays = (ms: readonly number[], ties: number, nearTie: NearTie | null = null) =>
  orderOf(ms, nearTie).stands(0, Int32Array.of(3, 4, 5), 0, 3, ties);

describe('tieLimit', () => {
  it('is the best itself without a band, else ratio and margin over it, in the unit of the costs', () => {
    expect(tieLimit(700, null, 50)).toBe(700);
    expect(tieLimit(700, BAND, 50)).toBeCloseTo(1020);
    expect(tieLimit(100, BAND, 1)).toBeCloseTo(115);
  });
});

describe('the order for a place', () => {
  it('is by cost, equals at the head and in file order, unknown costs left out', () => {
    const order = orderOf([40, 30, Number.NaN, 32, 90], BAND);
    expect(order.rank(0)).toBe(true);
    expect(ranked(order)).toEqual({ pools: [4, 6, 3, 7], ties: 2 });
    expect(orderOf([Number.NaN]).rank(0)).toBe(false);
  });

  it('keeps the cheapest where there are more than it may hold', () => {
    const order = orderOf([5, 4, 3, 2, 1], null, 2);
    order.rank(0);
    expect(ranked(order)).toEqual({ pools: [7, 6], ties: 1 });
  });

  it('stands until another is better by the bonus than the one that serves', () => {
    expect(stays([30, 25.1, 90], 1)).toBe(true);
    expect(stays([30, 24.9, 90], 1)).toBe(false);
    expect(stays([200, 181, 400], 1)).toBe(true);
    expect(stays([200, 179, 400], 1)).toBe(false);
  });

  it('keeps the set of equals until one is clearly in the band, or clearly out', () => {
    // In from 32.5 = 1.1 x (30 - 5) + 5; out from 43 = 1.1 x 30 + 5 + 5.
    expect(stays([30, 33, 90], 1, BAND)).toBe(true);
    expect(stays([30, 32, 90], 1, BAND)).toBe(false);
    expect(stays([30, 42.9, 90], 2, BAND)).toBe(true);
    expect(stays([30, 43.1, 90], 2, BAND)).toBe(false);
  });

  it('stands behind the head until a pool there is better by the bonus than one before it', () => {
    expect(stays([30, 60, 55], 1)).toBe(true);
    expect(stays([30, 60, 53], 1)).toBe(false);
  });

  it('does not stand with pools that have come or gone', () => {
    expect(orderOf([30, 40]).stands(0, Int32Array.of(3, 4, 5), 0, 3, 1)).toBe(false);
    expect(stays([30, Number.NaN, 50], 1)).toBe(false);
  });

  it('lets in what is now cheaper than all that were kept', () => {
    const isKept = (ms: readonly number[]) => orderOf(ms, null, 2).stands(0, Int32Array.of(3, 4), 0, 2, 1);
    expect(isKept([30, 40, 38])).toBe(true);
    expect(isKept([30, 40, 31])).toBe(false);
  });

  it('after another gives the bonus to those that serve, and says whether others do now', () => {
    const held = Int32Array.of(3, 4, 5);
    const order = orderOf([30, 26, 10]);
    order.rankAfter(0, held, 0, 1);
    expect(ranked(order)).toEqual({ pools: [5, 4, 3], ties: 1 });
    expect(order.isHeadOther(held, 0, 1)).toBe(true);
    const same = orderOf([30, 26, 90]);
    same.rankAfter(0, held, 0, 1);
    expect(ranked(same)).toEqual({ pools: [3, 4, 5], ties: 1 });
    expect(same.isHeadOther(held, 0, 1)).toBe(false);
    // And the next place is ranked without it.
    same.rank(0);
    expect(ranked(same).pools).toEqual([4, 3, 5]);
  });
});
