/**
 * The places of a location table, numbered. Database places that agree in country and province and fall into the same half-degree
 * cell are one class, at the mean of their coordinates: at most some 30 km off, less than any database is, and 3,300,000 records of
 * city data become 20,000 classes. Places named by the operator are kept to the microdegree.
 *
 *   record of a class, 7 words: continent << 16 | country (two letters each), province (up to 4 letters), latitude and longitude
 *   in microdegrees (or NO_DEGREES), index of the region's name + 1, origin, index of the network's + 1
 *
 * Class 0 is "unknown", class 1 "not globally routable".
 */

import { assert } from '../base/assert.ts';
import { LOCATION_CLASSES_MAX } from '../base/limits.ts';
import { continentOfCountry } from '../zone/geo-codes.ts';
import { GeoImageError } from './geo-image.ts';
import type { Location, LocationOrigin } from './location.ts';
import { distanceKm } from './nearness.ts';

/** Nobody knows where this address is. */
export const UNKNOWN_CLASS = 0;
/** Not an address of the public Internet (RFC 6890): where its packets come from says nothing about a place. */
export const NONROUTABLE_CLASS = 1;

const FIRST_CLASS = 2;
const CELLS_PER_DEGREE = 2;
/** How many cells away a place is still near. */
const NEAR_CELLS = 2;
const MICRO = 1_000_000;
const NO_DEGREES = 0x7fffffff;
const CLASS_WORDS = 7;
/** What is known of a class of which nothing is. */
const NOWHERE: Location = {
  continent: null,
  country: null,
  province: null,
  latitude: null,
  longitude: null,
  region: null,
  origin: 'networks',
};
const ORIGINS: readonly LocationOrigin[] = ['networks', 'mmdb', 'geoip-lite'];

/** A place as a database tells it; texts as found, coordinates in degrees. */
export type Place = {
  /** Two letters, used only when the country gives none. */
  readonly continent: string | null;
  readonly country: string | null;
  readonly province: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
};

/** Classes under construction. */
export class LocationClasses {
  /** True once a place found no room (LOCATION_CLASSES_MAX) and was called unknown. */
  isOverfull = false;
  readonly #ids = new Map<string, number>();
  readonly #places: (Location | null)[] = [null, null];
  /** Sums of the members' coordinates, and how many there are. */
  readonly #latitudes: number[] = [0, 0];
  readonly #longitudes: number[] = [0, 0];
  readonly #members: number[] = [0, 0];
  /** Database places with a country by their cell, once somebody has asked; no database is read after that. */
  #cells: ReadonlyMap<string, number[]> | null = null;

  get count(): number {
    return this.#places.length;
  }

  /** The class of a database's place; -1 when it says nothing at all. Counts as one member of the class. */
  intern(place: Place, origin: LocationOrigin): number {
    const { country, province } = place;
    const continent = (country === null ? null : continentOfCountry(country)) ?? place.continent;
    const located = place.latitude !== null && place.longitude !== null;
    if (continent === null && country === null && !located) return -1;
    const latitude = located ? place.latitude : null;
    const longitude = located ? place.longitude : null;
    const cell = located ? `${cellOf(place.latitude)},${cellOf(place.longitude)}` : '';
    const key = `${origin}|${continent ?? ''}|${country ?? ''}|${province ?? ''}|${cell}`;
    const location = { continent, country, province, latitude, longitude, region: null, origin };
    const id = this.#idOf(key, location);
    if (located) this.addMember(id, place.latitude, place.longitude);
    return id;
  }

  /** Lets another record of the same cell take part in the mean. */
  addMember(id: number, latitude: number, longitude: number): void {
    this.#latitudes[id]! += latitude;
    this.#longitudes[id]! += longitude;
    this.#members[id]! += 1;
  }

  /** The class of a place kept exactly as given. */
  internExact(location: Location): number {
    const id = this.#idOf(`=${JSON.stringify(location)}`, location);
    if (location.latitude !== null && location.longitude !== null && this.#members[id] === 0) {
      this.addMember(id, location.latitude, location.longitude);
    }
    return id;
  }

