import { describe, expect, it } from 'vitest';
import { type DownCandidate, type Falling, ObserverGuard } from '../../../src/health/observer-guard.ts';

const yes = () => true;
const no = () => false;

type Check = Falling & { readonly id: string };
type Candidate = DownCandidate<Check>;

/** A guard over checks of these weights, and ways to speak of them by their ids. */
function guardOf(weights: Record<string, number>) {
  const guard = new ObserverGuard<Check>();
  const checks = new Map<string, Check>();
  for (const [id, weight] of Object.entries(weights)) checks.set(id, { id, weight, fall: null, heldSinceMs: null });
  guard.setTotal(Object.values(weights).reduce((sum, weight) => sum + weight, 0));
  const check = (id: string) => checks.get(id)!;
  const falling = (id: string, isUnanimous = false): Candidate => {
    return { check: check(id), previous: 'up', intervalMs: 5_000, isUnanimous };
  };
  const review = (ids: readonly string[], isAgreed: () => boolean, nowMs: number, isUnanimous = false) => {
    const { held, reverted } = guard.review(
      ids.map((id) => falling(id, isUnanimous)),
      isAgreed,
      nowMs,
    );
    return { held: Array.from(held, ({ id }) => id), reverted: Array.from(reverted, ([{ id }, was]) => [id, was]) };
  };
  return { guard, check, review, waiting: () => Array.from(guard.waiting, ({ id }) => id) };
}

describe('the guard', () => {
  it('lets half of the weight go down by a majority, not more', () => {
    const { review, waiting } = guardOf({ a: 1, b: 1, c: 1, d: 1 });
    expect(review(['a', 'b'], no, 0).held).toEqual([]);
    const { held, reverted } = review(['c'], no, 1_000);
    expect(held).toEqual(['c']);
    expect(reverted).toEqual([
      ['a', 'up'],
      ['b', 'up'],
    ]);
    expect(waiting()).toEqual(['c', 'a', 'b']);
    expect(review(['a'], no, 2_000).held).toHaveLength(1);
  });

  it('lets everything go down that every region says is down', () => {
    const { review } = guardOf({ a: 1, b: 1, c: 1 });
    expect(review(['a', 'b', 'c'], yes, 0, true)).toEqual({ held: [], reverted: [] });
  });

  it('counts weight and not endpoints, within two intervals', () => {
    const { review } = guardOf({ big: 10, a: 1, b: 1, c: 1 });
    expect(review(['a', 'b', 'c'], no, 0).held).toEqual([]);
    expect(review(['big'], no, 9_999).held).toHaveLength(1);
    const later = guardOf({ a: 1, b: 1, c: 1 });
    later.review(['a'], no, 0);
    expect(later.review(['b'], no, 10_000).held).toEqual([]);
  });

  it('counts each check once, be it fallen, waiting, about to fall, or all of these', () => {
    const { review } = guardOf({ a: 1, b: 1, c: 1, d: 1, e: 1 });
    review(['a'], no, 0);
    expect(review(['a', 'b'], no, 1).held).toEqual([]);
    expect(review(['a', 'c'], no, 2).held).toEqual(['a', 'c']);
    // Three of five wait; two of them are a quarter and more, as long as they are not counted twice.
    expect(review(['a', 'b', 'c'], no, 3).held).toHaveLength(3);
  });

  it('does not let all the others go when one of those that wait recovers', () => {
    const { guard, check, review } = guardOf({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 });
    expect(review(['a', 'b', 'c', 'd'], no, 0).held).toHaveLength(4);
    guard.clear(check('d'));
    expect(review(['a', 'b', 'c'], no, 100).held).toHaveLength(3);
    guard.clear(check('c'));
    expect(review(['a', 'b'], no, 200).held).toHaveLength(2);
    guard.clear(check('b'));
    expect(review(['a'], no, 300).held).toEqual([]);
    // It is remembered as one that went down a moment ago.
    expect(review(['b', 'c', 'd'], no, 400).reverted).toContainEqual(['a', 'up']);
  });

  it('is silent about the only endpoint there is', () => {
    expect(guardOf({ a: 1 }).review(['a'], no, 0).held).toEqual([]);
  });

  it('gives way after a minute, for good', () => {
    const { review } = guardOf({ a: 1, b: 1 });
    expect(review(['a', 'b'], no, 0).held).toHaveLength(2);
    expect(review(['a', 'b'], no, 59_999).held).toHaveLength(2);
    expect(review(['a'], no, 60_000).held).toEqual([]);
    expect(review(['b'], no, 60_500)).toEqual({ held: [], reverted: [] });
  });

  it('forgets who is no longer about to go down, who is up, and who is gone', () => {
    const { guard, check, review } = guardOf({ a: 1, b: 1, c: 1 });
    review(['a', 'b'], no, 0);
    guard.clear(check('a'));
    expect(guard.waitingCount).toBe(1);
    guard.forget(check('b'));
    expect(guard.waitingCount).toBe(0);
    const up = guardOf({ a: 1, b: 1, c: 1 });
    up.review(['a'], no, 0);
    up.guard.forget(up.check('a'));
    expect(up.review(['b'], no, 0).held).toEqual([]);
  });
});
