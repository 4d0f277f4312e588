/**
 * Places as text: a geo code as octoDNS writes it, and behind `@` the coordinates where a code is too coarse (ISO 6709 form).
 *
 *   unknown     EU     EU-DE     NA-US-CA     EU-DE@+52.520+013.405     @+52.520+013.405
 *
 * Read from demand files; what a text means is found in the location table of whoever reads it, which may be made of other data
 * than the writer's.
 */

import type { Location } from './location.ts';
import { cellOf, UNKNOWN_CLASS } from './location-classes.ts';
import { distanceKm } from './nearness.ts';

/** A place as written: `code` is '' where only coordinates are known, null for `unknown`. */
export type PlaceCode = {
  readonly code: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
};

const UNKNOWN = 'unknown';
const FORM =
  /^([A-Z]{2}(?:-[A-Z]{2}(?:-[A-Z0-9]{1,4})?)?)?(?:@([+-]\d{1,2}(?:\.\d{1,9})?)([+-]\d{1,3}(?:\.\d{1,9})?))?$/;
/** 100 m: finer than any database. */
const DECIMALS = 3;

/** The text of a place; null is the unknown one. */
export function placeText(location: Location | null): string {
  if (location === null) return UNKNOWN;
  const { latitude, longitude } = location;
  const code = codeOf(location);
  if (latitude === null || longitude === null) return code === '' ? UNKNOWN : code;
  return `${code}@${signed(latitude, 2)}${signed(longitude, 3)}`;
}

/** The place that `text` names, or null when it names none. */
export function parsePlaceText(text: string): PlaceCode | null {
  if (text === UNKNOWN) return { code: null, latitude: null, longitude: null };
  const match = FORM.exec(text);
  if (match === null || text === '') return null;
  const [, code = '', latitude, longitude] = match;
  if (latitude === undefined) return { code, latitude: null, longitude: null };
  const point = { latitude: Number(latitude), longitude: Number(longitude) };
  return Math.abs(point.latitude) > 90 || Math.abs(point.longitude) > 180 ? null : { code, ...point };
}

/** Finds places by their codes in one list of location classes. */
export class PlaceFinder {
  readonly #classes: readonly (Location | null)[];
  /** Classes by code, those of a country also under its continent, and so on. */
  readonly #byCode = new Map<string, number[]>();
  /** Classes by code and half-degree cell. */
  readonly #byCell = new Map<string, number[]>();

  constructor(classes: readonly (Location | null)[]) {
    this.#classes = classes;
    for (const [id, location] of classes.entries()) {
      if (location === null) continue;
      const code = codeOf(location);
      for (let part = code; ; part = part.slice(0, part.lastIndexOf('-'))) {
        push(this.#byCode, part, id);
        if (!part.includes('-')) break;
      }
      const { latitude, longitude } = location;
      if (latitude !== null && longitude !== null)
        push(this.#byCell, cellKey(code, cellOf(latitude), cellOf(longitude)), id);
    }
  }

  /** The location classes of a place; with coordinates the one nearest to them. Empty: the data knows no such place. */
  find({ code, latitude, longitude }: PlaceCode): readonly number[] {
    if (code === null) return [UNKNOWN_CLASS];
    const all = this.#byCode.get(code) ?? [];
    if (latitude === null || longitude === null) return all;
    const [row, column] = [cellOf(latitude), cellOf(longitude)];
    const near = this.#byCell.get(cellKey(code, row, column)) ?? this.#around(code, row, column);
    const nearest = this.#nearest(near.length > 0 ? near : all, latitude, longitude);
    return nearest === null ? all : [nearest];
  }

  /** What rounding has put into the cell next door, without a look at a whole country. */
  #around(code: string, row: number, column: number): readonly number[] {
    const found: number[] = [];
    for (let i = row - 1; i <= row + 1; i++) {
      for (let j = column - 1; j <= column + 1; j++) found.push(...(this.#byCell.get(cellKey(code, i, j)) ?? []));
    }
    return found;
  }

  #nearest(ids: readonly number[], latitude: number, longitude: number): number | null {
    let best: number | null = null;
    let bestKm = Number.POSITIVE_INFINITY;
    for (const id of ids) {
      const place = this.#classes[id]!;
      if (place.latitude === null || place.longitude === null) continue;
      const km = distanceKm(latitude, longitude, place.latitude, place.longitude);
      if (km < bestKm) [best, bestKm] = [id, km];
    }
    return best;
  }
}

/** As octoDNS writes it; '' where the continent is not known. */
function codeOf({ continent, country, province }: Location): string {
  if (continent === null) return '';
  if (country === null) return continent;
  return province === null ? `${continent}-${country}` : `${continent}-${country}-${province}`;
}

function cellKey(code: string, row: number, column: number): string {
  return `${code} ${row},${column}`;
}

function push(map: Map<string, number[]>, key: string, id: number): void {
  const ids = map.get(key);
  if (ids === undefined) map.set(key, [id]);
  else ids.push(id);
}

function signed(degrees: number, digits: number): string {
  const [whole, part] = Math.abs(degrees).toFixed(DECIMALS).split('.');
  return `${degrees < 0 ? '-' : '+'}${whole!.padStart(digits, '0')}.${part}`;
}
