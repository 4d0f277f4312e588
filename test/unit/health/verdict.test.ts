import { describe, expect, it } from 'vitest';
import { endpointVerdict, regionVote } from '../../../src/health/verdict.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';

describe('the vote of a region', () => {
  it('is the majority of its agents, and an abstention when they are even or silent', () => {
    expect(regionVote(2, 1)).toBe('up');
    expect(regionVote(1, 2)).toBe('down');
    expect(regionVote(1, 1)).toBe('unknown');
    expect(regionVote(0, 0)).toBe('unknown');
  });
});

describe('the verdict', () => {
  const verdict = (ups: number, downs: number, quorum: CheckSpec['quorum']) =>
    endpointVerdict(ups, downs, quorum, 'unknown', true);

  it.each<[CheckSpec['quorum'], number, number, string]>([
    ['majority', 3, 2, 'up'],
    ['majority', 2, 3, 'down'],
    ['majority', 0, 1, 'down'],
    ['any', 4, 1, 'down'],
    ['any', 5, 0, 'up'],
    ['all', 1, 4, 'up'],
    ['all', 0, 5, 'down'],
    [0.5, 2, 2, 'down'],
    [0.5, 3, 2, 'up'],
    [0.6667, 1, 2, 'down'],
    [0.6667, 2, 1, 'up'],
    [1, 1, 4, 'up'],
    [0.01, 4, 1, 'down'],
    [0.01, 5, 0, 'up'],
  ])('with quorum %s of %i up and %i down is %s', (quorum, ups, downs, expected) => {
    expect(verdict(ups, downs, quorum)).toBe(expected);
  });

  it('stays as it was on an even split of a majority', () => {
    for (const previous of ['unknown', 'up', 'down'] as const)
      expect(endpointVerdict(2, 2, 'majority', previous, true)).toBe(previous);
  });

  it('stays as it was without any vote: absence is never down, and never up', () => {
    for (const previous of ['unknown', 'up', 'down'] as const)
      for (const quorum of ['majority', 'any', 'all', 0.5] as const)
        expect(endpointVerdict(0, 0, quorum, previous, true)).toBe(previous);
  });

  it('does not become down while that is forbidden, but stays down, and comes up', () => {
    expect(endpointVerdict(0, 3, 'majority', 'up', false)).toBe('up');
    expect(endpointVerdict(0, 3, 'majority', 'unknown', false)).toBe('unknown');
    expect(endpointVerdict(0, 3, 'majority', 'down', false)).toBe('down');
    expect(endpointVerdict(3, 0, 'majority', 'down', false)).toBe('up');
  });
});
