/**
 * What a record of an MMDB file says about a place, in the forms that are about: MaxMind's nested maps (GeoLite2, GeoIP2, DB-IP) and
 * flat ones (IPinfo, ip-location-db). A field of an unexpected form counts as absent; only a place that is really said is used.
 *
 * `registered_country` is not read: it says where a network was registered, and an anycast or satellite network that MaxMind places
 * nowhere is better unknown than in the wrong continent.
 */

import type { Place } from './location-classes.ts';
import type { MmdbData } from './mmdb-data.ts';
import { provinceOfName } from './province-names.ts';

/** The place in the verified record at `offset`. */
export function placeOfRecord(data: MmdbData, offset: number): Place {
  const country = countryOf(data, offset);
  const point = pointOf(data, offset);
  return {
    continent: continentOf(data, offset),
    country,
    province: country === null ? null : provinceOf(data, offset, country),
    latitude: point === null ? null : point.latitude,
    longitude: point === null ? null : point.longitude,
  };
}

function countryOf(data: MmdbData, record: number): string | null {
  const country = data.find(record, 'country');
  const texts = [
    data.text(data.find(country, 'iso_code')),
    data.text(data.find(record, 'country_code')),
    data.text(data.find(record, 'countryCode')),
    data.text(country),
  ];
  return firstCode(texts, 2);
}

function continentOf(data: MmdbData, record: number): string | null {
  const continent = data.find(record, 'continent');
  const texts = [
    data.text(data.find(continent, 'code')),
    data.text(data.find(record, 'continent_code')),
    data.text(continent),
  ];
  const code = firstCode(texts, 2);
  return code !== null && /^(AF|AN|AS|EU|NA|OC|SA)$/.test(code) ? code : null;
}

function provinceOf(data: MmdbData, record: number, country: string): string | null {
  const subdivision = data.first(data.find(record, 'subdivisions'));
  const code = firstCode(
    [data.text(data.find(subdivision, 'iso_code')), data.text(data.find(record, 'region_code'))],
    3,
  );
  if (code !== null) return code;
  // Files without codes name the province in English; only the names of the US and Canada steer anything.
  for (const at of [
    data.find(data.find(subdivision, 'names'), 'en'),
    data.find(record, 'region'),
    data.find(record, 'state1'),
  ]) {
    const name = data.text(at);
    const province = name === null ? null : provinceOfName(country, name);
    if (province !== null) return province;
  }
  return null;
}

function pointOf(data: MmdbData, record: number): { latitude: number; longitude: number } | null {
  const location = data.find(record, 'location');
  const latitude = degreesOf(
    data,
    [data.find(location, 'latitude'), data.find(record, 'latitude'), data.find(record, 'lat')],
    90,
  );
  const longitude = degreesOf(
    data,
    [
      data.find(location, 'longitude'),
      data.find(record, 'longitude'),
      data.find(record, 'lng'),
      data.find(record, 'lon'),
    ],
    180,
  );
  if (latitude === null || longitude === null) return null;
  // Several vendors fill unknown coordinates with zeros; nobody lives at that point of the Atlantic.
  return latitude === 0 && longitude === 0 ? null : { latitude, longitude };
}

/** The first number (or text of one) within -bound..bound at one of the offsets. */
function degreesOf(data: MmdbData, offsets: readonly number[], bound: number): number | null {
  for (const at of offsets) {
    const text = data.text(at);
    const degrees = text === null ? data.number(at) : /^-?\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : null;
    if (degrees !== null && Math.abs(degrees) <= bound) return degrees;
  }
  return null;
}

/** The first of `texts` that is a code of letters and digits up to `lengthMax`, upper case. Two letters exactly for length 2. */
function firstCode(texts: readonly (string | null)[], lengthMax: 2 | 3): string | null {
  for (const text of texts) {
    if (text !== null && (lengthMax === 2 ? /^[A-Za-z]{2}$/ : /^[A-Za-z0-9]{1,3}$/).test(text))
      return text.toUpperCase();
  }
  return null;
}
