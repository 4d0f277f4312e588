/**
 * The class tables of all steering groups, compiled from the location table. Few groups get the direct form (exact scopes,
 * the fastest, up to 15 MB each); with many, further ones get the mapped form over the shared location table. Runs in
 * the builder thread.
 */

import { CLASS_TABLES_BYTES_MAX } from '../base/limits.ts';
import { compileClassMap, compileClassTable } from '../geo/class-table.ts';
import type { LocationTable } from '../geo/location-table.ts';
import type { Region } from '../geo/region.ts';
import { RegionDistances } from '../geo/region-distances.ts';
import type { ClassSpec } from '../zone/zone-model.ts';
import type { Placed } from './serving-state.ts';

/** Groups in the direct form: compiling one takes some 60 ms with city data, and a reload of geo data compiles all anew. */
const DIRECT_GROUPS_MAX = 64;
/** Octets of all direct tables together; workers share them. */
const DIRECT_BYTES_MAX = CLASS_TABLES_BYTES_MAX / 2;

/** Owner of the specifications in use and of the budget. */
export class GroupTables {
  readonly #specs = new Map<number, ClassSpec>();
  readonly #directBytes = new Map<number, number>();
  readonly #mapped = new Set<number>();
  #known: { locations: LocationTable; regions: readonly Region[]; distances: RegionDistances } | null = null;

  /** Whether some table is in the mapped form. */
  get isMapped(): boolean {
    return this.#mapped.size > 0;
  }

  /** Takes over what groups there are, and compiles those that are new. */
  update(
    added: ReadonlyArray<readonly [number, ClassSpec]>,
    dropped: readonly number[],
    locations: LocationTable,
    regions: readonly Region[] = [],
  ): Placed[] {
    const distances = this.#distancesOver(locations, regions);
    for (const group of dropped) this.#forget(group);
    return added.map(([group, spec]) => {
      this.#forget(group);
      this.#specs.set(group, spec);
      return [group, this.#compile(group, spec, locations, distances)] as const;
    });
  }

  /** Compiles all groups anew over another location table. */
  recompile(locations: LocationTable, regions: readonly Region[] = []): Placed[] {
    const distances = this.#distancesOver(locations, regions);
    this.#directBytes.clear();
    this.#mapped.clear();
    return Array.from(
      this.#specs,
      ([group, spec]) => [group, this.#compile(group, spec, locations, distances)] as const,
    );
  }

  /** Worked out once for all groups, until places or regions change. */
  #distancesOver(locations: LocationTable, regions: readonly Region[]): RegionDistances {
    const known = this.#known;
    if (known?.locations === locations && known.regions === regions) return known.distances;
    const distances = new RegionDistances(locations.classes, regions);
    this.#known = { locations, regions, distances };
    return distances;
  }

  /** Null for a group of one class: its answer does not depend on the client. */
  #compile(
    group: number,
    spec: ClassSpec,
    locations: LocationTable,
    distances: RegionDistances,
  ): SharedArrayBuffer | null {
    if (spec.targets.length === 0 && spec.preference === undefined) return null;
    let used = 0;
    for (const bytes of this.#directBytes.values()) used += bytes;
    if (this.#directBytes.size < DIRECT_GROUPS_MAX && used < DIRECT_BYTES_MAX) {
      const image = compileClassTable(spec, locations, distances);
      this.#directBytes.set(group, image.byteLength);
      return image;
    }
    this.#mapped.add(group);
    return compileClassMap(spec, locations, distances);
  }

  #forget(group: number): void {
    this.#specs.delete(group);
    this.#directBytes.delete(group);
    this.#mapped.delete(group);
  }
}
