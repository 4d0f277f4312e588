/**
 * The shifts that one node knows, each with what is left of its time by the node's own clock. What Redis says replaces them only
 * in a newer version: an emptied or older Redis changes nothing, and is told what it forgot. Pure; owned by the shift feed.
 */

import { OVERRIDES_MAX } from '../base/limits.ts';
import type { EndpointSpec } from '../zone/zone-model.ts';
import { isOverrideFor, type Override } from './override.ts';

/** One shift and what is left of it. */
export type HeldOverride = { readonly override: Override; readonly leftMs: number };

/** What a reading changed. */
export type OverrideNews = {
  readonly added: readonly Override[];
  readonly removed: readonly Override[];
  /** Redis is behind us: it is to be told ours. */
  readonly isBehind: boolean;
};

type Entry = { readonly override: Override; readonly endsMs: number };

/** Owner of the node's shifts. */
export class OverrideBook {
  readonly #entries = new Map<string, Entry>();
  /** Shifts taken back, until they would have ended: an old copy of Redis does not bring them back. */
  readonly #gone = new Map<string, number>();
  #version = 0;

  /** The newest version taken in. */
  get version(): number {
    return this.#version;
  }

  /** Takes in what Redis holds in `version`, at `nowMs` (monotonic), when the clock that dated them said `wallMs`. */
  take(overrides: readonly Override[], version: number, nowMs: number, wallMs: number): OverrideNews {
    if (version < this.#version) return { added: [], removed: [], isBehind: true };
    this.#version = version;
    const kept = new Set(overrides.map(({ id }) => id));
    const removed: Override[] = [];
    for (const [id, { override, endsMs }] of this.#entries) {
      if (kept.has(id)) continue;
      this.#entries.delete(id);
      this.#gone.set(id, endsMs);
      removed.push(override);
    }
    const added: Override[] = [];
    for (const override of overrides) {
      if (this.#entries.has(override.id) || this.#gone.has(override.id) || this.#entries.size >= OVERRIDES_MAX)
        continue;
      // If that clock has been set back, it lasts no longer than it was meant to.
      const leftMs = Math.min(override.expiresMs - wallMs, override.expiresMs - override.createdMs);
      if (leftMs <= 0) continue;
      this.#entries.set(override.id, { override, endsMs: nowMs + leftMs });
      added.push(override);
    }
    return { added, removed, isBehind: false };
  }

  /** Ends what has expired by `nowMs`. */
  age(nowMs: number): Override[] {
    const expired: Override[] = [];
    for (const [id, endsMs] of this.#gone) if (endsMs <= nowMs) this.#gone.delete(id);
    for (const [id, { override, endsMs }] of this.#entries) {
      if (endsMs > nowMs) continue;
      this.#entries.delete(id);
      expired.push(override);
    }
    return expired;
  }

  /** The smallest factor of the shifts on an endpoint; null when there is none. */
  shiftOf(spec: EndpointSpec): number | null {
    let factor: number | null = null;
    for (const { override } of this.#entries.values()) {
      if (override.isResume || !isOverrideFor(override, spec)) continue;
      factor = Math.min(factor ?? 1, override.factor);
    }
    return factor;
  }

  /** Every shift in force, with what is left of it at `nowMs`. */
  list(nowMs: number): HeldOverride[] {
    return Array.from(this.#entries.values(), ({ override, endsMs }) => ({ override, leftMs: endsMs - nowMs }));
  }

  /** Takes over what an earlier process kept, `agoMs` ago. */
  recall(held: readonly HeldOverride[], version: number, agoMs: number, nowMs: number): void {
    this.#version = version;
    for (const { override, leftMs } of held.slice(0, OVERRIDES_MAX)) {
      if (leftMs > agoMs) this.#entries.set(override.id, { override, endsMs: nowMs + leftMs - agoMs });
    }
  }
}
