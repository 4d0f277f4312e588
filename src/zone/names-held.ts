/**
 * Which of some targets can have addresses in a zone, and which can be steered, asked while the zone is built: for warnings about what an
 * ALIAS, an SRV or an HTTPS leads to. Wildcards, delegations and DNAMEs count for all that they cover.
 *
 * The targets are few and the zone may have a million names, so the targets come first: only owners whose hash is that of a name that
 * could answer for one of them are kept (a million in 0.3 s, where keeping all took 7 s and 770 MB).
 */

import { RRType } from '../wire/codes.ts';
import { nameLength } from '../wire/name.ts';
import type { ZoneRecords } from './zone-model.ts';

const ADDRESSES: readonly number[] = [RRType.A, RRType.AAAA];
/** What takes all names below it elsewhere, perhaps to something steered. */
const CUTTING: readonly number[] = [RRType.NS, RRType.DNAME];
const HASH_PRIME = 0x01000193;
const WILDCARD = Uint8Array.of(1, 0x2a);

/** What a zone holds besides its static records. */
export type HeldOwners = {
  /** Owners of steered records and of ALIASes, wire form. */
  readonly steered: Iterable<Uint8Array>;
  readonly aliases: Iterable<Uint8Array>;
};

/** Built once all records are known; names in wire form, lower case. */
export class NamesHeld {
  readonly #origin: Uint8Array;
  /** Hashes of the targets, of what is above them, and of the wildcards there. */
  readonly #wanted = new Set<number>();
  readonly #addresses = new Set<string>();
  /** Steered names, and those that lead on, perhaps to one. */
  readonly #leading = new Set<string>();
  readonly #cuts = new Set<string>();

  /** Knows of `targets`, names of the zone, and of no others. */
  constructor(origin: Uint8Array, targets: Iterable<Uint8Array>, records: ZoneRecords, owners: HeldOwners) {
    this.#origin = origin;
    for (const target of targets) this.#want(target);
    for (let row = 0; row < records.count; row++) {
      const kept = this.#setOf(records.types[row]!);
      if (kept !== null) this.#keep(kept, records.bytes, records.owners[row]!);
    }
    for (const owner of owners.steered) this.#keep(this.#leading, owner, 0);
    for (const owner of owners.aliases) this.#keep(this.#leading, owner, 0);
  }

  /** True if `name`, one of the targets, may be steered, or leads on to what may be. */
  mayBeSteered(name: Uint8Array): boolean {
    return this.#covers(name, (key) => this.#leading.has(key));
  }

  /** True if `name`, one of the targets, may have addresses. */
  mayHaveAddresses(name: Uint8Array): boolean {
    return this.#covers(name, (key) => this.#addresses.has(key) || this.#leading.has(key));
  }

  #setOf(type: number): Set<string> | null {
    if (ADDRESSES.includes(type)) return this.#addresses;
    if (CUTTING.includes(type)) return this.#cuts;
    return type === RRType.CNAME ? this.#leading : null;
  }

  #want(target: Uint8Array): void {
    const end = target.length - this.#origin.length;
    for (let at = 0; at <= end; at += 1 + target[at]!) {
      this.#wanted.add(hashOf(target, at, target.length, 0));
      if (at > 0) this.#wanted.add(hashOf(target, at, target.length, hashOf(WILDCARD, 0, WILDCARD.length, 0)));
    }
  }

  #keep(into: Set<string>, bytes: Uint8Array, at: number): void {
    const end = at + nameLength(bytes, at);
    if (this.#wanted.has(hashOf(bytes, at, end, 0))) into.add(octetText(bytes.subarray(at, end)));
  }

  /** Whether the name, a wildcard above it or what cuts it off is held. */
  #covers(name: Uint8Array, holds: (key: string) => boolean): boolean {
    const text = octetText(name);
    if (holds(text)) return true;
    const end = name.length - this.#origin.length;
    for (let at = 0; at < end; ) {
      if (this.#cuts.has(text.slice(at))) return true;
      at += 1 + name[at]!;
      if (holds(`\u0001*${text.slice(at)}`)) return true;
    }
    return false;
  }
}

/** Of the octets from `at` to `end`, going on from `hash`. */
function hashOf(bytes: Uint8Array, at: number, end: number, hash: number): number {
  let mixed = hash;
  for (let i = at; i < end; i++) mixed = Math.imul(mixed ^ bytes[i]!, HASH_PRIME) + 1;
  return mixed | 0;
}

/** One character an octet, so that texts are equal exactly when octets are. */
export function octetText(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += String.fromCharCode(octet);
  return text;
}
