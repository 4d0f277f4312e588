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

const COUNTRY = /^[A-Za-z]{2}$/;
const CONTINENT = /^(?:AF|AN|AS|EU|NA|OC|SA)$/i;
const PROVINCE = /^[A-Za-z0-9]{1,3}$/;

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

// The forms are tried one after the other, the commonest first: a full city file has some 400,000 records to look into.

function countryOf(data: MmdbData, record: number): string | null {
  const country = data.find(record, 'country');
  return (
    codeOf(COUNTRY, data.text(data.find(country, 'iso_code'))) ??
    codeOf(COUNTRY, data.text(data.find(record, 'country_code'))) ??
    codeOf(COUNTRY, data.text(data.find(record, 'countryCode'))) ??
    codeOf(COUNTRY, data.text(country))
  );
}

function continentOf(data: MmdbData, record: number): string | null {
  const continent = data.find(record, 'continent');
  return (
    codeOf(CONTINENT, data.text(data.find(continent, 'code'))) ??
    codeOf(CONTINENT, data.text(data.find(record, 'continent_code'))) ??
    codeOf(CONTINENT, data.text(continent))
  );
}

function provinceOf(data: MmdbData, record: number, country: string): string | null {
  const subdivision = data.first(data.find(record, 'subdivisions'));
  // Files without codes name the province in English; only the names of the US and Canada steer anything.
  return (
    codeOf(PROVINCE, data.text(data.find(subdivision, 'iso_code'))) ??
    codeOf(PROVINCE, data.text(data.find(record, 'region_code'))) ??
    provinceOfName(country, data.text(data.find(data.find(subdivision, 'names'), 'en'))) ??
    provinceOfName(country, data.text(data.find(record, 'region'))) ??
    provinceOfName(country, data.text(data.find(record, 'state1')))
  );
}

function pointOf(data: MmdbData, record: number): { latitude: number; longitude: number } | null {
  const location = data.find(record, 'location');
  const latitude =
    degreesOf(data, data.find(location, 'latitude'), 90) ??
    degreesOf(data, data.find(record, 'latitude'), 90) ??
    degreesOf(data, data.find(record, 'lat'), 90);
  if (latitude === null) return null;
  const longitude =
    degreesOf(data, data.find(location, 'longitude'), 180) ??
    degreesOf(data, data.find(record, 'longitude'), 180) ??
    degreesOf(data, data.find(record, 'lng'), 180) ??
    degreesOf(data, data.find(record, 'lon'), 180);
  // Several vendors fill unknown coordinates with zeros; nobody lives at that point of the Atlantic.
  return longitude === null || (latitude === 0 && longitude === 0) ? null : { latitude, longitude };
}

/** The number, or text of a number, at `offset` if it lies within -bound..bound. */
function degreesOf(data: MmdbData, offset: number, bound: number): number | null {
  if (offset < 0) return null;
  const text = data.text(offset);
  const degrees = text === null ? data.number(offset) : /^-?\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : null;
  return degrees !== null && Math.abs(degrees) <= bound ? degrees : null;
}

/** `text` in upper case if it has the form of the code. */
function codeOf(form: RegExp, text: string | null): string | null {
  return text !== null && form.test(text) ? text.toUpperCase() : null;
}
