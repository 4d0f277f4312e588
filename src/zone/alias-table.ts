/**
 * Addresses of names outside of our zones that an ALIAS leads to, as a resolver gave them to the control plane. Built there whenever one
 * changes, opened by every worker, read on the query's way; immutable.
 *
 *   [magic, mask, 0, 0]  then per slot [hash, entry at]; an entry at 0: empty; linear probing
 *   entry  [octet offset of the name, its length]  then for A and for AAAA [TTL (-1: not known), count, octet offset of the addresses]
 */

import { RRType } from '../wire/codes.ts';
import { ScannedName } from '../wire/scanned-name.ts';
import { ImageArena } from './image-arena.ts';

const ALIAS_MAGIC = 0x4d5a4131;
const HEADER_WORDS = 4;
const NAME_WORDS = 2;
const FAMILY_WORDS = 3;

/** What is known of one name and type: seconds, and addresses of 4 or 16 octets each; none of them is an answer too. */
export type AliasAddresses = { readonly ttlSeconds: number; readonly addresses: readonly Uint8Array[] };

/** One name in wire form; null: nothing is known. */
export type AliasEntry = {
  readonly name: Uint8Array;
  readonly a: AliasAddresses | null;
  readonly aaaa: AliasAddresses | null;
};

/** An open image. */
export class AliasTable {
  readonly image: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;

  constructor(image: SharedArrayBuffer) {
    this.image = image;
    this.words = new Int32Array(image);
    this.bytes = new Uint8Array(image);
    if (this.words[0] !== ALIAS_MAGIC) throw new TypeError('not an alias table of this version');
  }

  /** The entry of `name`, or 0. */
  find(name: ScannedName): number {
    const { words } = this;
    const mask = words[1]!;
    const hash = name.suffixHash[0]!;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = words[HEADER_WORDS + slot * 2 + 1]!;
      if (at === 0) return 0;
      if (words[HEADER_WORDS + slot * 2] === hash && name.suffixEquals(0, this.bytes, words[at]!, words[at + 1]!))
        return at;
    }
  }

  /** Seconds for which the addresses of `type` (A or AAAA) hold; -1: they are not known. */
  ttlOf(entry: number, type: number): number {
    return this.words[familyAt(entry, type)]!;
  }

  countOf(entry: number, type: number): number {
    return this.words[familyAt(entry, type) + 1]!;
  }

  /** Octet offset of the first address of `type`; the others follow. */
  addressesAt(entry: number, type: number): number {
    return this.words[familyAt(entry, type) + 2]!;
  }
}

function familyAt(entry: number, type: number): number {
  return entry + NAME_WORDS + (type === RRType.A ? 0 : FAMILY_WORDS);
}

/** Opens an image; throws TypeError when it is not one. */
export function openAliasTable(image: SharedArrayBuffer): AliasTable {
  return new AliasTable(image);
}

/** Builds the table of `entries`, each name once. */
export function buildAliasTable(entries: readonly AliasEntry[]): SharedArrayBuffer {
  let slots = 4;
  while (slots < entries.length * 2) slots *= 2;
  const arena = new ImageArena(HEADER_WORDS + slots * 2 + entries.length * 64 + 64);
  arena.takeWords(HEADER_WORDS + slots * 2);
  arena.words[0] = ALIAS_MAGIC;
  arena.words[1] = slots - 1;
  const scanned = new ScannedName();
  for (const entry of entries) {
    scanned.scan(entry.name, 0, entry.name.length);
    let slot = scanned.suffixHash[0]! & (slots - 1);
    while (arena.words[HEADER_WORDS + slot * 2 + 1] !== 0) slot = (slot + 1) & (slots - 1);
    const at = arena.takeWords(NAME_WORDS + 2 * FAMILY_WORDS);
    arena.words[HEADER_WORDS + slot * 2] = scanned.suffixHash[0]!;
    arena.words[HEADER_WORDS + slot * 2 + 1] = at;
    arena.words[at] = writeBytes(arena, [scanned.lower.slice(0, scanned.length)]);
    arena.words[at + 1] = scanned.length;
    for (const [i, known] of [entry.a, entry.aaaa].entries()) {
      const addresses = known?.addresses ?? [];
      const familyAt = at + NAME_WORDS + i * FAMILY_WORDS;
      const addressesAt = writeBytes(arena, addresses);
      arena.words[familyAt] = known?.ttlSeconds ?? -1;
      arena.words[familyAt + 1] = addresses.length;
      arena.words[familyAt + 2] = addressesAt;
    }
  }
  return arena.share();
}

function writeBytes(arena: ImageArena, parts: readonly Uint8Array[]): number {
  const start = arena.takeBytes(parts.reduce((sum, part) => sum + part.length, 0));
  let at = start;
  for (const part of parts) {
    arena.bytes.set(part, at);
    at += part.length;
  }
  return start;
}
