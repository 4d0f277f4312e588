/** A region of the operator's world: where it is, and what is known of the ways to it. */

import type { KnownRoundTrip } from './known-round-trip.ts';

/** One entry of geo-data/regions.yaml. Pools and probe agents stand in regions. */
export type Region = {
  /** Key in the file, e.g. `eu-west`. */
  readonly name: string;
  /** What people call it, e.g. `Ireland`. */
  readonly label: string;
  /** Degrees, -90..90. */
  readonly latitude: number;
  /** Degrees, -180..180. */
  readonly longitude: number;
  /** Country (ISO 3166-1 alpha-2) and province of the region, for networks placed there; null when the file does not say. */
  readonly country: string | null;
  readonly province: string | null;
  /** What latency.csv knows of the ways to it; not there when that is nothing. */
  readonly roundTrips?: readonly KnownRoundTrip[];
};
