import { describe, expect, it } from 'vitest';
import { fillOf, paintRegions, REGION_COLOURS } from '../../../src/console/region-palette.ts';

describe('the palette', () => {
  it('gives a region the same paint whatever comes before it', () => {
    expect(paintRegions(['us', 'eu', 'ap', 'eu'])).toEqual(paintRegions(['ap', 'eu', 'us']));
  });

  it('paints twice as many regions as there are colours, each in its own way', () => {
    const regions = Array.from({ length: 2 * REGION_COLOURS }, (_, i) => `r${String(i).padStart(2, '0')}`);
    const fills = [...paintRegions(regions).values()].map(fillOf);
    expect(new Set(fills).size).toBe(2 * REGION_COLOURS);
    expect(fills[REGION_COLOURS]).toContain('hatch');
  });

  it('leaves land that nobody serves as land', () => expect(fillOf(undefined)).toBe('var(--land)'));
});
