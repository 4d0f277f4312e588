/**
 * Answers by zone since the zone came, out of the workers' totals by ordinal: an ordinal that has been given up serves another zone later.
 * Owned by the server (control thread), which has it look before every change of tables.
 */

import { zoneWord } from '../answer/counters.ts';
import { ZONES_COUNTED_MAX } from '../base/limits.ts';
import { nameToText } from '../wire/name.ts';
import type { ZoneTable } from '../zone/zone-table.ts';

/** Answers of zones by name; `none`: REFUSED and errors, which are of no zone; `other`: zones beyond ZONES_COUNTED_MAX. */
export type ZoneAnswers = {
  readonly zones: ReadonlyMap<string, number>;
  readonly none: number;
  readonly other: number;
};

type Place = { zone: string; total: number };

/** Owner of the totals. */
export class ZoneTotals {
  readonly #totals: () => ArrayLike<number>;
  readonly #tables: () => readonly (ZoneTable | null)[];
  readonly #places: (Place | null)[] = [];
  readonly #seen = new Float64Array(ZONES_COUNTED_MAX);

  /** `totals`: the workers' words, widened (`WorkerTotals`), empty before there are workers; `tables` in force, by ordinal. */
  constructor(totals: () => ArrayLike<number>, tables: () => readonly (ZoneTable | null)[]) {
    this.#totals = totals;
    this.#tables = tables;
  }

  /** Gives what was counted since the last look to the zones known then, and takes note of those in force now. Costs their number. */
  look(): void {
    const totals = this.#totals();
    const tables = this.#tables();
    for (let ordinal = 0; ordinal < Math.min(ZONES_COUNTED_MAX, tables.length); ordinal++) {
      const total = totals[zoneWord(ordinal)] ?? 0;
      const place = this.#places[ordinal] ?? null;
      if (place !== null) place.total += total - this.#seen[ordinal]!;
      this.#seen[ordinal] = total;
      const table = tables[ordinal] ?? null;
      const zone = table === null ? null : nameToText(table.bytes, table.apexAt);
      if (zone !== (place?.zone ?? null)) this.#places[ordinal] = zone === null ? null : { zone, total: 0 };
    }
  }

  /** As of now. */
  read(): ZoneAnswers {
    this.look();
    const totals = this.#totals();
    const zones = new Map<string, number>();
    for (const place of this.#places) if (place) zones.set(place.zone, place.total);
    return { zones, none: totals[zoneWord(-1)] ?? 0, other: totals[zoneWord(ZONES_COUNTED_MAX)] ?? 0 };
  }
}
