import { describe, expect, it } from 'vitest';
import { distanceKm } from '../../../src/geo/nearness.ts';

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
