import { describe, expect, it } from 'vitest';
import { duration, heldTable, more, shareTable, shiftTable } from '../../../src/cli/share-view.ts';
import type { EndpointShare, PoolShare } from '../../../src/server/node-status.ts';

const endpoint: EndpointShare = {
  key: 'k',
  value: '192.0.2.1',
  weight: 4,
  configuredShare: 0.4,
  effectiveWeight: 0.4,
  effectiveShare: 0.0625,
  answers: 12,
  answeredShare: 0.12,
};
const pool: PoolShare = {
  zone: 'a.',
  name: 'www.a.',
  type: 'A',
  pool: 'eu',
  region: null,
  configuredShare: null,
  answers: 100,
  answeredShare: 1,
  endpoints: [endpoint],
};

describe('the tables of where answers go', () => {
  it('show what was answered beside what is configured and what weighs now', () => {
    const [, first, second] = shareTable([pool]).split('\n');
    expect(first).toMatch(/^www\.a\. A eu +- +100 +100\.0 %$/);
    expect(second).toMatch(/^ {2}192\.0\.2\.1 +40\.0 % +0\.4 of 4 +6\.3 % +12 +12\.0 %$/);
  });

  it('put the pool that was answered most first, and say when rows are left out', () => {
    const pools = Array.from({ length: 150 }, (_, i) => ({ ...pool, pool: `p${i}`, answers: i }));
    const text = shareTable(pools);
    expect(text.indexOf('p149 ')).toBeLessThan(text.indexOf('p148 '));
    expect(text).toContain('… and 100 more; --json lists all');
    expect(more(0)).toBe('');
  });

  it('list shifts with what is left of them', () => {
    const shift = { id: 'ab12', scope: 'region', target: 'eu-west', factor: 0, by: 'ann', reason: 'kernel' };
    expect(shiftTable([{ ...shift, isResume: false, leftSeconds: 7_000 }])).toMatch(
      /ab12 +region eu-west +0 +117 min +ann +kernel/,
    );
    expect(shiftTable([{ ...shift, isResume: true, leftSeconds: 60 }])).toMatch(/eu-west +resume +60 s/);
  });

  it('list who is kept out without being down, and what would let them back', () => {
    const held = { key: 'k', name: 'www.a.', type: 'A', pool: 'eu', value: '192.0.2.1' };
    const text = heldTable([
      { ...held, cause: 'manual_resume', sinceSeconds: 600, penalty: 0, untilSeconds: null },
      { ...held, cause: 'flapping', sinceSeconds: null, penalty: 2_410, untilSeconds: 505 },
    ]);
    expect(text).toMatch(/www\.a\. A eu 192\.0\.2\.1 +an operator \(shift add --resume\) +10 min/);
    expect(text).toMatch(/quiet after its flaps \(penalty 2410, 8 min left\) +-$/m);
  });

  it('tell times in one unit', () => {
    expect([3, 700, 18_000, 800_000].map(duration)).toEqual(['3 s', '12 min', '5 h', '9 d']);
  });
});
