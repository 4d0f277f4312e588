/**
 * The data section of an MMDB file (MaxMind DB format 2.0): values with a type, a size and pointers to each other. Everything that
 * the tree points to is verified once before anything is read, so a damaged or hostile file is refused with its offset, never
 * followed: sizes within the section, known types, pointers to values that are no pointers, keys that are text, bounded depth and
 * work. After that the field readers may trust what they walk over.
 */

import { MMDB_DEPTH_MAX, MMDB_RECORD_VALUES_MAX, MMDB_VALUES_PER_BYTE_MAX } from '../base/limits.ts';
import type { GeoSourceFault } from './geo-source.ts';

/** Types of the format. */
const Type = {
  EXTENDED: 0,
  POINTER: 1,
  STRING: 2,
  DOUBLE: 3,
  BYTES: 4,
  UINT16: 5,
  UINT32: 6,
  MAP: 7,
  INT32: 8,
  UINT64: 9,
  UINT128: 10,
  ARRAY: 11,
  BOOLEAN: 14,
  FLOAT: 15,
} as const;

/** Octets of the fixed sizes, and the most octets of the numbers that may be written shorter. */
const BYTES_MAX: Readonly<Record<number, number>> = {
  [Type.UINT16]: 2,
  [Type.UINT32]: 4,
  [Type.INT32]: 4,
  [Type.UINT64]: 8,
  [Type.UINT128]: 16,
};

const UTF8 = new TextDecoder();

/** Damage, thrown inside the reader of one file and caught by it. */
export class MmdbDamage extends Error {
  override readonly name = 'MmdbDamage';
  readonly code: GeoSourceFault;

  constructor(code: GeoSourceFault, message: string) {
    super(message);
    this.code = code;
  }
}

/** A value's head: type, size (of strings and numbers in octets, of maps and arrays in entries, of a pointer its target), where it goes on. */
type Head = { type: number; size: number; next: number };

