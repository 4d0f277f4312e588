import { describe, expect, it } from 'vitest';
import { DEFAULT_LATENCY_LINE } from '../../../src/geo/latency-line.ts';
import { LatencyBook } from '../../../src/health/latency-book.ts';

const at = (region: string, ms: number, deviationMs = 0) => ({ region, ms, deviationMs });
const all = () => true;

function book(): LatencyBook {
  const made = new LatencyBook();
  made.note('a', [at('eu', 20), at('us', 90)], 0);
  made.note('b', [at('us', 5)], 0);
  return made;
}

describe('LatencyBook', () => {
  it('gives what is measured by check and region', () => {
    const { regions, checks, line } = book().facts(DEFAULT_LATENCY_LINE);
    expect(line).toBe(DEFAULT_LATENCY_LINE);
    expect(regions).toEqual(['eu', 'us']);
    expect([...checks]).toEqual([
      ['a', Float64Array.of(20, 90)],
      ['b', Float64Array.of(Number.NaN, 5)],
    ]);
  });

  it('keeps a measurement for ten minutes after it was last heard, and no longer', () => {
    const kept = book();
    kept.note('a', [at('eu', 21)], 1_000);
    kept.forget(600_000, all, all);
    expect(kept.facts(DEFAULT_LATENCY_LINE).regions).toEqual(['eu', 'us']);
    kept.forget(600_001, all, all);
    expect(kept.facts(DEFAULT_LATENCY_LINE)).toMatchObject({
      regions: ['eu'],
      checks: new Map([['a', Float64Array.of(21)]]),
    });
  });

  it('forgets checks and regions that nobody asks about', () => {
    const kept = book();
    kept.forget(
      0,
      (check) => check === 'a',
      (region) => region === 'us',
    );
    expect(kept.facts(DEFAULT_LATENCY_LINE)).toMatchObject({
      regions: ['us'],
      checks: new Map([['a', Float64Array.of(90)]]),
    });
  });

  it.each<[string, string, ReturnType<typeof at>, boolean]>([
    ['the same', 'a', at('eu', 20), false],
    ['a millisecond', 'a', at('eu', 21), false],
    ['two of twenty', 'a', at('eu', 22), true],
    ['four of ninety', 'a', at('us', 94), false],
    ['five of ninety', 'a', at('us', 95), true],
    ['less than it scatters', 'a', at('us', 99, 10), false],
    ['another region', 'b', at('eu', 50), true],
    ['another check', 'c', at('eu', 50), true],
  ])('takes %s for news or not', (_, check, measured, isNews) => {
    const changed = book();
    const facts = changed.facts(DEFAULT_LATENCY_LINE);
    expect(changed.isNewsTo(facts)).toBe(false);
    changed.note(check, [measured], 1);
    expect(changed.isNewsTo(facts)).toBe(isNews);
  });

  it('takes it for news that something is not measured any more', () => {
    const changed = book();
    const facts = changed.facts(DEFAULT_LATENCY_LINE);
    changed.forget(0, all, (region) => region === 'us');
    expect(changed.isNewsTo(facts)).toBe(true);
  });
});
