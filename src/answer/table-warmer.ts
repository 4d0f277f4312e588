/**
 * Fetches what a batch of queries will need of large tables into the processor's caches before the first of them is answered. Answering
 * one name out of 100,000 meets five or six cache misses, each of which has to end before the next can begin; in a batch, the misses
 * of all queries at one stage are independent of each other, and a processor that meets them in one short loop waits for all at once.
 *
 *   1 question, name's hash -> hash slot   2 node and its RRsets   3 health word and count of the endpoints
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
  readonly #nodes = new Int32Array(UDP_BATCH_MESSAGES);
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

  /** Takes down whom the message of `length` octets at `start` asks for, and reads its hash slot. At most UDP_BATCH_MESSAGES a batch. */
  note(bytes: Uint8Array, start: number, length: number): void {
    const end = start + length;
    const name = this.#name;
    if (length <= HEADER_BYTES || this.#noted === UDP_BATCH_MESSAGES) return;
    const at = name.scan(bytes, start + HEADER_BYTES, end);
    if (at === SCAN_FAILED || at + 2 > end) return;
    const ordinal = this.#tables.index.find(name, 0);
    const zone = ordinal < 0 ? null : this.#tables.zones[ordinal];
    if (zone === null || zone === undefined || !isLarge(zone)) return;
    const hash = name.suffixHash[0]!;
    this.#zones[this.#noted] = zone;
    this.#hashes[this.#noted] = hash;
    this.#types[this.#noted] = (bytes[at]! << 8) | bytes[at + 1]!;
    this.#noted++;
    this.#sum ^= zone.words[zone.slotOf(hash)]!;
  }

  /** Reads what the noted queries will, stage by stage, and forgets them. */
  warm(): void {
    const noted = this.#noted;
    let sum = this.#sum;
    for (let i = 0; i < noted; i++) {
      const zone = this.#zones[i]!;
      const node = zone.nodeByHash(this.#hashes[i]!);
      this.#nodes[i] = node;
      const { words } = zone;
      if (node !== 0 && node + LINE_WORDS < words.length) sum ^= words[node]! ^ words[node + LINE_WORDS]!;
    }
    for (let i = 0; i < noted; i++) {
      const node = this.#nodes[i]!;
      if (node !== 0) sum ^= this.#touchEndpoints(this.#zones[i]!, node, this.#types[i]!);
    }
    this.#sum = sum;
    this.#noted = 0;
  }

  /** A record's endpoints mostly have neighbouring slots: the line of the first and the next one. */
  #touchEndpoints(zone: ZoneTable, node: number, type: number): number {
    const rrset = zone.findRRset(node, type);
    if (rrset === 0 || !zone.isSteered(rrset)) return 0;
    const slot = zone.firstSlotOf(rrset);
    const { health } = this.#tables;
    if (slot < 0 || slot + LINE_WORDS >= slotCountOf(health)) return 0;
    return health[slot]! ^ this.#tally[slot]! ^ health[slot + LINE_WORDS - 1]! ^ this.#tally[slot + LINE_WORDS - 1]!;
  }
}

/** True if an image is warmed for. */
export function isLarge(zone: ZoneTable): boolean {
  return zone.image.byteLength >= WARMED_ZONE_BYTES_MIN;
}