/** One data section (or the metadata, which has the same form). */
export class MmdbData {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #head: Head = { type: 0, size: 0, next: 0 };
  /** One bit an offset: verified as a whole value, with all that it holds. */
  readonly #verified: Uint8Array;
  #valuesLeft: number;
  /** Values verified so far in the record at hand, without those behind pointers. */
  #inlineValues = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#verified = new Uint8Array((bytes.length >> 3) + 1);
    this.#valuesLeft = bytes.length * MMDB_VALUES_PER_BYTE_MAX;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** True if a value at this offset has been verified. */
  isVerified(offset: number): boolean {
    return (this.#verified[offset >> 3]! & (1 << (offset & 7))) !== 0;
  }

  /** Checks the value at `offset` and all that it holds; throws {@link MmdbDamage}. */
  verify(offset: number): void {
    if (this.isVerified(offset)) return;
    this.#inlineValues = 0;
    this.#verifyValue(offset, 0);
  }

  /** The value of `key` in the verified map at `offset`, as an offset with pointers followed; -1 when there is none or it is no map. */
  find(offset: number, key: string): number {
    if (offset < 0) return -1;
    let at = this.#follow(offset);
    if (this.#head.type !== Type.MAP) return -1;
    for (let left = this.#head.size; left > 0; left--) {
      const keyAt = this.#follow(at);
      const found = this.#textIs(keyAt, key);
      at = this.#skip(at);
      if (found) return this.#resolve(at);
      at = this.#skip(at);
    }
    return -1;
  }

  /** The first entry of the verified array at `offset`, or -1. */
  first(offset: number): number {
    if (offset < 0) return -1;
    const at = this.#follow(offset);
    return this.#head.type === Type.ARRAY && this.#head.size > 0 ? this.#resolve(at) : -1;
  }

  /** True if the verified value at `offset` is a map. */
  isMap(offset: number): boolean {
    this.#follow(offset);
    return this.#head.type === Type.MAP;
  }

  /** The verified text at `offset`, or null. Text beyond 200 octets is none of the codes and names that places have. */
  text(offset: number): string | null {
    if (offset < 0) return null;
    const at = this.#follow(offset);
    if (this.#head.type !== Type.STRING || this.#head.size > 200) return null;
    return this.#decodeText(at, this.#head.size);
  }

  /** The verified number at `offset`, up to 53 bits, or null. */
  number(offset: number): number | null {
    if (offset < 0) return null;
    const at = this.#follow(offset);
    const { type, size } = this.#head;
    if (type === Type.DOUBLE) return this.#view.getFloat64(at);
    if (type === Type.FLOAT) return this.#view.getFloat32(at);
    if (BYTES_MAX[type] === undefined) return null;
    const value = this.#uint(at, size);
    return type === Type.INT32 && size === 4 ? value | 0 : value;
  }

  /** Returns where the value ends. */
  #verifyValue(offset: number, depth: number): number {
    if (depth > MMDB_DEPTH_MAX) throw damage(offset, `is nested deeper than ${MMDB_DEPTH_MAX} (MMDB_DEPTH_MAX)`);
    if (this.#valuesLeft-- <= 0) throw damage(offset, 'is read too often (MMDB_VALUES_PER_BYTE_MAX)');
    // Walks of verified records stay short, however many records share one of them.
    if (++this.#inlineValues > MMDB_RECORD_VALUES_MAX) {
      throw damage(
        offset,
        `belongs to a record of more than ${MMDB_RECORD_VALUES_MAX} values (MMDB_RECORD_VALUES_MAX)`,
      );
    }
    this.#readHead(offset);
    const { type, size, next } = this.#head;
    let end = next;
    if (type === Type.POINTER) this.#verifyTarget(offset, size, depth);
    else if (type === Type.MAP || type === Type.ARRAY) {
      for (let left = size; left > 0; left--) {
        if (type === Type.MAP) end = this.#verifyKey(end, depth + 1);
        end = this.#verifyValue(end, depth + 1);
      }
    } else if (type !== Type.BOOLEAN) {
      this.#verifySize(offset, type, size);
      end = next + size;
      if (end > this.#bytes.length) throw damage(offset, 'runs past the end of the data');
    } else if (size > 1) throw damage(offset, `is a boolean of size ${size}`);
    this.#verified[offset >> 3]! |= 1 << (offset & 7);
    return end;
  }

  #verifyTarget(offset: number, target: number, depth: number): void {
    if (target >= this.#bytes.length) throw damage(offset, `points to ${target}, past the end of the data`);
    if (this.isVerified(target)) return;
    this.#readHead(target);
    if (this.#head.type === Type.POINTER) throw damage(offset, `points to another pointer at ${target}`);
    const before = this.#inlineValues;
    this.#inlineValues = 0;
    this.#verifyValue(target, depth + 1);
    this.#inlineValues = before;
  }

  #verifyKey(offset: number, depth: number): number {
    const end = this.#verifyValue(offset, depth);
    this.#follow(offset);
    if (this.#head.type !== Type.STRING) throw damage(offset, 'is the key of a map and not text');
    return end;
  }

  #verifySize(offset: number, type: number, size: number): void {
    const bytesMax = BYTES_MAX[type];
    const wrong =
      type === Type.DOUBLE
        ? size !== 8
        : type === Type.FLOAT
          ? size !== 4
          : bytesMax !== undefined
            ? size > bytesMax
            : type !== Type.STRING && type !== Type.BYTES;
    if (wrong) throw damage(offset, `is of type ${type} with size ${size}, which does not exist`);
  }

  /** Reads the control octets at `offset` into the shared head. */
  #readHead(offset: number): void {
    const control = this.#byte(offset);
    let at = offset + 1;
    let type = control >> 5;
    const head = this.#head;
    if (type === Type.POINTER) {
      const count = ((control >> 3) & 3) + 1;
      let target = count === 4 ? 0 : control & 7;
      for (let i = 0; i < count; i++) target = target * 256 + this.#byte(at + i);
      head.type = type;
      head.size = target + (count === 2 ? 2048 : count === 3 ? 526_336 : 0);
      head.next = at + count;
      return;
    }
    if (type === Type.EXTENDED) type = 7 + this.#byte(at++);
    let size = control & 31;
    if (size >= 29) {
      const count = size - 28;
      const base = count === 1 ? 29 : count === 2 ? 285 : 65_821;
      size = base;
      let extra = 0;
      for (let i = 0; i < count; i++) extra = extra * 256 + this.#byte(at + i);
      size += extra;
      at += count;
    }
    head.type = type;
    head.size = size;
    head.next = at;
  }

  #byte(at: number): number {
    const byte = this.#bytes[at];
    if (byte === undefined) throw damage(at, 'is past the end of the data');
    return byte;
  }

  /** Follows a pointer if there is one; leaves the value's head read and returns where its content begins. */
  #follow(offset: number): number {
    this.#readHead(offset);
    if (this.#head.type === Type.POINTER) this.#readHead(this.#head.size);
    return this.#head.next;
  }

  /** The offset of the value itself. */
  #resolve(offset: number): number {
    this.#readHead(offset);
    return this.#head.type === Type.POINTER ? this.#head.size : offset;
  }

  /** Where the verified value at `offset` ends. Recursion is as deep as verification allowed. */
  #skip(offset: number): number {
    this.#readHead(offset);
    const { type, size, next } = this.#head;
    if (type === Type.POINTER || type === Type.BOOLEAN) return next;
    if (type !== Type.MAP && type !== Type.ARRAY) return next + size;
    let at = next;
    for (let left = type === Type.MAP ? size * 2 : size; left > 0; left--) at = this.#skip(at);
    return at;
  }

  /** True if the text whose head was just read, with content at `at`, is `key` (ASCII). */
  #textIs(at: number, key: string): boolean {
    if (this.#head.size !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (this.#bytes[at + i] !== key.charCodeAt(i)) return false;
    return true;
  }

  /** Codes are short and ASCII, for which the decoder is ten times slower than this. */
  #decodeText(at: number, size: number): string {
    let text = '';
    for (let i = at; i < at + size; i++) {
      const code = this.#bytes[i]!;
      if (code > 127) return UTF8.decode(this.#bytes.subarray(at, at + size));
      text += String.fromCharCode(code);
    }
    return text;
  }

  #uint(at: number, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#bytes[at + i]!;
    return value;
  }
}

function damage(offset: number, message: string): MmdbDamage {
  return new MmdbDamage('bad-data', `the value at data offset ${offset} ${message}`);
}
