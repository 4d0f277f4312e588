/**
 * What every server of a run serves: `host0 … hostN.example.com`, each steered by the client's continent to one of three pools of
 * two weighted addresses. One description, from which each kind of server writes its own configuration.
 */

/** Apex of the zone. */
export const ZONE = 'example.com';

/** The pools with their weighted addresses, and which continents lead there; the first is also everybody else's. */
export const POOLS = [
  { name: 'eu', continents: ['EU', 'AF'], latitude: 53.3, longitude: -6.2, addresses: ['192.0.2.11', '192.0.2.12'] },
  { name: 'us', continents: ['NA', 'SA'], latitude: 38.9, longitude: -77, addresses: ['192.0.2.1', '192.0.2.2'] },
  { name: 'ap', continents: ['AS', 'OC'], latitude: 1.3, longitude: 103.8, addresses: ['192.0.2.21', '192.0.2.22'] },
] as const;

/** Weights of a pool's two addresses. */
export const WEIGHTS = [10, 20] as const;

/** TTL of every steered record, in seconds. */
export const TTL_SECONDS = 60;

/** One thing to serve. */
export type Scenario = {
  /** Steered names. */
  readonly names: number;
  /** MMDB file that places clients. */
  readonly geoDatabase: string;
  /** Loopback TCP port at which every endpoint's health check finds somebody. */
  readonly healthPort: number;
};

/** The n-th steered name, relative to {@link ZONE}. */
export function hostName(n: number): string {
  return `host${n}`;
}
