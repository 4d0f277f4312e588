import { describe, expect, it } from 'vitest';
import { sparkPath } from '../../../src/console/sparkline.ts';

describe('a sparkline', () => {
  it('spans its box', () => expect(sparkPath([0, 10, 5], 90, 20)).toBe('M0 20L45 0L90 10'));

  it('breaks where nothing was measured, and shows a lone point', () => {
    expect(sparkPath([1, null, 2, 2], 90, 20)).toBe('M0 20h0M60 0L90 0');
  });

  it('draws nothing of nothing', () => expect([sparkPath([], 90, 20), sparkPath([null], 90, 20)]).toEqual(['', '']));

  it('keeps a steady line steady', () => {
    expect(sparkPath([100, 101], 90, 20)).toBe('M0 20L90 19');
  });
});
