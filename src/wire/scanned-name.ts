/**
 * A name taken apart once: folded to lower case (RFC 4343), its labels found, and every suffix of it hashed, so that zone
 * and node lookups of any ancestor cost one probe. One object per worker and purpose, filled again for each name; no
 * allocation. Uncompressed names only: a question holds no pointer (RFC 1035 4.1.2), nor does stored RDATA.
 */

import { NAME_BYTES_MAX, NAME_LABELS_MAX } from '../base/limits.ts';

/** Why {@link ScannedName.scan} stopped. */
export const SCAN_FAILED = -1;

/** FNV-1a's prime and offset; a finaliser spreads the short labels. */
const HASH_PRIME = 0x01000193;
const HASH_BASIS = 0x811c9dc5 | 0;
const FINAL_A = 0x85ebca6b | 0;
const ROOT_HASH = 0x2545f491;

/** A name and the hashes of its suffixes; fields hold until the next {@link ScannedName.scan}. */
export class ScannedName {
  /** The name in wire form, lower case, from 0 to `length`. */
  readonly lower: Uint8Array = new Uint8Array(NAME_BYTES_MAX + 1);
  /** Octets, the final zero included. */
  length = 1;
  /** Labels, the root not counted. */
  labels = 0;
  /** Offset in `lower` of label i; entry `labels` is the root's. Leftmost label first. */
  readonly labelAt: Uint8Array = new Uint8Array(NAME_LABELS_MAX + 1);
  /** Hash of the suffix that starts at label i; entry `labels` is the root's. */
  readonly suffixHash: Int32Array = new Int32Array(NAME_LABELS_MAX + 1);

  /**
   * Reads the name at `at`; no octet at or after `end` is touched. Returns the offset behind it, or {@link SCAN_FAILED}
   * when it runs off the end, holds a pointer or an extended label type (RFC 6891 5), or is longer than 255 octets.
   */
  scan(bytes: Uint8Array, at: number, end: number): number {
    const lower = this.lower;
    const suffixHash = this.suffixHash;
    const begin = at;
    let labels = 0;
    for (;;) {
      if (at >= end) return SCAN_FAILED;
      const size = bytes[at]!;
      if (size === 0) break;
      if (size > 63 || at - begin + size + 1 >= NAME_BYTES_MAX || at + size >= end) return SCAN_FAILED;
      this.labelAt[labels] = at - begin;
      lower[at - begin] = size;
      const labelEnd = at + size + 1;
      let hash = HASH_BASIS;
      for (at++; at < labelEnd; at++) {
        let octet = bytes[at]!;
        if (octet >= 0x41 && octet <= 0x5a) octet += 0x20;
        lower[at - begin] = octet;
        hash = Math.imul(hash ^ octet, HASH_PRIME);
      }
      suffixHash[labels++] = hash;
    }
    lower[at - begin] = 0;
    this.labelAt[labels] = at - begin;
    this.labels = labels;
    this.length = at - begin + 1;
    let hash = ROOT_HASH;
    suffixHash[labels] = hash;
    for (let i = labels - 1; i >= 0; i--) {
      hash = Math.imul(hash ^ suffixHash[i]!, FINAL_A);
      hash ^= hash >>> 15;
      suffixHash[i] = hash;
    }
    return at + 1;
  }

  /** True if the `count` octets from label `label` on, which are there, are those at `offset` of `bytes` (lower case wire form). */
  labelsEqual(label: number, bytes: Uint8Array, offset: number, count: number): boolean {
    const { lower } = this;
    const from = this.labelAt[label]!;
    for (let i = 0; i < count; i++) if (lower[from + i] !== bytes[offset + i]) return false;
    return true;
  }

  /** True if the suffix from label `label` on is the `length` octets at `offset` of `bytes` (lower case wire form). */
  suffixEquals(label: number, bytes: Uint8Array, offset: number, length: number): boolean {
    return this.length - this.labelAt[label]! === length && this.labelsEqual(label, bytes, offset, length);
  }
}
