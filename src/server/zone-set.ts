/**
 * The zones that a node holds, served or refused, each with its place in the tables: an ordinal that it keeps as long as it is served.
 * An ordinal given up rests until the next look, since until then an older index may still lead there. Owned by the snapshot.
 */

import { ZONES_MAX } from '../base/limits.ts';
import { HeldZone } from './held-zone.ts';
import type { ZoneStatus } from './node-status.ts';
import type { Placed } from './serving-state.ts';

/** Owner of the zones and their ordinals. */
export class ZoneSet implements Iterable<HeldZone> {
  readonly #zones = new Map<string, HeldZone>();
  readonly #freeOrdinals: number[] = [];
  #ordinals = 0;

  [Symbol.iterator](): Iterator<HeldZone> {
    return this.#zones.values();
  }

  /** The zone of this name (presentation form, final dot), new and refused if there was none. */
  hold(name: string): HeldZone {
    const held = this.#zones.get(name) ?? new HeldZone(name);
    this.#zones.set(name, held);
    return held;
  }

  /** Forgets a zone; its ordinal is given up by {@link freeOrdinals}. */
  drop(held: HeldZone): void {
    this.#zones.delete(held.zone);
  }

  /** A place for a zone that begins to be served; throws RangeError when there are ZONES_MAX. */
  takeOrdinal(): number {
    const free = this.#freeOrdinals.pop();
    if (free !== undefined) return free;
    if (this.#ordinals >= ZONES_MAX) throw new RangeError(`no room for more zones (ZONES_MAX = ${ZONES_MAX})`);
    return this.#ordinals++;
  }

  /** Places that no index in force leads to; free from the next look on. */
  freeOrdinals(ordinals: Iterable<number>): void {
    this.#freeOrdinals.push(...ordinals);
  }

  /** Zones served, and zones with errors that never were good. */
  counts(): { serving: number; refused: number } {
    let serving = 0;
    for (const held of this) if (held.image !== null) serving++;
    return { serving, refused: this.#zones.size - serving };
  }

  /** What is served, by ordinal. */
  placed(): Placed[] {
    const placed: Placed[] = [];
    for (const held of this) if (held.image !== null) placed.push([held.ordinal, held.image]);
    return placed;
  }

  /** By name. */
  statuses(): ZoneStatus[] {
    return Array.from(this, (held) => held.status()).sort((a, b) => (a.zone < b.zone ? -1 : 1));
  }

  /** Steering groups that a zone served stands on. */
  groupsInUse(): Set<number> {
    const used = new Set<number>();
    for (const held of this) for (const group of held.groups) used.add(group);
    return used;
  }

  /** Keys of the endpoints of every zone served. */
  endpointKeys(): Set<string> {
    const keys = new Set<string>();
    for (const held of this) for (const spec of held.endpoints) keys.add(spec.key);
    return keys;
  }
}
