import { describe, expect, it } from 'vitest';
import { OverrideBook } from '../../../src/health/override-book.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { shift } from '../../tools/override.ts';

const WALL = 1_790_000_000_000;
const HOUR = 3_600_000;
const eu = endpointSpec('192.0.2.1', { region: 'eu-west', pool: 'eu' });
const us = endpointSpec('192.0.2.2', { region: 'us-east', pool: 'us' });

describe('the shifts of a node', () => {
  it('are those of the newest version; the smallest factor counts', () => {
    const book = new OverrideBook();
    expect(book.shiftOf(eu)).toBeNull();
    const half = shift('half', { factor: 0.5 });
    const fifth = shift('fifth', { scope: 'pool', target: 'eu', factor: 0.2 });
    expect(book.take([half, fifth], 2, 0, WALL)).toEqual({ added: [half, fifth], removed: [], isBehind: false });
    expect([book.shiftOf(eu), book.shiftOf(us)]).toEqual([0.2, null]);
    expect(book.take([half], 3, 1, WALL)).toEqual({ added: [], removed: [fifth], isBehind: false });
    expect(book.shiftOf(eu)).toBe(0.5);
  });

  it('outlive a store that was emptied or is old, and what was taken back stays away', () => {
    const book = new OverrideBook();
    const [one, two] = [shift('one'), shift('two')];
    book.take([one, two], 5, 0, WALL);
    expect(book.take([], 0, 1, WALL)).toEqual({ added: [], removed: [], isBehind: true });
    expect(book.list(0)).toHaveLength(2);
    book.take([one], 6, 2, WALL);
    expect(book.take([one, two], 7, 3, WALL).added).toEqual([]);
    book.age(HOUR);
    expect(book.list(HOUR)).toEqual([]);
  });

  it("end by the node's own clock, however far the maker's is off, and never last longer than meant", () => {
    const book = new OverrideBook();
    book.take([shift('one')], 1, 1_000, WALL - 10 * HOUR);
    expect(book.age(1_000 + HOUR - 1)).toEqual([]);
    expect(book.age(1_000 + HOUR).map(({ id }) => id)).toEqual(['one']);
    expect(book.shiftOf(eu)).toBeNull();
    const late = new OverrideBook();
    expect(late.take([shift('one')], 1, 0, WALL + HOUR).added).toEqual([]);
    late.take([shift('two')], 2, 0, WALL + HOUR - 5);
    expect(late.list(0)[0]?.leftMs).toBe(5);
  });

  it('count down over a restart', () => {
    const book = new OverrideBook();
    book.take([shift('one'), shift('two', { expiresMs: WALL + 60_000 })], 4, 0, WALL);
    const next = new OverrideBook();
    next.recall(book.list(10_000), 4, 60_000, 500);
    expect(next.version).toBe(4);
    expect(next.list(500)).toEqual([{ override: shift('one'), leftMs: HOUR - 70_000 }]);
  });

  it('of which one only lets endpoints back in moves no weight', () => {
    const book = new OverrideBook();
    book.take([shift('one', { isResume: true })], 1, 0, WALL);
    expect(book.shiftOf(eu)).toBeNull();
  });
});
