import { describe, expect, it } from 'vitest';
import { GeoImageError } from '../../../src/geo/geo-image.ts';
import { LocationClasses, PackedClasses, type Place } from '../../../src/geo/location-classes.ts';

function place(
  country: string | null,
  province: string | null,
  latitude: number | null,
  longitude: number | null,
): Place {
  return { continent: null, country, province, latitude, longitude };
}

describe('LocationClasses', () => {
  it('makes one class of places in one half-degree cell, at their mean', () => {
    const classes = new LocationClasses();
    const first = classes.intern(place('DE', 'BE', 52.5, 13.1), 'mmdb');
    expect(classes.intern(place('DE', 'BE', 52.7, 13.3), 'mmdb')).toBe(first);
    expect(classes.intern(place('DE', 'BE', 52.4, 13.3), 'mmdb')).not.toBe(first);
    expect(classes.intern(place('DE', 'BB', 52.7, 13.3), 'mmdb')).not.toBe(first);
    expect(classes.intern(place('DE', 'BE', 52.5, 13.1), 'geoip-lite')).not.toBe(first);
    const [words, names] = classes.pack() as [Uint32Array, Uint32Array];
    const location = new PackedClasses(words, names).at(first);
    expect(location).toMatchObject({ continent: 'EU', country: 'DE', province: 'BE', origin: 'mmdb' });
    expect(location?.latitude).toBeCloseTo(52.6, 6);
    expect(location?.longitude).toBeCloseTo(13.2, 6);
  });

  it('keeps negative coordinates, and tells none from zero', () => {
    const classes = new LocationClasses();
    const ids = [
      classes.intern(place('BR', 'SP', -23.5, -46.6), 'mmdb'),
      classes.intern(place('BR', null, null, null), 'mmdb'),
      classes.internExact({ ...place(null, null, 0, 0), region: 'null-island', origin: 'networks' }),
    ];
    const [words, names] = classes.pack() as [Uint32Array, Uint32Array];
    const [sao, unlocated, island] = ids.map((id) => new PackedClasses(words, names).at(id));
    expect(sao).toMatchObject({ latitude: -23.5, longitude: -46.6 });
    expect(unlocated).toMatchObject({ continent: 'SA', latitude: null, longitude: null });
    expect(island).toMatchObject({ latitude: 0, longitude: 0, region: 'null-island' });
  });

  it('takes the continent from the country, whatever the database says', () => {
    const classes = new LocationClasses();
    const cyprus = classes.intern({ ...place('CY', null, null, null), continent: 'EU' }, 'mmdb');
    const europe = classes.intern({ ...place(null, null, null, null), continent: 'EU' }, 'mmdb');
    const [words, names] = classes.pack() as [Uint32Array, Uint32Array];
    const locations = new PackedClasses(words, names).all;
    expect(locations[cyprus]).toMatchObject({ continent: 'AS', country: 'CY' });
    expect(locations[europe]).toMatchObject({ continent: 'EU', country: null });
  });

  it('gives no class to a place that says nothing', () => {
    expect(new LocationClasses().intern(place(null, null, null, null), 'mmdb')).toBe(-1);
  });
});

describe('packed classes', () => {
  it('refuse words that make no classes', () => {
    const names = Uint32Array.of(2, 0x5d5b);
    const all = (words: Uint32Array, section = names) => new PackedClasses(words, section).all;
    expect(all(new Uint32Array(14))).toEqual([null, null]);
    expect(() => all(new Uint32Array(13))).toThrow(GeoImageError);
    for (const [at, value] of [
      [19, 9],
      [18, 1],
      [20, 1],
    ] as const) {
      expect(() => all(Uint32Array.from({ length: 21 }, (_, i) => (i === at ? value : 0)))).toThrow(GeoImageError);
    }
    expect(() => all(new Uint32Array(14), Uint32Array.of(9, 0))).toThrow(GeoImageError);
    expect(() => all(new Uint32Array(14), Uint32Array.of(1, 0x5b))).toThrow(GeoImageError);
  });

  it('are the same one by one, and none beyond their number', () => {
    const classes = new LocationClasses();
    classes.intern(place('DE', 'BE', 52.5, 13.1), 'mmdb');
    classes.internExact({ ...place(null, null, 0, 0), region: 'null-island', origin: 'networks' });
    const [words, names] = classes.pack() as [Uint32Array, Uint32Array];
    const packed = new PackedClasses(words, names);
    const one = [-1, 0, 1, 2, 3, 4].map((id) => packed.at(id));
    expect(one).toEqual([null, ...packed.all, null]);
  });
});
