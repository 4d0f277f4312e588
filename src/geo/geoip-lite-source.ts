/**
 * geoip-lite's bundled city data as a geo source, read straight from its files. Says for every address what `geoip.lookup` says,
 * and in 0.6 s: the test proves it on random addresses.
 *
 *   geoip-city.dat        24 octets a record, big endian, ascending: first, last, location, latitude, longitude (1e-4 degrees), radius
 *   geoip-city6.dat       48 octets a record: first (16), last (16), location, latitude, longitude, radius
 *   geoip-city-names.dat  88 octets a location: country (2), region (3), and what is not read here
 *
 * The IPv6 file is broken below /64 (the low words hold copies of the high ones, and records overlap). `lookup` never looks there:
 * it compares 64 bits, and where records overlap its binary search decides. So the space is cut at every boundary of 64 bits, and
 * that same search is done once for each piece, on which its outcome is the same everywhere.
 */

import { type Progress, partOf } from '../base/progress.ts';
import { type GeoSource, GeoSourceError, type GeoSourceFault } from './geo-source.ts';
import { cellOf, type LocationClasses } from './location-classes.ts';
import { HOLE, type RunList } from './prefix-runs.ts';

/** Contents of the three files of the package's `data` directory. */
export type GeoipLiteFiles = {
  /** geoip-city.dat */
  readonly city: Uint8Array;
  /** geoip-city6.dat */
  readonly city6: Uint8Array;
  /** geoip-city-names.dat */
  readonly cityNames: Uint8Array;
};

const RECORD_BYTES = 24;
const RECORD6_BYTES = 48;
const LOCATION_BYTES = 88;
const NO_LOCATION = 0xffffffff;
const DEGREES = 10_000;
/** After so many records the progress is told: some milliseconds of work. */
const TOLD_RECORDS = 65_536;
/** Cells along one axis fit in this. */
const CELL_SPAN = 1024;

/** Checks the files and makes a source of them, or says what is wrong. */
export function readGeoipLite(files: GeoipLiteFiles): GeoSource | GeoSourceError {
  const wrong = (file: string, code: GeoSourceFault, message: string) =>
    new GeoSourceError(`geoip-lite data/${file}`, code, message);
  const sizes = [
    ['geoip-city.dat', files.city, RECORD_BYTES],
    ['geoip-city6.dat', files.city6, RECORD6_BYTES],
    ['geoip-city-names.dat', files.cityNames, LOCATION_BYTES],
  ] as const;
  for (const [file, bytes, recordBytes] of sizes) {
    if (bytes.length === 0 || bytes.length % recordBytes !== 0) {
      return wrong(file, 'bad-size', `${bytes.length} octets are no whole number of ${recordBytes}-octet records`);
    }
  }
  const locations = files.cityNames.length / LOCATION_BYTES;
  const fault4 = findBadRecord4(viewOf(files.city), locations);
  if (fault4 >= 0)
    return wrong('geoip-city.dat', 'bad-record', `record ${fault4} is out of order or names no location`);
  const fault6 = findBadRecord6(viewOf(files.city6), locations);
  if (fault6 >= 0)
    return wrong('geoip-city6.dat', 'bad-record', `record ${fault6} names no location or bad coordinates`);
  return {
    name: 'geoip-lite',
    fill: (classes, v4, v6, progress) => {
      const places = new PlaceIndex(files.cityNames, classes);
      fill4(viewOf(files.city), places, v4, partOf(progress, 0, 0.5));
      fill6(viewOf(files.city6), places, v6, partOf(progress, 0.5, 1));
    },
  };
}

/** Class of (location, coordinates), found once for each pair of name and cell. */
class PlaceIndex {
  readonly #classes: LocationClasses;
  readonly #ids = new Map<number, number>();
  /** Number of each location's (country, region) pair, and the pairs. */
  readonly #pairOf: Uint32Array;
  readonly #pairs: { readonly country: string | null; readonly province: string | null }[] = [];

