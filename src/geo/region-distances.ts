/**
 * Great-circle distances from every location class to a region, worked out once for all steering groups that name the region: the
 * groups of a node number in the hundreds, its regions in the tens. Builder's memory; made anew with the location table.
 */

import type { Location } from './location.ts';
import { distanceKm } from './nearness.ts';
import type { Region } from './region.ts';

/** Owner of the distances over one location table. */
export class RegionDistances {
  readonly #locations: readonly (Location | null)[];
  readonly #regions: ReadonlyMap<string, Region>;
  readonly #known = new Map<string, Float64Array>();

  constructor(locations: readonly (Location | null)[], regions: readonly Region[]) {
    this.#locations = locations;
    this.#regions = new Map(regions.map((region) => [region.name, region]));
  }

  /** Kilometres between two regions; NaN where one of them is not placed. */
  between(a: string, b: string): number {
    const from = this.#regions.get(a);
    const to = this.#regions.get(b);
    if (from === undefined || to === undefined) return Number.NaN;
    return distanceKm(from.latitude, from.longitude, to.latitude, to.longitude);
  }

  /** Kilometres by location class, NaN where the place is not known; null for a region that nobody has placed. */
  to(name: string): Float64Array | null {
    const region = this.#regions.get(name);
    if (region === undefined) return null;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const distances = Float64Array.from(this.#locations, (location) =>
      location === null || location.latitude === null || location.longitude === null
        ? Number.NaN
        : distanceKm(location.latitude, location.longitude, region.latitude, region.longitude),
    );
    this.#known.set(name, distances);
    return distances;
  }
}
