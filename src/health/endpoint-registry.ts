/**
 * Which slot of the health table belongs to which endpoint. An endpoint is one value in one pool of one record; many
 * endpoints may share one check, and then share its verdict but not their operators' overrides.
 *
 * Slots are stable: an endpoint that survives a reload keeps its slot, so tables compiled earlier stay true. A slot given
 * up is kept empty for {@link SLOT_REST_RELOADS} reloads before it is used again, since a worker may still read an older table.
 */

import { ENDPOINT_SLOTS_MAX } from '../base/limits.ts';
import type { CheckSpec, EndpointSpec } from '../zone/zone-model.ts';
import { type HealthTable, slotCountOf, UNKNOWN_WORD } from './health-table.ts';

/** How many times the registry is told of new zones before a freed slot may serve another endpoint. */
const SLOT_REST_RELOADS = 3;

/** All endpoint slots are taken; the zone that asked is refused and the last good one stands. */
export class EndpointSlotsError extends Error {
  override readonly name = 'EndpointSlotsError';
}

/** Owner of the slots. */
export class EndpointRegistry {
  readonly table: HealthTable;
  readonly #slotOfKey = new Map<string, number>();
  readonly #specs: (EndpointSpec | null)[] = [];
  /** By slot: how many endpoints have had it. */
  readonly #tenancies: number[] = [];
  #resting: { slot: number; reloads: number }[] = [];
  #free: number[] = [];

  constructor(table: HealthTable) {
    this.table = table;
  }

  /** Slots for `specs` in the same order, taking new ones as needed; throws {@link EndpointSlotsError} when there are none left. */
  claim(specs: readonly EndpointSpec[]): Int32Array {
    const room = slotCountOf(this.table) - this.#specs.length + this.#free.length;
    if (specs.length > room && this.#countMissing(specs) > room)
      throw new EndpointSlotsError(`no endpoint slots left (ENDPOINT_SLOTS_MAX = ${ENDPOINT_SLOTS_MAX})`);
    return Int32Array.from(specs, (spec) => this.#claimOne(spec));
  }

  /** Gives up every endpoint whose key is not in `keys`. Call once after each reload, with the keys of all zones served. */
  keepOnly(keys: ReadonlySet<string>): void {
    const rested = this.#resting.filter((entry) => --entry.reloads <= 0);
    this.#resting = this.#resting.filter((entry) => entry.reloads > 0);
    for (const { slot } of rested) this.#free.push(slot);
    for (const [key, slot] of this.#slotOfKey) if (!keys.has(key)) this.#release(key, slot);
  }

  /** The endpoint in `slot`, or null. */
  specOf(slot: number): EndpointSpec | null {
    return this.#specs[slot] ?? null;
  }

  /** Slots that an endpoint has, or had. */
  get slots(): number {
    return this.#specs.length;
  }

  /** A number that is another one whenever the slot has gone to another endpoint. */
  tenancyOf(slot: number): number {
    return this.#tenancies[slot] ?? 0;
  }

  /** The slot of an endpoint's key, or -1. */
  slotOf(key: string): number {
    return this.#slotOfKey.get(key) ?? -1;
  }

  /** Every distinct check that health decides by, by id: those of endpoints with `status: obey`. The others are not made. */
  checks(): Map<string, CheckSpec> {
    const checks = new Map<string, CheckSpec>();
    for (const slot of this.#slotOfKey.values()) {
      const spec = this.#specs[slot];
      if (spec?.status === 'obey') checks.set(spec.check.id, spec.check);
    }
    return checks;
  }

  /** The weight of every distinct check that health decides by: that of its endpoints, over all records. */
  checkWeights(): Map<string, number> {
    const weights = new Map<string, number>();
    for (const { spec } of this.endpoints()) {
      const { check, status, weight } = spec;
      if (status === 'obey') weights.set(check.id, (weights.get(check.id) ?? 0) + weight);
    }
    return weights;
  }

  /** Every endpoint with its slot, and with its key as it stands here: `spec.key` may be written anew each time that it is asked for. */
  *endpoints(): Generator<{ slot: number; spec: EndpointSpec; key: string }> {
    for (const [key, slot] of this.#slotOfKey) {
      const spec = this.#specs[slot];
      if (spec) yield { slot, spec, key };
    }
  }

  #countMissing(specs: readonly EndpointSpec[]): number {
    const keys = new Set(specs.map(({ key }) => key));
    let missing = 0;
    for (const key of keys) if (!this.#slotOfKey.has(key)) missing++;
    return missing;
  }

  #claimOne(spec: EndpointSpec): number {
    const { key } = spec;
    let slot = this.#slotOfKey.get(key);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#specs.length;
      this.#slotOfKey.set(key, slot);
      this.#tenancies[slot] = this.tenancyOf(slot) + 1;
      this.table[slot] = UNKNOWN_WORD;
    }
    this.#specs[slot] = spec;
    return slot;
  }

  #release(key: string, slot: number): void {
    this.#slotOfKey.delete(key);
    this.#specs[slot] = null;
    this.#resting.push({ slot, reloads: SLOT_REST_RELOADS });
  }
}