  /** The class of the addresses of `network` that are of class `id`: the same place, told apart from what is around it. */
  internNetwork(id: number, network: string): number {
    if (id === NONROUTABLE_CLASS) return id;
    const place = this.#places[id] ?? NOWHERE;
    const members = this.#members[id]!;
    const own = this.#idOf(`${network} ${id}`, { ...place, network });
    if (members > 0 && this.#members[own] === 0) {
      this.addMember(own, this.#latitudes[id]! / members, this.#longitudes[id]! / members);
    }
    return own;
  }

  /**
   * The database place nearest to a point in degrees, within a cell or two (some 100 km); null where there is none. What
   * country a network stands in whose operator gave coordinates only.
   */
  nearestPlace(latitude: number, longitude: number): Location | null {
    const cells = this.#placesByCell();
    let best: Location | null = null;
    let bestKm = Number.POSITIVE_INFINITY;
    for (let row = cellOf(latitude) - NEAR_CELLS; row <= cellOf(latitude) + NEAR_CELLS; row++) {
      for (let column = cellOf(longitude) - NEAR_CELLS; column <= cellOf(longitude) + NEAR_CELLS; column++) {
        for (const id of cells.get(`${row},${column}`) ?? []) {
          const members = this.#members[id]!;
          const [placeLatitude, placeLongitude] = [this.#latitudes[id]! / members, this.#longitudes[id]! / members];
          const km = distanceKm(latitude, longitude, placeLatitude, placeLongitude);
          if (km < bestKm) [best, bestKm] = [this.#places[id]!, km];
        }
      }
    }
    return best;
  }

  #placesByCell(): ReadonlyMap<string, number[]> {
    if (this.#cells !== null) return this.#cells;
    const cells = new Map<string, number[]>();
    for (let id = FIRST_CLASS; id < this.count; id++) {
      const place = this.#places[id]!;
      if (place.origin === 'networks' || place.country === null || this.#members[id] === 0) continue;
      const members = this.#members[id]!;
      const key = `${cellOf(this.#latitudes[id]! / members)},${cellOf(this.#longitudes[id]! / members)}`;
      const ids = cells.get(key);
      if (ids === undefined) cells.set(key, [id]);
      else ids.push(id);
    }
    this.#cells = cells;
    return cells;
  }

  /** Image sections: the classes, and the names of the regions and networks they mention. */
  pack(): Uint32Array[] {
    const words = new Uint32Array(this.count * CLASS_WORDS);
    const names = new Map<string, number>();
    const numberOf = (name: string | null | undefined): number => {
      if (name === null || name === undefined) return 0;
      const number = names.get(name) ?? names.size + 1;
      names.set(name, number);
      return number;
    };
    for (let id = FIRST_CLASS; id < this.count; id++) {
      const place = this.#places[id];
      assert(place !== null && place !== undefined, 'a class without a place');
      const members = this.#members[id]!;
      const at = id * CLASS_WORDS;
      words[at] = (packText(place.continent) << 16) | packText(place.country);
      words[at + 1] = packText(place.province);
      words[at + 2] = members === 0 ? NO_DEGREES : Math.round((this.#latitudes[id]! / members) * MICRO);
      words[at + 3] = members === 0 ? NO_DEGREES : Math.round((this.#longitudes[id]! / members) * MICRO);
      words[at + 4] = numberOf(place.region);
      words[at + 5] = ORIGINS.indexOf(place.origin);
      words[at + 6] = numberOf(place.network);
    }
    const text = new TextEncoder().encode(JSON.stringify([...names.keys()]));
    const section = new Uint32Array(1 + Math.ceil(text.length / 4));
    section[0] = text.length;
    new Uint8Array(section.buffer, 4).set(text);
    return [words, section];
  }

  #idOf(key: string, location: Location): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#places.length;
    if (id >= LOCATION_CLASSES_MAX) {
      this.isOverfull = true;
      return UNKNOWN_CLASS;
    }
    this.#ids.set(key, id);
    this.#places.push(location);
    this.#latitudes.push(0);
    this.#longitudes.push(0);
    this.#members.push(0);
    return id;
  }
}

/** Number of the half-degree cell along one axis. */
export function cellOf(degrees: number): number {
  return Math.floor(degrees * CELLS_PER_DEGREE);
}

/** The sections of {@link LocationClasses.pack}, read when a class is asked for. */
export class PackedClasses {
  /** Classes in all, the two reserved ones among them. */
  readonly count: number;
  readonly #words: Uint32Array;
  readonly #section: Uint32Array;
  #names: readonly string[] | null = null;
  #all: readonly (Location | null)[] | null = null;

  /** Throws {@link GeoImageError} when that cannot be classes; whether each of them makes sense, `all` sees. */
  constructor(words: Uint32Array, section: Uint32Array) {
    this.#words = words;
    this.#section = section;
    this.count = words.length / CLASS_WORDS;
    if (!Number.isInteger(this.count) || this.count < FIRST_CLASS) throw damaged();
  }

  /** One location a class, null for the two reserved ones. */
  get all(): readonly (Location | null)[] {
    if (this.#all === null) {
      this.#names ??= readNames(this.#section);
      this.#all = Array.from({ length: this.count }, (_, id) => this.at(id));
    }
    return this.#all;
  }

  /** The location of a class; null for a reserved one, and for one that there is not. */
  at(id: number): Location | null {
    if (id < FIRST_CLASS || id >= this.count) return null;
    const words = this.#words;
    const at = id * CLASS_WORDS;
    const region = this.#nameOf(words[at + 4]!);
    const network = this.#nameOf(words[at + 6]!);
    const origin = ORIGINS[words[at + 5]!];
    if (region === undefined || network === undefined || origin === undefined) throw damaged();
    const located = words[at + 2] !== NO_DEGREES;
    return {
      continent: unpackText(words[at]! >>> 16),
      country: unpackText(words[at]! & 0xffff),
      province: unpackText(words[at + 1]!),
      latitude: located ? (words[at + 2]! | 0) / MICRO : null,
      longitude: located ? (words[at + 3]! | 0) / MICRO : null,
      region,
      origin,
      ...(network === null ? {} : { network }),
    };
  }

  #nameOf(number: number): string | null | undefined {
    if (number === 0) return null;
    this.#names ??= readNames(this.#section);
    return this.#names[number - 1];
  }
}

function readNames(names: Uint32Array): string[] {
  const length = names[0] ?? 0;
  if (length > (names.length - 1) * 4) throw damaged();
  // A copy: text is not decoded from shared memory.
  const bytes = Uint8Array.from(new Uint8Array(names.buffer, names.byteOffset + 4, length));
  try {
    const list: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list;
  } catch {
    // Not JSON: damaged like any other wrong content.
  }
  throw damaged();
}

function damaged(): GeoImageError {
  return new GeoImageError('inconsistent', 'geo table has location classes that make no sense');
}

/** Up to four ASCII letters or digits as one number; null is 0. */
function packText(text: string | null): number {
  let packed = 0;
  for (const char of text ?? '') packed = (packed << 8) | char.charCodeAt(0);
  return packed >>> 0;
}

function unpackText(packed: number): string | null {
  if (packed === 0) return null;
  let text = '';
  for (let shift = 24; shift >= 0; shift -= 8) {
    const code = (packed >>> shift) & 255;
    if (code !== 0) text += String.fromCharCode(code);
  }
  return text;
}
