import { describe, expect, it } from 'vitest';
import type { Location } from '../../../src/geo/location.ts';
import { RegionDistances } from '../../../src/geo/region-distances.ts';
import { regionAt } from '../../tools/model-zone.ts';

const at = (latitude: number | null, longitude: number | null): Location => ({
  continent: 'EU',
  country: null,
  province: null,
  latitude,
  longitude,
  region: null,
  origin: 'mmdb',
});

describe('RegionDistances', () => {
  const distances = new RegionDistances([null, at(51.5, -0.12), at(null, null)], [regionAt('paris', 48.85, 2.35)]);

  it('are kilometres by location class, and nothing where a place has no coordinates', () => {
    const km = distances.to('paris')!;
    expect(km[1]).toBeGreaterThan(335);
    expect(km[1]).toBeLessThan(350);
    expect([km[0], km[2]]).toEqual([Number.NaN, Number.NaN]);
  });

  it('are worked out once', () => {
    expect(distances.to('paris')).toBe(distances.to('paris'));
  });

  it('do not exist to a region that nobody has placed', () => {
    expect(distances.to('atlantis')).toBeNull();
  });
});
