/**
 * Which id belongs to which steering group: zones with equal rules, in whatever file, share one class table. Ids are small
 * and used again, since workers hold the tables in an array. One id is no zone's: NEAREST_GROUP. Owned by the control thread.
 */

import { formatIpPrefix } from '../base/ip-prefix.ts';
import { NEAREST_GROUP } from '../geo/nearest-regions.ts';
import type { ClassSpec } from '../zone/zone-model.ts';

/** Owner of the ids. */
export class GroupRegistry {
  readonly #idOfKey = new Map<string, number>();
  readonly #keys: (string | null)[] = [null];
  readonly #specs = new Map<number, ClassSpec>();
  #free: number[] = [];

  /** The ids of `specs`, in order; those taken for the first time go into `added`. */
  claim(specs: readonly ClassSpec[], added: [number, ClassSpec][]): Int32Array {
    return Int32Array.from(specs, (spec) => {
      const key = groupKey(spec);
      const known = this.#idOfKey.get(key);
      if (known !== undefined) return known;
      const id = this.#free.pop() ?? this.#keys.length;
      this.#idOfKey.set(key, id);
      this.#keys[id] = key;
      this.#specs.set(id, spec);
      added.push([id, spec]);
      return id;
    });
  }

  /** Takes the group of the regions nearest a client into use, or with null out of it; false: nothing is new. */
  setNearest(spec: ClassSpec | null): boolean {
    const before = this.#specs.get(NEAREST_GROUP) ?? null;
    if (before === spec || (before !== null && spec !== null && groupKey(before) === groupKey(spec))) return false;
    if (spec === null) this.#specs.delete(NEAREST_GROUP);
    else this.#specs.set(NEAREST_GROUP, spec);
    return true;
  }

  /** The checks that measure for groups in order of latency. */
  latencyChecks(): Set<string> {
    const candidates = [...this.#specs.values()].flatMap(({ preference }) => preference?.candidates ?? []);
    return new Set(candidates.flatMap(({ checks }) => checks.map(({ id }) => id)));
  }

  /** Every group in use. */
  all(): [number, ClassSpec][] {
    return [...this.#specs];
  }

  /**
   * Gives up every id that is not in `used` and returns them. To be called after the tables that used them have been
   * replaced: an id given up may be claimed for another group by the next delta, which workers take later.
   */
  keepOnly(used: ReadonlySet<number>): number[] {
    const dropped: number[] = [];
    for (const [id, key] of this.#keys.entries()) {
      if (key === null || used.has(id)) continue;
      this.#idOfKey.delete(key);
      this.#keys[id] = null;
      this.#specs.delete(id);
      dropped.push(id);
    }
    this.#free.push(...dropped);
    return dropped;
  }
}

/** Equal exactly when two specifications are. */
function groupKey(spec: ClassSpec): string {
  const targets = spec.targets.map((target) => [
    target.class,
    target.subnets.map(formatIpPrefix),
    target.geos.map((geo) => `${geo.continent}-${geo.country ?? ''}-${geo.province ?? ''}`),
  ]);
  return JSON.stringify([spec.otherwise, targets, spec.preference]);
}
