import { describe, expect, it } from 'vitest';
import type { Location } from '../../../src/geo/location.ts';
import { PlaceFinder, parsePlaceText, placeText } from '../../../src/geo/place-code.ts';

function at(code: string, latitude: number | null = null, longitude: number | null = null): Location {
  const [continent = null, country = null, province = null] = code === '' ? [] : code.split('-');
  return { continent, country, province, latitude, longitude, region: null, origin: 'mmdb' };
}

const CLASSES = [
  null,
  null,
  at('EU-DE', 52.52, 13.405),
  at('EU-DE', 48.137, 11.575),
  at('NA-US-CA', 34.05, -118.24),
  at('NA-US', null, null),
  at('', -33.9, 18.4),
  at('AF-ZA'),
];
const finder = new PlaceFinder(CLASSES);
const find = (text: string) => finder.find(parsePlaceText(text) ?? expect.fail(text));

describe('the text of a place', () => {
  it('is a geo code and, where known, coordinates', () => {
    expect(CLASSES.map((place) => placeText(place))).toEqual([
      'unknown',
      'unknown',
      'EU-DE@+52.520+013.405',
      'EU-DE@+48.137+011.575',
      'NA-US-CA@+34.050-118.240',
      'NA-US',
      '@-33.900+018.400',
      'AF-ZA',
    ]);
  });

  it('leads back to its own class', () => {
    for (const [id, place] of CLASSES.entries()) if (place !== null) expect(find(placeText(place))).toContain(id);
    expect(find('EU-DE@+48.137+011.575')).toEqual([3]);
    expect(find('@-33.900+018.400')).toEqual([6]);
    expect(find('unknown')).toEqual([0]);
  });

  it('means everything inside it when it is coarse, and the nearest when the data has no such point', () => {
    expect(find('EU')).toEqual([2, 3]);
    expect(find('NA-US')).toEqual([4, 5]);
    expect(find('EU-DE@+53.600+010.000')).toEqual([2]);
    // Nobody of the country has coordinates.
    expect(find('AF-ZA@-33.900+018.400')).toEqual([7]);
    expect(find('EU-FR')).toEqual([]);
  });

  it.each([
    '',
    'DE',
    'EU-',
    'eu-de',
    'EU-DEU',
    'EU-DE@',
    'EU-DE@52.5+13.4',
    'EU-DE@+91.0+013.4',
    'EU-DE@+52.5+181.0',
    'x',
  ])('is refused when it is none: %s', (text) => {
    if (text === 'DE') expect(find(text)).toEqual([]);
    else expect(parsePlaceText(text)).toBeNull();
  });
});
