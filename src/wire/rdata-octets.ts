/** A growing buffer that RDATA fields write to, and a bounded window that they read from. */

import { NAME_BYTES_MAX } from '../base/limits.ts';
import { nameToText } from './name.ts';

/** Octets written so far: `bytes[0 .. length)`. */
export class OctetWriter {
  bytes: Uint8Array = new Uint8Array(64);
  length = 0;

  /** Appends the low `count` (1, 2 or 4) octets of `value`, most significant first. */
  uint(value: number, count: number): void {
    this.#reserve(count);
    for (let i = count - 1; i >= 0; i--) this.bytes[this.length++] = (value >>> (i * 8)) & 255;
  }

  octets(source: Uint8Array): void {
    this.#reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
  }
}

/** A window `[at, end)` of `bytes`; reads never leave it and say -1 or null when it is too short. */
export class OctetReader {
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;
  /** Whether names may continue elsewhere in `bytes`, which is then a whole message (RFC 1035 4.1.4). */
  readonly isMessage: boolean;
  at: number;

  constructor(bytes: Uint8Array, offset: number, length: number, isMessage: boolean) {
    this.bytes = bytes;
    this.begin = Math.min(bytes.length, Math.max(0, offset));
    this.at = this.begin;
    this.end = Math.min(bytes.length, this.at + Math.max(0, length));
    this.isMessage = isMessage;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The next `count` octets as an unsigned number, or -1. */
  uint(count: number): number {
    if (this.left < count) return -1;
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + this.bytes[this.at++]!;
    return value;
  }

  /** The next `count` octets, or null. Shares memory. */
  octets(count: number): Uint8Array | null {
    if (this.left < count) return null;
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** The next name in wire form, decompressed, or null. */
  name(): Uint8Array | null {
    const name = new Uint8Array(NAME_BYTES_MAX);
    let used = 0;
    let at = this.at;
    let end = this.end;
    let start = this.at;
    let jumped = false;
    for (;;) {
      if (at >= end) return null;
      const size = this.bytes[at]!;
      if (size >= 0xc0) {
        // Every pointer must lead to before the run of labels it ends, so that a loop is impossible.
        const to = at + 1 < end ? ((size & 0x3f) << 8) | this.bytes[at + 1]! : start;
        if (!this.isMessage || to >= start) return null;
        if (!jumped) this.at = at + 2;
        jumped = true;
        start = to;
        at = to;
        end = this.bytes.length;
        continue;
      }
      if (size > 63 || at + 1 + size > end || used + 1 + size > NAME_BYTES_MAX) return null;
      name.set(this.bytes.subarray(at, at + 1 + size), used);
      used += 1 + size;
      at += 1 + size;
      if (size === 0) break;
    }
    if (!jumped) this.at = at;
    return name.slice(0, used);
  }

  /** The next name as text, or null. */
  nameText(): string | null {
    const name = this.name();
    return name === null ? null : nameToText(name);
  }
}
