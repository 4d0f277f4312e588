import { describe, expect, it } from 'vitest';
import type { Location } from '../../../src/geo/location.ts';
import { distanceKm, nearestRegion } from '../../../src/geo/nearness.ts';
import type { Region } from '../../../src/geo/region.ts';

function region(name: string, latitude: number, longitude: number): Region {
  return { name, label: name, latitude, longitude, country: null, province: null };
}

function location(latitude: number | null, longitude: number | null): Location {
  return { continent: null, country: null, province: null, latitude, longitude, region: null, origin: 'networks' };
}

describe('distanceKm', () => {
  it.each([
    ['Paris to New York', 48.8566, 2.3522, 40.7128, -74.006, 5837],
    ['London to Sydney', 51.5074, -0.1278, -33.8688, 151.2093, 16994],
    ['over the date line', 0, 179.5, 0, -179.5, 111.2],
    ['pole to pole', 90, 0, -90, 77, 20015],
    ['antipodes on the equator', 0, 0, 0, 180, 20015],
    ['nowhere', 52.5, 13.4, 52.5, 13.4, 0],
  ])('%s', (_name, latitudeA, longitudeA, latitudeB, longitudeB, expected) => {
    const distance = distanceKm(latitudeA, longitudeA, latitudeB, longitudeB);
    expect(Math.abs(distance - expected)).toBeLessThan(Math.max(1, expected * 0.001));
    expect(distanceKm(latitudeB, longitudeB, latitudeA, longitudeA)).toBeCloseTo(distance, 6);
  });
});

describe('nearestRegion', () => {
  const regions = [region('us', 38.9, -77), region('eu', 53.35, -6.26), region('eu-2', 53.35, -6.26)];

  it('finds the nearest, the first of equals', () => {
    expect(nearestRegion(location(48.8, 2.3), regions)?.region.name).toBe('eu');
    expect(nearestRegion(location(40.7, -74), regions)?.region.name).toBe('us');
  });

  it('knows nothing of an unknown place', () => {
    expect(nearestRegion(null, regions)).toBeNull();
    expect(nearestRegion(location(null, null), regions)).toBeNull();
    expect(nearestRegion(location(1, 1), [])).toBeNull();
  });

  it('takes latitude 0, longitude 0 for a place like any other', () => {
    expect(nearestRegion(location(0, 0), regions)?.region.name).toBe('eu');
  });
});
