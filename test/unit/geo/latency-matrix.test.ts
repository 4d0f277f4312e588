import { describe, expect, it } from 'vitest';
import { LatencyMatrix } from '../../../src/geo/latency-matrix.ts';
import type { Location } from '../../../src/geo/location.ts';
import { regionAt } from '../../tools/model-zone.ts';

const at = (code: string, network?: string): Location => {
  const [continent = null, country = null, province = null] = code === '' ? [] : code.split('-');
  const point = { latitude: null, longitude: null, region: null, origin: 'mmdb' as const };
  return { continent, country, province, ...point, ...(network === undefined ? {} : { network }) };
};
const LOCATIONS = [
  null,
  at('EU-DE'),
  at('EU-DE-BE'),
  at('EU-FR'),
  at('AS-JP'),
  at(''),
  at('AS-JP', '10.0.0.0/8'),
  at('EU-FR', '10.1.0.0/16'),
  at('EU-FR', '192.0.2.0/24'),
];
const row = (from: string, ms: number) => ({ from, ms, count: 20 });
const matrix = new LatencyMatrix(LOCATIONS, [
  {
    ...regionAt('dublin', 53, -6),
    roundTrips: [row('EU', 40), row('EU-DE', 30), row('EU-DE-BE', 20), row('10.0.0.0/8', 5)],
  },
  { ...regionAt('tokyo', 36, 140), roundTrips: [row('10.1.0.0/16', 9)] },
  regionAt('virginia', 39, -77),
]);

describe('what is known by class', () => {
  it('goes by the longest network, then by the narrowest place', () => {
    const of = (region: string) => LOCATIONS.map((_, place) => matrix.rowAt(place, region)?.from ?? null);
    expect(of('dublin')).toEqual([
      null,
      'EU-DE',
      'EU-DE-BE',
      'EU',
      null,
      null,
      '10.0.0.0/8',
      // Told apart for Tokyo's sake; the wider network's row holds all the same.
      '10.0.0.0/8',
      'EU',
    ]);
    expect(of('tokyo')).toEqual([null, null, null, null, null, null, null, '10.1.0.0/16', null]);
    expect(of('virginia').every((each) => each === null)).toBe(true);
  });

  it('corrects the columns of its region alone', () => {
    const column = () => Float64Array.from(LOCATIONS, (_, i) => (i === 1 ? 50 : Number.NaN));
    const corrected = column();
    matrix.correct(corrected, 'dublin');
    expect([...corrected]).toEqual([Number.NaN, 40, 20, 40, Number.NaN, Number.NaN, 5, 5, 40]);
    const untouched = column();
    matrix.correct(untouched, 'virginia');
    expect(untouched).toEqual(column());
  });
});
