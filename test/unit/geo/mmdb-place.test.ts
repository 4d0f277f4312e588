import { Reader } from 'mmdb-lib';
import { describe, expect, it } from 'vitest';
import type { Place } from '../../../src/geo/location-classes.ts';
import { MmdbData } from '../../../src/geo/mmdb-data.ts';
import { placeOfRecord } from '../../../src/geo/mmdb-place.ts';
import { type MmdbValue, writeMmdb } from '../../tools/mmdb-writer.ts';

/** The place in a record, written and read again. */
function placeOf(record: MmdbValue): Place {
  const file = writeMmdb({ ipVersion: 4, networks: [{ prefix: '128.0.0.0/1', record }] });
  // What another reader makes of the file is what was meant.
  expect(new Reader<never>(Buffer.from(file)).get('200.0.0.1')).toEqual(record);
  const tree = 6;
  const data = new MmdbData(file.subarray(tree + 16));
  const right = (file[3]! << 16) | (file[4]! << 8) | file[5]!;
  const offset = right - 1 - 16;
  data.verify(offset);
  return placeOfRecord(data, offset);
}

const NOWHERE: Place = { continent: null, country: null, province: null, latitude: null, longitude: null };

describe('placeOfRecord', () => {
  it('reads MaxMind records', () => {
    const record = {
      city: { names: { en: 'Oxford' } },
      continent: { code: 'EU' },
      country: { iso_code: 'GB' },
      subdivisions: [{ iso_code: 'ENG' }, { iso_code: 'OXF' }],
      location: { latitude: 51.75, longitude: -1.25 },
    };
    expect(placeOf(record)).toEqual({
      continent: 'EU',
      country: 'GB',
      province: 'ENG',
      latitude: 51.75,
      longitude: -1.25,
    });
  });

  it('reads DB-IP records, whose provinces have names only', () => {
    const record = { country: { iso_code: 'US' }, subdivisions: [{ names: { en: 'California' } }] };
    expect(placeOf(record)).toMatchObject({ country: 'US', province: 'CA' });
  });

  it('reads flat records', () => {
    expect(placeOf({ country: 'DE', region: 'Bavaria', lat: '48.1', lng: '11.6' })).toEqual({
      continent: null,
      country: 'DE',
      province: null,
      latitude: 48.1,
      longitude: 11.6,
    });
    expect(placeOf({ countryCode: 'us', region_code: 'ny', latitude: 40, lon: -74 })).toMatchObject({
      country: 'US',
      province: 'NY',
      latitude: 40,
      longitude: -74,
    });
    expect(placeOf({ continent_code: 'AF' })).toMatchObject({ continent: 'AF', country: null });
  });

  it('takes fields of another form for absent', () => {
    for (const record of [
      'text',
      [1, 2],
      {},
      { country: 7 },
      { country: 'Germany' },
      { country: { iso_code: 'DEU' } },
      { country: [], subdivisions: {}, location: 'x' },
      { location: { latitude: 100, longitude: 0 } },
      { location: { latitude: 10 } },
      { lat: '1e1', lng: '2' },
      { lat: 0, lng: 0 },
      { registered_country: { iso_code: 'AU' } },
      { continent: { code: 'XX' } },
    ] as MmdbValue[]) {
      expect([record, placeOf(record)]).toEqual([record, NOWHERE]);
    }
  });
});
