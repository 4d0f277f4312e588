/**
 * The numbers by which health words speak of agent regions, a bit each. A region keeps its number for as long as an agent of it is
 * listed, so that tables compiled by it stay true; beyond REGION_NUMBERS_MAX regions have none, and no say in regional views.
 */

import { REGION_NUMBERS_MAX } from '../base/limits.ts';
import type { NumberedRegion } from '../geo/nearest-regions.ts';

/** Owner of the numbers. */
export class RegionNumbers {
  readonly #numbers = new Map<string, number>();
  #bits: readonly number[] = [];

  /** `regions` is what there is now, in the order in which {@link bitAt} is asked. */
  follow(regions: readonly string[]): void {
    const present = new Set(regions);
    for (const region of this.#numbers.keys()) if (!present.has(region)) this.#numbers.delete(region);
    const taken = new Set(this.#numbers.values());
    let next = 0;
    for (const region of regions) {
      if (this.#numbers.has(region)) continue;
      while (taken.has(next)) next++;
      if (next >= REGION_NUMBERS_MAX) break;
      taken.add(next);
      this.#numbers.set(region, next);
    }
    this.#bits = regions.map((region) => {
      const number = this.#numbers.get(region);
      return number === undefined ? 0 : 1 << number;
    });
  }

  /** The bit of the region at `index` of the list; 0: it has none. */
  bitAt(index: number): number {
    return this.#bits[index] ?? 0;
  }

  /** Those of `regions` that have a number. */
  of(regions: Iterable<string>): NumberedRegion[] {
    return Array.from(regions, (region) => ({ region, number: this.#numbers.get(region) ?? -1 })).filter(
      ({ number }) => number >= 0,
    );
  }
}