  constructor(names: Uint8Array, classes: LocationClasses) {
    this.#classes = classes;
    this.#pairOf = new Uint32Array(names.length / LOCATION_BYTES);
    const known = new Map<string, number>();
    for (let i = 0; i < this.#pairOf.length; i++) {
      const at = i * LOCATION_BYTES;
      const country = readText(names, at, 2);
      const province = readText(names, at + 2, 3);
      const key = `${country ?? ''}-${province ?? ''}`;
      let pair = known.get(key);
      if (pair === undefined) {
        pair = this.#pairs.length;
        known.set(key, pair);
        this.#pairs.push({ country, province });
      }
      this.#pairOf[i] = pair;
    }
  }

  /** The class, or HOLE where the record says nothing. Coordinates as in the file. */
  idOf(location: number, latitudeRaw: number, longitudeRaw: number): number {
    if (location === NO_LOCATION) return HOLE;
    const latitude = latitudeRaw / DEGREES;
    const longitude = longitudeRaw / DEGREES;
    // Radius 0 at latitude 0, longitude 0 is this data's way to say that it does not know.
    const located = latitudeRaw !== 0 || longitudeRaw !== 0;
    const cell = located ? (cellOf(latitude) + CELL_SPAN / 2) * CELL_SPAN + cellOf(longitude) + CELL_SPAN / 2 : 0;
    const pair = this.#pairOf[location]!;
    const key = pair * CELL_SPAN * CELL_SPAN + cell;
    const known = this.#ids.get(key);
    if (known !== undefined) {
      if (located && known !== HOLE) this.#classes.addMember(known, latitude, longitude);
      return known;
    }
    const { country, province } = this.#pairs[pair]!;
    const place = located ? { latitude, longitude } : { latitude: null, longitude: null };
    const id = this.#classes.intern({ continent: null, country, province, ...place }, 'geoip-lite');
    this.#ids.set(key, id < 0 ? HOLE : id);
    return id < 0 ? HOLE : id;
  }
}

function fill4(view: DataView, places: PlaceIndex, v4: RunList, progress: Progress): void {
  for (let at = 0; at < view.byteLength; at += RECORD_BYTES) {
    if (at % (RECORD_BYTES * TOLD_RECORDS) === 0) progress(at / view.byteLength);
    const id = places.idOf(view.getUint32(at + 8), view.getInt32(at + 12), view.getInt32(at + 16));
    v4.addRange4(view.getUint32(at), view.getUint32(at + 4), id);
  }
}

function fill6(view: DataView, places: PlaceIndex, v6: RunList, progress: Progress): void {
  const count = view.byteLength / RECORD6_BYTES;
  const starts = new Uint32Array(count * 2);
  const ends = new Uint32Array(count * 2);
  const ids = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    if (i % TOLD_RECORDS === 0) progress((i / count) * 0.5);
    const at = i * RECORD6_BYTES;
    starts[i * 2] = view.getUint32(at);
    starts[i * 2 + 1] = view.getUint32(at + 4);
    ends[i * 2] = view.getUint32(at + 16);
    ends[i * 2 + 1] = view.getUint32(at + 20);
    ids[i] = places.idOf(view.getUint32(at + 32), view.getInt32(at + 36), view.getInt32(at + 40));
  }
  const cuts = cutPoints(starts, ends);
  for (let i = 0; i < cuts.length; i += 2) {
    if (i % TOLD_RECORDS === 0) progress(0.5 + (i / cuts.length) * 0.5);
    const record = searchAsLookup(starts, ends, cuts[i]!, cuts[i + 1]!);
    v6.append(cuts[i]!, cuts[i + 1]!, 0, 0, record < 0 ? HOLE : ids[record]!);
  }
}

