import { expect, it } from 'vitest';
import { nodeNotes } from '../../../src/console/cluster-notes.ts';

type Node = Parameters<typeof nodeNotes>[0];

const NODE: Node = {
  ...{ node: 'ns1', boot: 'b', seq: 1, version: '1.0.0', mode: 'NORMAL', modeReason: null, modeHeldMs: 1, uptimeMs: 1 },
  ...{ listen: [], zones: 2, checksUp: 3, checksDown: 0, checksUnknown: 0, downChecks: [], unknownChecks: [] },
  ...{ regionsFresh: 3, regionsKnown: 3 },
};

it('says nothing of a node that agrees with the others, or is alone', () => {
  expect(nodeNotes(NODE, [NODE])).toEqual([]);
  expect(nodeNotes(NODE, [NODE, { ...NODE, downChecks: [] }, { ...NODE, zones: 1 }])).toEqual([]);
});

it('tells in what a node differs from most', () => {
  const odd = { ...NODE, version: '0.9.0', zones: 1, downChecks: ['a'] };
  expect(nodeNotes(odd, [NODE, NODE, odd])).toEqual([
    'most run 1.0.0',
    'most serve 2 zones',
    'sees other checks down than most',
  ]);
});

it('takes no side where there is no majority, and minds no order', () => {
  const other = { ...NODE, version: '0.9.0' };
  expect(nodeNotes(other, [NODE, other])).toEqual([]);
  const [ab, ba] = [
    { ...NODE, downChecks: ['a', 'b'] },
    { ...NODE, downChecks: ['b', 'a'] },
  ];
  expect(nodeNotes(ab, [ab, ba, ba])).toEqual([]);
});
