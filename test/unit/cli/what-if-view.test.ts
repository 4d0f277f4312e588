import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderWhatIf, tellExcess, type WhatIfView } from '../../../src/cli/what-if-view.ts';
import { compareGround, wordsOfNothing } from '../../../src/decision/what-if-report.ts';
import { wordsWithout } from '../../../src/health/planned-words.ts';
import { groundOf, poolIn } from '../../tools/what-if-world.ts';

function viewOf(hasCapacity: boolean): WhatIfView {
  const pools = {
    eu: poolIn('dublin', 1, 80, 120),
    us: poolIn('virginia', 2, 80, 120),
  };
  const bare = { eu: { ...pools.eu, capacity: undefined }, us: { ...pools.us, capacity: undefined } };
  const ground = groundOf([
    {
      name: 'www',
      pools: hasCapacity ? pools : (bare as unknown as typeof pools),
      rules: [{ pool: 'eu' }],
      steering: { method: 'nearest' },
    },
  ]);
  const before = wordsOfNothing(ground);
  const after = wordsWithout(before, ground.endpoints, new Set(['dublin']));
  const comparison = compareGround(ground, { before, after }, null);
  return {
    ok: comparison.over.length === 0,
    demand: { source: 'ipv4-addresses', file: null, geo: 'test', total: 65_536, notFound: 0 },
    change: { down: ['dublin'], weights: [], biases: [] },
    health: 'files',
    ...comparison,
    notes: ['a note\u001b[2J'],
  };
}

describe('the text of a what-if', () => {
  it('says first what changes, who is over, and how much farther clients go', () => {
    const lines = stripVTControlCharacters(renderWhatIf(viewOf(true))).split('\n');
    expect(lines[0]).toBe('what if: dublin down');
    expect(lines[1]).toBe('OVER: us (virginia) of www.example. A would have 160 conn, 40 (33.3 %) over its max of 120');
    expect(lines[2]).toMatch(/^75\.0 % of clients get another endpoint; farther by \d+ km \(~\d+ ms\) in the mean, /);
    const row = lines.find((line) => line.startsWith('us ')) ?? expect.fail('no row');
    expect(row.split(/\s{2,}/)).toEqual([
      'us',
      'virginia',
      '25.0 %',
      '100.0 %',
      '40 -> 160',
      '80',
      '120 conn',
      'OVER by 40',
    ]);
  });

  it('does not praise what nobody has stated', () => {
    expect(renderWhatIf(viewOf(false))).toMatch(/no pool states a capacity/);
  });

  it('lets no text reach the terminal as a control sequence', () => {
    expect(renderWhatIf(viewOf(true))).not.toContain('\u001b[2J');
  });

  it('names a pool without its region where they are called the same', () => {
    const [excess] = viewOf(true).over;
    expect(tellExcess({ ...excess!, region: 'us' })).toMatch(/^us of www/);
  });
});
