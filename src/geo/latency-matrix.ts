/**
 * What latency.csv knows, by location class: for each region the rows that are of the class's network, else of its province, country
 * or continent, whichever is the narrowest there is. Worked out once for all steering groups; builder's memory.
 */

import { formatIpPrefix, type IpPrefix, parseIpPrefix, prefixOf } from '../base/ip-prefix.ts';
import { drawToKnown, type KnownRoundTrip } from './known-round-trip.ts';
import type { Location } from './location.ts';
import type { Region } from './region.ts';

/** Rows by location class: `classes[i]` goes by `rows[i]`. */
type ClassRows = { readonly classes: readonly number[]; readonly rows: readonly KnownRoundTrip[] };

const NO_ROWS: ClassRows = { classes: [], rows: [] };

/** Owner of the rows over one location table. */
export class LatencyMatrix {
  readonly #locations: readonly (Location | null)[];
  readonly #known: ReadonlyMap<string, readonly KnownRoundTrip[]>;
  readonly #byRegion = new Map<string, ClassRows>();

  constructor(locations: readonly (Location | null)[], regions: readonly Region[]) {
    this.#locations = locations;
    this.#known = new Map(regions.flatMap(({ name, roundTrips }) => (roundTrips ? [[name, roundTrips] as const] : [])));
  }

  /** Draws the predicted round trips to `region` to what is known, in place. `column`: milliseconds by location class, or NaN. */
  correct(column: Float64Array, region: string): void {
    const { classes, rows } = this.#rowsOf(region);
    for (const [i, place] of classes.entries()) column[place] = drawToKnown(column[place]!, rows[i]!);
  }

  /** What is known of the way from the class `place` to `region`, or null. */
  rowAt(place: number, region: string): KnownRoundTrip | null {
    const { classes, rows } = this.#rowsOf(region);
    return rows[classes.indexOf(place)] ?? null;
  }

  #rowsOf(region: string): ClassRows {
    const known = this.#byRegion.get(region);
    if (known !== undefined) return known;
    const roundTrips = this.#known.get(region);
    const rows = roundTrips === undefined ? NO_ROWS : placeRows(this.#locations, roundTrips);
    this.#byRegion.set(region, rows);
    return rows;
  }
}

function placeRows(locations: readonly (Location | null)[], roundTrips: readonly KnownRoundTrip[]): ClassRows {
  const byFrom = new Map(roundTrips.map((row) => [row.from, row]));
  const lengths = networkLengths(roundTrips);
  const classes: number[] = [];
  const rows: KnownRoundTrip[] = [];
  for (const [place, location] of locations.entries()) {
    const row = location === null ? null : rowOf(location, byFrom, lengths);
    if (row === null) continue;
    classes.push(place);
    rows.push(row);
  }
  return { classes, rows };
}

function rowOf(
  { network, continent, country, province }: Location,
  byFrom: ReadonlyMap<string, KnownRoundTrip>,
  lengths: readonly number[],
): KnownRoundTrip | null {
  if (network !== undefined) {
    const row = byFrom.get(network) ?? rowAround(parseIpPrefix(network) as IpPrefix, byFrom, lengths);
    if (row !== null) return row;
  }
  if (continent === null) return null;
  const whole = byFrom.get(continent) ?? null;
  if (country === null) return whole;
  const ofCountry = byFrom.get(`${continent}-${country}`) ?? whole;
  return (province === null ? undefined : byFrom.get(`${continent}-${country}-${province}`)) ?? ofCountry;
}

/** The row of the longest network around `network`: another region's row has made it a class of its own. */
function rowAround(
  network: IpPrefix,
  byFrom: ReadonlyMap<string, KnownRoundTrip>,
  lengths: readonly number[],
): KnownRoundTrip | null {
  for (const length of lengths) {
    const row = length < network.length ? byFrom.get(formatIpPrefix(prefixOf(network, length))) : undefined;
    if (row !== undefined) return row;
  }
  return null;
}

/** Lengths of the networks among the rows, the longest first: some two or three in any real file. */
function networkLengths(roundTrips: readonly KnownRoundTrip[]): number[] {
  const lengths = new Set(roundTrips.flatMap(({ from }) => (from.includes('/') ? [Number(from.split('/')[1])] : [])));
  return [...lengths].sort((a, b) => b - a);
}
