import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { renderDifference } from '../../../src/cli/zone-diff-view.ts';

const zone = { zone: 'a.', state: 'same', added: [], removed: [], changed: [], weights: [], shifts: [] } as const;
const render = (zones: Parameters<typeof renderDifference>[0]['zones'], same = false) =>
  stripVTControlCharacters(renderDifference({ same, zones, demand: null, notes: ['n\u001b[2J'] }));

it('lists what came, went and changed, and who moves', () => {
  const pools = [{ pool: 'eu', before: 0.5, after: 0.25 }];
  const shifts = [{ name: 'w.a.', type: 'A', movedShare: 0.25, pools }];
  const text = render([
    zone,
    {
      ...zone,
      zone: 'b.',
      state: 'changed',
      added: ['x A'],
      removed: ['y A'],
      changed: ['w A'],
      weights: ['w: 1 -> 2'],
      shifts,
    },
  ]);
  expect(text).toMatch(/^zone b\.\n\+ x A\n- y A\n~ w A\n {2}weight w: 1 -> 2\n\nw\.a\. A: 25\.0 % of clients/);
  expect(text).toMatch(/eu +50\.0 % +25\.0 %/);
});

it('says that there are none, and lets no text move the cursor', () => {
  expect(render([zone], true)).toMatch(/^no differences\nnote: n/);
  expect(renderDifference({ same: true, zones: [], demand: null, notes: ['\u001b[2J'] })).not.toContain('\u001b[2J');
});
