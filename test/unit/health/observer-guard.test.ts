import { describe, expect, it } from 'vitest';
import { type DownCandidate, ObserverGuard } from '../../../src/health/observer-guard.ts';

const yes = () => true;
const no = () => false;

function guardOf(weights: Record<string, number>): ObserverGuard {
  const guard = new ObserverGuard();
  guard.setWeights(new Map(Object.entries(weights)));
  return guard;
}

function falling(id: string, isUnanimous = false): DownCandidate {
  return { id, previous: 'up', intervalMs: 5_000, isUnanimous };
}

describe('the guard', () => {
  it('lets half of the weight go down by a majority, not more', () => {
    const guard = guardOf({ a: 1, b: 1, c: 1, d: 1 });
    expect(guard.review([falling('a'), falling('b')], no, 0).held.size).toBe(0);
    const { held, reverted } = guard.review([falling('c')], no, 1_000);
    expect([...held]).toEqual(['c']);
    expect([...reverted]).toEqual([
      ['a', 'up'],
      ['b', 'up'],
    ]);
    expect([...guard.waiting]).toEqual(['c', 'a', 'b']);
    expect(guard.review([falling('a')], no, 2_000).held.size).toBe(1);
  });

  it('lets everything go down that every region says is down', () => {
    const guard = guardOf({ a: 1, b: 1, c: 1 });
    const review = guard.review([falling('a', true), falling('b', true), falling('c', true)], yes, 0);
    expect([review.held.size, review.reverted.size]).toEqual([0, 0]);
  });

  it('counts weight and not endpoints, within two intervals', () => {
    const guard = guardOf({ big: 10, a: 1, b: 1, c: 1 });
    expect(guard.review([falling('a'), falling('b'), falling('c')], no, 0).held.size).toBe(0);
    expect(guard.review([falling('big')], no, 9_999).held.size).toBe(1);
    const later = guardOf({ a: 1, b: 1, c: 1 });
    later.review([falling('a')], no, 0);
    expect(later.review([falling('b')], no, 10_000).held.size).toBe(0);
  });

  it('does not let all the others go when one of those that wait recovers', () => {
    const guard = guardOf({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 });
    const four = ['a', 'b', 'c', 'd'].map((id) => falling(id));
    expect(guard.review(four, no, 0).held.size).toBe(4);
    guard.clear('d');
    expect(guard.review(four.slice(0, 3), no, 100).held.size).toBe(3);
    guard.clear('c');
    expect(guard.review(four.slice(0, 2), no, 200).held.size).toBe(2);
    guard.clear('b');
    expect(guard.review(four.slice(0, 1), no, 300).held.size).toBe(0);
    // It is remembered as one that went down a moment ago.
    expect(
      guard
        .review(
          ['b', 'c', 'd'].map((id) => falling(id)),
          no,
          400,
        )
        .reverted.has('a'),
    ).toBe(true);
  });

  it('is silent about the only endpoint there is', () => {
    expect(guardOf({ a: 1 }).review([falling('a')], no, 0).held.size).toBe(0);
  });

  it('gives way after a minute, for good', () => {
    const guard = guardOf({ a: 1, b: 1 });
    const both = [falling('a'), falling('b')];
    expect(guard.review(both, no, 0).held.size).toBe(2);
    expect(guard.review(both, no, 59_999).held.size).toBe(2);
    expect(guard.review([falling('a')], no, 60_000).held.size).toBe(0);
    const { held, reverted } = guard.review([falling('b')], no, 60_500);
    expect([held.size, reverted.size]).toEqual([0, 0]);
  });

  it('forgets who is no longer about to go down, who is up, and who is gone', () => {
    const guard = guardOf({ a: 1, b: 1, c: 1 });
    guard.review([falling('a'), falling('b')], no, 0);
    guard.clear('a');
    expect(guard.waitingCount).toBe(1);
    guard.setWeights(new Map([['a', 1]]));
    expect(guard.waitingCount).toBe(0);
    const up = guardOf({ a: 1, b: 1, c: 1 });
    up.review([falling('a')], no, 0);
    up.noteUp('a');
    expect(up.review([falling('b')], no, 0).held.size).toBe(0);
  });
});
