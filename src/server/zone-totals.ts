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

/** `table` as it was at the last look: its name is read once. */
type Place = { zone: string; total: number; table: ZoneTable };

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
    this.#follow(this.#totals());
  }

  /** As of now. */
  read(): ZoneAnswers {
    const totals = this.#totals();
    this.#follow(totals);
    const zones = new Map<string, number>();
    for (const place of this.#places) if (place) zones.set(place.zone, place.total);
    return { zones, none: totals[zoneWord(-1)] ?? 0, other: totals[zoneWord(ZONES_COUNTED_MAX)] ?? 0 };
  }

  #follow(totals: ArrayLike<number>): void {
    const tables = this.#tables();
    for (let ordinal = 0; ordinal < Math.min(ZONES_COUNTED_MAX, tables.length); ordinal++) {
      const counted = totals[zoneWord(ordinal)] ?? 0;
      const place = this.#places[ordinal] ?? null;
      if (place !== null) place.total += counted - this.#seen[ordinal]!;
      this.#seen[ordinal] = counted;
      const table = tables[ordinal] ?? null;
      if (table === (place?.table ?? null)) continue;
      const zone = table === null ? null : apexOf(table);
      const total = zone === place?.zone ? (place?.total ?? 0) : 0;
      this.#places[ordinal] = table === null || zone === null ? null : { zone, total, table };
    }
  }
}

function apexOf(table: ZoneTable): string {
  const at = table.nameAt(table.apexAt);
  return nameToText(table.bytes.slice(at, at + table.apexLength));
}
