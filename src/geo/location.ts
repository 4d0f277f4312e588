/**
 * Where a client is, as far as anybody knows. Built by the location table from its sources, read by the compiler of
 * steering groups and by `explain`. What is not known is null: an unknown place is never latitude 0, longitude 0.
 */

/** Which source placed a client: the operator's networks.yaml, an MMDB file, or geoip-lite's bundled data. */
export type LocationOrigin = 'networks' | 'mmdb' | 'geoip-lite';

/** A place. Coordinates are both null or both given, in degrees. */
export type Location = {
  /** octoDNS's continent of the country; the database's own only when it knows no country. */
  readonly continent: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** ISO 3166-2 without the country (`CA` of US-CA). */
  readonly province: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Name in regions.yaml, when networks.yaml placed the client by region. */
  readonly region: string | null;
  readonly origin: LocationOrigin;
  /** The longest network of latency.csv around these addresses; not there when it names none. */
  readonly network?: string;
};
