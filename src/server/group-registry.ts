/**
 * Which id belongs to which steering group: zones with equal rules, in whatever file, share one class table. Ids are small
 * and used again, since workers hold the tables in an array. Owned by the control thread.
 */

import { formatIpPrefix } from '../base/ip-prefix.ts';
import type { ClassSpec } from '../zone/zone-model.ts';

/** Owner of the ids. */
export class GroupRegistry {
  readonly #idOfKey = new Map<string, number>();
  readonly #keys: (string | null)[] = [];
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
