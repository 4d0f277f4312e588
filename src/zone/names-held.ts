/**
 * Which names of a zone can have addresses, and which can be steered, asked while the zone is built: for warnings about what an ALIAS,
 * an SRV or an HTTPS leads to. Wildcards, delegations and DNAMEs count for all that they cover.
 */

import { RRType } from '../wire/codes.ts';
import { nameLength } from '../wire/name.ts';
import type { ZoneRecords } from './zone-model.ts';

const ADDRESSES: readonly number[] = [RRType.A, RRType.AAAA];
/** What takes all names below it elsewhere, perhaps to something steered. */
const CUTTING: readonly number[] = [RRType.NS, RRType.DNAME];

/** Names in wire form; built once all records are known. */
export class NamesHeld {
  readonly #addresses = new Set<string>();
  /** Steered names, and those that lead on, perhaps to one. */
  readonly #leading = new Set<string>();
  readonly #cuts = new Set<string>();
  readonly #origin: Uint8Array;

  /** `steered` and `aliases`: owners of steered records and of ALIASes. */
  constructor(origin: Uint8Array, records: ZoneRecords, steered: Iterable<Uint8Array>, aliases: Iterable<Uint8Array>) {
    this.#origin = origin;
    for (let row = 0; row < records.count; row++) {
      const type = records.types[row]!;
      if (ADDRESSES.includes(type)) this.#addresses.add(octetText(ownerOf(records, row)));
      else if (CUTTING.includes(type)) this.#cuts.add(octetText(ownerOf(records, row)));
      else if (type === RRType.CNAME) this.#leading.add(octetText(ownerOf(records, row)));
    }
    for (const owner of steered) this.#leading.add(octetText(owner));
    for (const owner of aliases) this.#leading.add(octetText(owner));
  }

  /** True if `name`, a name of the zone, may be steered, or leads on to what may be. */
  mayBeSteered(name: Uint8Array): boolean {
    return this.#covers(name, (key) => this.#leading.has(key));
  }

  /** True if `name`, a name of the zone, may have addresses. */
  mayHaveAddresses(name: Uint8Array): boolean {
    return this.#covers(name, (key) => this.#addresses.has(key) || this.#leading.has(key));
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

function ownerOf(records: ZoneRecords, row: number): Uint8Array {
  const at = records.owners[row]!;
  return records.bytes.subarray(at, at + nameLength(records.bytes, at));
}

/** One character an octet, so that texts are equal exactly when octets are. */
export function octetText(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += String.fromCharCode(octet);
  return text;
}
