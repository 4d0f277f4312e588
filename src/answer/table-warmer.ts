/**
 * Fetches what a batch of queries will need of large tables into the processor's caches before the first of them is answered. Answering
 * one name out of 100,000 meets five or six cache misses, each of which has to end before the next can begin; in a batch, the misses
 * of all queries at one stage are independent of each other, and a processor that meets them in one short loop waits for all at once.
 *
 *   1 question -> name's hash   2 hash slot   3 node and its RRsets   4 health word and count of the endpoints
 *
 * A guess and nothing else: it goes by the hash alone, knows no wildcards, and what it misses is fetched when it is needed.
 */

import { UDP_BATCH_MESSAGES, WARMED_ZONE_BYTES_MIN } from '../base/limits.ts';
import { slotCountOf } from '../health/health-table.ts';
import { HEADER_BYTES } from '../wire/query-parser.ts';
import { SCAN_FAILED, ScannedName } from '../wire/scanned-name.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import type { EndpointTally } from './endpoint-tally.ts';
import type { ServingTables } from './serving-tables.ts';

/** Words of a cache line on nearly every processor that runs Node. */
const LINE_WORDS = 16;

/** The tables, and how many of their zones {@link isLarge}. */
export type WarmedTables = ServingTables & { readonly largeZones: number };

/** One worker's; what is noted holds until the next {@link TableWarmer.warm}. */
export class TableWarmer {
  readonly #tables: WarmedTables;
  readonly #tally: EndpointTally;
  readonly #name = new ScannedName();
  readonly #zones: (ZoneTable | null)[] = new Array<ZoneTable | null>(UDP_BATCH_MESSAGES).fill(null);
  readonly #hashes = new Int32Array(UDP_BATCH_MESSAGES);
  readonly #types = new Int32Array(UDP_BATCH_MESSAGES);
  /** Where each query's next reading is: a word offset in its zone, at last a health slot. */
  readonly #places = new Int32Array(UDP_BATCH_MESSAGES);
  #noted = 0;
  /** Of all that was read: a compiler leaves out what nobody uses. */
  #sum = 0;

  constructor(tables: WarmedTables, tally: EndpointTally) {
    this.#tables = tables;
    this.#tally = tally;
  }

  /** True if some zone is too large for the caches; for the others this would be work without use. */
  get isNeeded(): boolean {
    return this.#tables.largeZones > 0;
  }

  /** Takes down whom the message of `length` octets at `start` asks for. At most UDP_BATCH_MESSAGES a batch. */
  note(bytes: Uint8Array, start: number, length: number): void {
    const end = start + length;
    const name = this.#name;
    if (length <= HEADER_BYTES || this.#noted === UDP_BATCH_MESSAGES) return;
    const at = name.scan(bytes, start + HEADER_BYTES, end);
    if (at === SCAN_FAILED || at + 2 > end) return;
    const ordinal = this.#tables.index.find(name, 0);
    const zone = ordinal < 0 ? null : this.#tables.zones[ordinal];
    if (zone === null || zone === undefined || !isLarge(zone)) return;
    this.#zones[this.#noted] = zone;
    this.#hashes[this.#noted] = name.suffixHash[0]!;
    this.#types[this.#noted] = (bytes[at]! << 8) | bytes[at + 1]!;
    this.#noted++;
  }

  /** Reads what the noted queries will, stage by stage, and forgets them. */
  warm(): void {
    const noted = this.#noted;
    const zones = this.#zones;
    const places = this.#places;
    for (let i = 0; i < noted; i++) places[i] = zones[i]!.slotOf(this.#hashes[i]!);
    this.#readZones(0);
    for (let i = 0; i < noted; i++) places[i] = zones[i]!.nodeByHash(this.#hashes[i]!);
    this.#readZones(LINE_WORDS);
    for (let i = 0; i < noted; i++) places[i] = this.#firstSlot(zones[i]!, places[i]!, this.#types[i]!);
    this.#readSlots();
    this.#noted = 0;
  }

  /**
   * Reads the word at each place in its zone, and that `next` words on. Little else may stand in this loop: the fewer instructions between
   * two misses, the more of them a processor sees at once.
   */
  #readZones(next: number): void {
    const noted = this.#noted;
    const zones = this.#zones;
    const places = this.#places;
    let sum = 0;
    for (let i = 0; i < noted; ) {
      const zone = zones[i]!;
      const { words } = zone;
      const last = words.length - 1;
      for (; i < noted && zones[i] === zone; i++) {
        const at = places[i]!;
        sum ^= words[at]! ^ words[Math.min(at + next, last)]!;
      }
    }
    this.#sum ^= sum;
  }

  /** The health slot of the first endpoint that a query of `type` for the node meets; 0, which is not worth a word, where it meets none. */
  #firstSlot(zone: ZoneTable, node: number, type: number): number {
    const rrset = node === 0 ? 0 : zone.findRRset(node, type);
    return rrset !== 0 && zone.isSteered(rrset) ? zone.firstSlotOf(rrset) : 0;
  }

  /** Reads health and count at each place. A record's endpoints mostly have neighbouring slots: the line of the first and the next one. */
  #readSlots(): void {
    const noted = this.#noted;
    const places = this.#places;
    const tally = this.#tally;
    const { health } = this.#tables;
    const last = slotCountOf(health) - 1;
    let sum = 0;
    for (let i = 0; i < noted; i++) {
      const slot = places[i]!;
      if (slot <= 0 || slot > last) continue;
      const next = Math.min(slot + LINE_WORDS - 1, last);
      sum ^= health[slot]! ^ tally[slot]! ^ health[next]! ^ tally[next]!;
    }
    this.#sum ^= sum;
  }
}

/** True if an image is warmed for. */
export function isLarge(zone: ZoneTable): boolean {
  return zone.bytes.length >= WARMED_ZONE_BYTES_MIN;
}
