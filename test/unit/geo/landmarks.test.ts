import { describe, expect, it } from 'vitest';
import { Landmarks, roundTripBy } from '../../../src/geo/landmarks.ts';
import { roundTripOver } from '../../../src/geo/latency-line.ts';
import type { Location } from '../../../src/geo/location.ts';
import { distanceKm } from '../../../src/geo/nearness.ts';
import { RegionDistances } from '../../../src/geo/region-distances.ts';
import { regionAt } from '../../tools/model-zone.ts';

const REGIONS = [
  regionAt('dublin', 53.35, -6.26),
  regionAt('frankfurt', 50.11, 8.68),
  regionAt('madrid', 40.4, -3.7),
  regionAt('virginia', 38.9, -77.4),
];
const NAMES = REGIONS.map(({ name }) => name);
const LINE = { baseMs: 5, msPerKm: 0.02 };
const london = { latitude: 51.5, longitude: -0.12 } as Location;
const tokyo = { latitude: 35.7, longitude: 139.7 } as Location;

function predict(place: Location | null, measured: readonly number[], names: readonly string[] = NAMES) {
  const distances = new RegionDistances([place], REGIONS);
  const landmarks = new Landmarks(1, names, distances);
  const into = new Float64Array(1);
  const row = Float64Array.from(measured);
  const offsets = row.map((ms, i) => roundTripBy(LINE, 0, ms, distances.between(names[i]!, 'virginia')));
  landmarks.fill(into, distances.to('virginia')!, offsets, LINE);
  return { ms: into[0]!, used: landmarks.usedAt(0, row).map(({ column }) => names[column]) };
}

const fromLondon = distanceKm(51.5, -0.12, 38.9, -77.4);

describe('landmarks', () => {
  it('predict the mean over the three nearest of what they measure and how much farther the client is, the nearer the heavier', () => {
    const { ms, used } = predict(london, [90, 110, 120, 3]);
    expect(used).toEqual(['dublin', 'frankfurt', 'madrid']);
    let [sum, weights] = [0, 0];
    for (const [i, measured] of [90, 110, 120].entries()) {
      const { latitude, longitude } = REGIONS[i]!;
      const weight = 1 / (distanceKm(51.5, -0.12, latitude, longitude) + 200) ** 2;
      sum += weight * (measured + 0.02 * (fromLondon - distanceKm(latitude, longitude, 38.9, -77.4)));
      weights += weight;
    }
    expect(ms).toBeCloseTo(sum / weights, 9);
  });

  it('predict what is measured where the client is', () => {
    expect(predict({ latitude: 53.35, longitude: -6.26 } as Location, [81, Number.NaN, Number.NaN, 3]).ms).toBeCloseTo(
      81,
      9,
    );
  });

  it('never predict less than light takes', () => {
    expect(predict(london, [1, 1, 1, 1]).ms).toBeCloseTo(0.01 * fromLondon, 9);
  });

  it('that have not measured are passed over for the next', () => {
    expect(predict(london, [Number.NaN, 160, Number.NaN, 3]).used).toEqual(['frankfurt']);
  });

  it('farther than 3000 km, or of a region that nobody has placed, say nothing: the line stands', () => {
    const direct = roundTripOver(LINE, distanceKm(35.7, 139.7, 38.9, -77.4));
    expect(predict(tokyo, [150, 160, 170, 3])).toEqual({ ms: direct, used: [] });
    expect(predict(london, [1_000], ['atlantis']).used).toEqual([]);
  });

  it('of a place that is not known predict nothing', () => {
    expect(predict(null, [150, 160, 170, 3]).ms).toBeNaN();
  });

  it('beyond the eight nearest are not kept', () => {
    const many = Array.from({ length: 40 }, (_, i) => regionAt(`r${i}`, 51.5, ((39 - i) / 40) * 10));
    const landmarks = new Landmarks(
      1,
      many.map(({ name }) => name),
      new RegionDistances([london], many),
    );
    const all = landmarks.usedAt(0, new Float64Array(40).fill(1));
    expect(all.map(({ column }) => column)).toEqual([39, 38, 37]);
    const last = new Float64Array(40).fill(Number.NaN);
    last[31] = 1;
    expect(landmarks.usedAt(0, last)).toEqual([]);
  });
});