/** Every 64-bit value at which a record starts or has just ended, ascending, as pairs (high, low). Repetitions do no harm. */
function cutPoints(starts: Uint32Array, ends: Uint32Array): Uint32Array {
  const wide = new BigUint64Array(starts.length);
  const halves = new Uint32Array(wide.buffer);
  const lowFirst = new Uint8Array(Uint32Array.of(1).buffer)[0];
  const low = lowFirst === 1 ? 0 : 1;
  const high = 1 - low;
  for (let i = 0; i < starts.length; i += 2) {
    halves[i * 2 + high] = starts[i]!;
    halves[i * 2 + low] = starts[i + 1]!;
    const afterLow = (ends[i + 1]! + 1) >>> 0;
    // Past the last /64 of all the sum wraps to 0, a cut that changes nothing.
    halves[i * 2 + 2 + high] = afterLow === 0 ? ends[i]! + 1 : ends[i]!;
    halves[i * 2 + 2 + low] = afterLow;
  }
  wide.sort();
  if (low === 1) return halves;
  for (let i = 0; i < halves.length; i += 2) {
    const swap = halves[i]!;
    halves[i] = halves[i + 1]!;
    halves[i + 1] = swap;
  }
  return halves;
}

/** The record that geoip-lite's lookup6 comes to for (hi, lo), or -1: its own steps, for they decide where records overlap. */
function searchAsLookup(starts: Uint32Array, ends: Uint32Array, hi: number, lo: number): number {
  let floor = 0;
  let ceiling = starts.length / 2 - 1;
  if (compare(hi, lo, ends, ceiling) > 0 || compare(hi, lo, starts, 0) < 0) return -1;
  // Each turn halves the span or ends; the bound is for the reader's peace.
  for (let turn = 0; turn < 64; turn++) {
    const line = (floor + ceiling) >>> 1;
    const toStart = compare(hi, lo, starts, line);
    const toEnd = compare(hi, lo, ends, line);
    if (toStart >= 0 && toEnd <= 0) return line;
    if (floor === ceiling) return -1;
    if (floor === ceiling - 1) {
      if (line === floor) floor = ceiling;
      else ceiling = floor;
    } else if (toStart < 0) ceiling = line;
    else floor = line;
  }
  return -1;
}

/** Order of (hi, lo) and pair `i`. */
function compare(hi: number, lo: number, pairs: Uint32Array, i: number): number {
  const pairHi = pairs[i * 2]!;
  if (hi !== pairHi) return hi < pairHi ? -1 : 1;
  const pairLo = pairs[i * 2 + 1]!;
  return lo < pairLo ? -1 : lo > pairLo ? 1 : 0;
}

/** The first IPv4 record that is not above the one before it, or whose location or coordinates do not exist; -1 if all are good. */
function findBadRecord4(view: DataView, locations: number): number {
  let previous = -1;
  for (let at = 0; at < view.byteLength; at += RECORD_BYTES) {
    const first = view.getUint32(at);
    const last = view.getUint32(at + 4);
    const bad = first <= previous || last < first || !placeIsSound(view, at + 8, locations);
    if (bad) return at / RECORD_BYTES;
    previous = last;
  }
  return -1;
}

function findBadRecord6(view: DataView, locations: number): number {
  for (let at = 0; at < view.byteLength; at += RECORD6_BYTES) {
    if (!placeIsSound(view, at + 32, locations)) return at / RECORD6_BYTES;
  }
  return -1;
}

function placeIsSound(view: DataView, at: number, locations: number): boolean {
  const location = view.getUint32(at);
  const latitude = view.getInt32(at + 4);
  const longitude = view.getInt32(at + 8);
  return (
    (location < locations || location === NO_LOCATION) &&
    Math.abs(latitude) <= 90 * DEGREES &&
    Math.abs(longitude) <= 180 * DEGREES
  );
}

/** Letters and digits up to the first zero; null when there are none. */
function readText(bytes: Uint8Array, at: number, length: number): string | null {
  let text = '';
  for (let i = 0; i < length; i++) {
    const code = bytes[at + i]!;
    if (code === 0) break;
    text += String.fromCharCode(code);
  }
  return /^[A-Za-z0-9]+$/.test(text) ? text : null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
