/**
 * The class tables of all steering groups, compiled from the location table. Few groups get the direct form (exact scopes,
 * the fastest, up to 15 MB each); with many, further ones get the mapped form over the shared location table, and so do all that
 * follow latency, whose tables are made anew every few seconds. Runs in the builder thread.
 */

import { CLASS_TABLES_BYTES_MAX } from '../base/limits.ts';
import { type Classing, classPlaces, compileClassMap, compileClassTable, packClassMap } from '../geo/class-table.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import type { LocationTable } from '../geo/location-table.ts';
import { NO_LATENCY_FACTS, PoolCosts } from '../geo/pool-costs.ts';
import type { Region } from '../geo/region.ts';
import type { ClassSpec } from '../zone/zone-model.ts';
import type { Placed } from './serving-state.ts';

/** Groups in the direct form: compiling one takes some 60 ms with city data, and a reload of geo data compiles all anew. */
const DIRECT_GROUPS_MAX = 64;
/** Octets of all direct tables together; workers share them. */
const DIRECT_BYTES_MAX = CLASS_TABLES_BYTES_MAX / 2;

/** What a recompute by other latencies has come to. */
export type LatencyTables = {
  /** Only those that are other than before. */
  readonly tables: readonly Placed[];
  /** Pairs of a group and a location class which other pools serve now. */
  readonly moved: number;
  /** Some would have moved, but moved a moment ago: ask again. */
  readonly isWaiting: boolean;
};

/** What a latency group came to when it was last compiled, by measurements; then it stands against noise. */
type Classed = { readonly classing: Classing; readonly places: LocationTable; readonly regions: readonly Region[] };

/** Owner of the specifications in use and of the budget. */
export class GroupTables {
  readonly #specs = new Map<number, ClassSpec>();
  readonly #directBytes = new Map<number, number>();
  readonly #mapped = new Set<number>();
  readonly #classed = new Map<number, Classed>();
  #facts: LatencyFacts = NO_LATENCY_FACTS;
  #known: { locations: LocationTable; regions: readonly Region[]; costs: PoolCosts } | null = null;

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
    const costs = this.#costsOver(locations, regions);
    for (const group of dropped) this.#forget(group);
    return added.map(([group, spec]) => {
      this.#forget(group);
      this.#specs.set(group, spec);
      return [group, this.#compile(group, spec, locations, regions, costs)] as const;
    });
  }

  /** Compiles all groups anew over another location table or other regions. */
  recompile(locations: LocationTable, regions: readonly Region[] = []): Placed[] {
    const costs = this.#costsOver(locations, regions);
    this.#directBytes.clear();
    this.#mapped.clear();
    this.#classed.clear();
    return Array.from(
      this.#specs,
      ([group, spec]) => [group, this.#compile(group, spec, locations, regions, costs)] as const,
    );
  }

  /** What is measured from now on; tables follow with the next compilation. */
  setFacts(facts: LatencyFacts): void {
    this.#facts = facts;
  }

  /** Compiles the groups that follow latency anew, as of `nowMs` (monotonic). 50 groups of 20 pools, full city data: some 0.7 s. */
  followLatency(nowMs: number, locations: LocationTable, regions: readonly Region[]): LatencyTables {
    const costs = this.#costsOver(locations, regions);
    const tables: Placed[] = [];
    let moved = 0;
    let isWaiting = false;
    for (const [group, spec] of this.#specs) {
      if (spec.preference?.method !== 'latency') continue;
      const before = this.#classed.get(group);
      const isSameWorld = before?.places === locations && before.regions === regions;
      const standing = isSameWorld ? (before.classing.preferences?.standing ?? null) : null;
      const classing = classPlaces(spec, locations.classes, costs, { standing, nowMs });
      this.#remember(group, classing, locations, regions);
      moved += classing.preferences?.moved ?? 0;
      isWaiting ||= classing.preferences?.isWaiting ?? false;
      if (isSameWorld && isEqualClassing(before.classing, classing)) continue;
      tables.push([group, packClassMap(spec, locations, classing)]);
    }
    return { tables, moved, isWaiting };
  }

  /** Worked out once for all groups, until places, regions or measurements change. */
  #costsOver(locations: LocationTable, regions: readonly Region[]): PoolCosts {
    const known = this.#known;
    const isSameWorld = known?.locations === locations && known.regions === regions;
    if (isSameWorld && known.costs.facts === this.#facts) return known.costs;
    const costs = new PoolCosts(locations.classes, regions, this.#facts, isSameWorld ? known.costs : null);
    this.#known = { locations, regions, costs };
    return costs;
  }

  /** Null for a group of one class: its answer does not depend on the client. */
  #compile(
    group: number,
    spec: ClassSpec,
    locations: LocationTable,
    regions: readonly Region[],
    costs: PoolCosts,
  ): SharedArrayBuffer | null {
    if (spec.targets.length === 0 && spec.preference === undefined) return null;
    if (spec.preference?.method === 'latency') {
      this.#mapped.add(group);
      const classing = classPlaces(spec, locations.classes, costs);
      this.#remember(group, classing, locations, regions);
      return packClassMap(spec, locations, classing);
    }
    let used = 0;
    for (const bytes of this.#directBytes.values()) used += bytes;
    if (this.#directBytes.size < DIRECT_GROUPS_MAX && used < DIRECT_BYTES_MAX) {
      const image = compileClassTable(spec, locations, costs);
      this.#directBytes.set(group, image.byteLength);
      return image;
    }
    this.#mapped.add(group);
    return compileClassMap(spec, locations, costs);
  }

  /** An order by distance alone is a guess, and stands against nothing that is measured. */
  #remember(group: number, classing: Classing, places: LocationTable, regions: readonly Region[]): void {
    if (this.#facts.regions.length > 0) this.#classed.set(group, { classing, places, regions });
    else this.#classed.delete(group);
  }

  #forget(group: number): void {
    this.#specs.delete(group);
    this.#directBytes.delete(group);
    this.#mapped.delete(group);
    this.#classed.delete(group);
  }
}

function isEqualClassing(a: Classing, b: Classing): boolean {
  const rows = (classing: Classing) => classing.preferences?.section ?? new Uint32Array(0);
  return isEqual(a.map, b.map) && isEqual(rows(a), rows(b));
}

function isEqual(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
