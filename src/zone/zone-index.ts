/**
 * Which of our zones holds a name: the zone with the longest apex that the name ends in (RFC 1034 4.3.2, step 2). One open
 * addressing table over all apexes in shared memory, rebuilt when zones come or go.
 *
 *   [magic, mask, labels of the deepest apex, 0]  then per slot [hash, ordinal + 1, octet offset of the apex, its length]
 */

import { ScannedName } from '../wire/scanned-name.ts';
import type { ZoneTable } from './zone-table.ts';

const INDEX_MAGIC = 0x4d5a4931;
const HEADER_WORDS = 4;
const SLOT_WORDS = 4;

/** Opened by every worker. */
export class ZoneIndex {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #mask: number;
  readonly #labelsMax: number;

  constructor(image: SharedArrayBuffer) {
    this.#words = new Int32Array(image);
    this.#bytes = new Uint8Array(image);
    if (this.#words[0] !== INDEX_MAGIC) throw new TypeError('not a zone index of this version');
    this.#mask = this.#words[1]!;
    this.#labelsMax = this.#words[2]!;
  }

  /** Ordinal of the zone with the longest apex at or above the suffix from label `from` on; -1: none of ours. */
  find(name: ScannedName, from: number): number {
    const words = this.#words;
    const start = name.labels - this.#labelsMax;
    for (let label = Math.max(start, from); label <= name.labels; label++) {
      const hash = name.suffixHash[label]!;
      for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
        const at = HEADER_WORDS + slot * SLOT_WORDS;
        const ordinal = words[at + 1]!;
        if (ordinal === 0) break;
        if (words[at] === hash && name.suffixEquals(label, this.#bytes, words[at + 2]!, words[at + 3]!))
          return ordinal - 1;
      }
    }
    return -1;
  }
}

/** Opens an image; throws TypeError when it is not one. */
export function openZoneIndex(image: SharedArrayBuffer): ZoneIndex {
  return new ZoneIndex(image);
}

/** Builds the index of `zones` by their place in the array; nulls are left out. */
export function buildZoneIndex(zones: readonly (ZoneTable | null)[]): SharedArrayBuffer {
  let count = 0;
  let nameBytes = 0;
  for (const zone of zones) {
    if (zone === null) continue;
    count++;
    nameBytes += zone.apexLength;
  }
  let size = 4;
  while (size < count * 2) size *= 2;
  const namesAt = (HEADER_WORDS + size * SLOT_WORDS) * 4;
  const image = new SharedArrayBuffer((namesAt + nameBytes + 3) & ~3);
  const words = new Int32Array(image);
  const bytes = new Uint8Array(image);
  const name = new ScannedName();
  let at = namesAt;
  let labelsMax = 0;
  for (const [ordinal, zone] of zones.entries()) {
    if (zone === null) continue;
    name.scan(zone.bytes, zone.nameAt(zone.apexAt), zone.bytes.length);
    labelsMax = Math.max(labelsMax, name.labels);
    bytes.set(name.lower.subarray(0, name.length), at);
    let slot = name.suffixHash[0]! & (size - 1);
    while (words[HEADER_WORDS + slot * SLOT_WORDS + 1] !== 0) slot = (slot + 1) & (size - 1);
    words.set([name.suffixHash[0]!, ordinal + 1, at, name.length], HEADER_WORDS + slot * SLOT_WORDS);
    at += name.length;
  }
  words.set([INDEX_MAGIC, size - 1, labelsMax, 0]);
  return image;
}
