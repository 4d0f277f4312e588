/**
 * An invented world of thirty cities in which every round trip is known: last miles of each city, and cables that take detours, longer
 * ones where continents have few of them. Agents stand in six of the cities. What it says is never read off the model under test.
 */

import { RandomStream } from '../../src/base/random.ts';
import type { LatencyFacts } from '../../src/geo/landmarks.ts';
import { DEFAULT_LATENCY_LINE, fitLatencyLine } from '../../src/geo/latency-line.ts';
import { distanceKm } from '../../src/geo/nearness.ts';

/** A city: name, degrees north and east, and the cluster of cables that it hangs on. */
type City = readonly [
  name: string,
  latitude: number,
  longitude: number,
  cables: 'na' | 'sa' | 'eu' | 'af' | 'as' | 'oc',
];

export const CITIES: readonly City[] = [
  ['washington', 38.9, -77.0, 'na'],
  ['newyork', 40.7, -74.0, 'na'],
  ['toronto', 43.7, -79.4, 'na'],
  ['chicago', 41.9, -87.6, 'na'],
  ['dallas', 32.8, -96.8, 'na'],
  ['miami', 25.8, -80.2, 'na'],
  ['losangeles', 34.1, -118.2, 'na'],
  ['seattle', 47.6, -122.3, 'na'],
  ['mexico', 19.4, -99.1, 'na'],
  ['bogota', 4.7, -74.1, 'sa'],
  ['lima', -12.0, -77.0, 'sa'],
  ['saopaulo', -23.5, -46.6, 'sa'],
  ['buenosaires', -34.6, -58.4, 'sa'],
  ['dublin', 53.35, -6.26, 'eu'],
  ['london', 51.5, -0.1, 'eu'],
  ['paris', 48.9, 2.4, 'eu'],
  ['frankfurt', 50.1, 8.7, 'eu'],
  ['madrid', 40.4, -3.7, 'eu'],
  ['stockholm', 59.3, 18.1, 'eu'],
  ['warsaw', 52.2, 21.0, 'eu'],
  ['istanbul', 41.0, 29.0, 'eu'],
  ['cairo', 30.0, 31.2, 'af'],
  ['lagos', 6.5, 3.4, 'af'],
  ['johannesburg', -26.2, 28.0, 'af'],
  ['mumbai', 19.1, 72.9, 'as'],
  ['singapore', 1.35, 103.8, 'as'],
  ['hongkong', 22.3, 114.2, 'as'],
  ['tokyo', 35.7, 139.7, 'as'],
  ['seoul', 37.6, 127.0, 'as'],
  ['sydney', -33.9, 151.2, 'oc'],
];

/** Where agents and pools are. */
export const AGENT_CITIES = ['washington', 'losangeles', 'dublin', 'frankfurt', 'singapore', 'saopaulo'] as const;

/** Light in fibre, there and back. */
const FIBRE_MS_PER_KM = 0.01;
/** How much longer than the great circle cables are: inside a continent, between well joined ones, and between others. */
const DETOUR = { inside: 1.6, joined: 1.7, other: 2.0 };
const JOINED = new Set(['na eu', 'eu na', 'na as', 'as na', 'na sa', 'sa na', 'as oc', 'oc as', 'af eu', 'eu af']);

/** Milliseconds between every two cities, by their names. */
export function roundTrips(seed: number): (from: string, to: string) => number {
  const random = new RandomStream(seed);
  const unit = () => random.nextBelow(1_000_001) / 1_000_000;
  const lastMile = new Map(CITIES.map(([name]) => [name, 1 + 3 * unit()]));
  const known = new Map<string, number>();
  for (const [i, a] of CITIES.entries()) {
    for (const b of CITIES.slice(i)) {
      const base = a[3] === b[3] ? DETOUR.inside : JOINED.has(`${a[3]} ${b[3]}`) ? DETOUR.joined : DETOUR.other;
      const detour = base * (0.85 + 0.3 * unit());
      const ms = lastMile.get(a[0])! + lastMile.get(b[0])! + kmBetween(a, b) * FIBRE_MS_PER_KM * detour;
      known.set(`${a[0]} ${b[0]}`, ms).set(`${b[0]} ${a[0]}`, ms);
    }
  }
  return (from, to) => known.get(`${from} ${to}`)!;
}

export function kmBetween(a: City, b: City): number {
  return distanceKm(a[1], a[2], b[1], b[2]);
}

/** What the agents measure of one check in each of their cities (named after it), with the line that it draws. */
export function measuredFacts(trip: (from: string, to: string) => number): LatencyFacts {
  const checks = new Map(
    AGENT_CITIES.map((to) => [to as string, Float64Array.from(AGENT_CITIES, (from) => trip(from, to))]),
  );
  const cityOf = (name: string) => CITIES.find((city) => city[0] === name)!;
  const points = AGENT_CITIES.flatMap((from) =>
    AGENT_CITIES.map((to) => ({ km: kmBetween(cityOf(from), cityOf(to)), ms: trip(from, to) })),
  );
  return { line: fitLatencyLine(points) ?? DEFAULT_LATENCY_LINE, regions: AGENT_CITIES, checks };
}
