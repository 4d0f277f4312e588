/**
 * Domain names between presentation and wire form (RFC 1035 3.1, 5.1; RFC 4343 for case). Cold path only: zone readers, the
 * command line and traces. A name in wire form is its labels, each behind its length, and a zero octet; never compressed.
 */

import { LABEL_BYTES_MAX, NAME_BYTES_MAX } from '../base/limits.ts';

/** Why a text is no name. */
export type NameFault = 'empty-label' | 'label-too-long' | 'name-too-long' | 'bad-escape';

/** The root. */
const ROOT_NAME: Uint8Array = Uint8Array.of(0);

/**
 * The wire form of `text`, case kept. A name without the final dot gets `origin` (wire form) appended; without `origin` it
 * is taken as absolute. `@` alone is the origin. Escapes `\.`, `\X` and `\DDD` as RFC 1035 5.1.
 */
export function nameFromText(text: string, origin: Uint8Array | null = null): Uint8Array | NameFault {
  if (text === '.') return ROOT_NAME;
  if (text === '@' && origin !== null) return origin;
  const bytes = new Uint8Array(NAME_BYTES_MAX + 1);
  let lengthAt = 0;
  let at = 1;
  let absolute = false;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (at === lengthAt + 1) return 'empty-label';
      bytes[lengthAt] = at - lengthAt - 1;
      lengthAt = at++;
      absolute = i === text.length - 1;
      if (at > NAME_BYTES_MAX) return 'name-too-long';
      continue;
    }
    if (code === 0x5c) {
      const escaped = readEscape(text, i);
      if (escaped === null) return 'bad-escape';
      code = escaped.octet;
      i += escaped.length - 1;
    }
    if (code > 255) return 'bad-escape';
    if (at - lengthAt > LABEL_BYTES_MAX) return 'label-too-long';
    if (at >= NAME_BYTES_MAX) return 'name-too-long';
    bytes[at++] = code;
  }
  if (absolute) return bytes.slice(0, lengthAt + 1);
  if (at === lengthAt + 1) return 'empty-label';
  bytes[lengthAt] = at - lengthAt - 1;
  const tail = origin ?? ROOT_NAME;
  if (at + tail.length > NAME_BYTES_MAX) return 'name-too-long';
  const name = new Uint8Array(at + tail.length);
  name.set(bytes.subarray(0, at));
  name.set(tail, at);
  return name;
}

/** The octet written at `text[at]` = `\`, and how many characters it took (2 or 4); null if it is none. */
export function readEscape(text: string, at: number): { octet: number; length: number } | null {
  const next = text.charCodeAt(at + 1);
  if (Number.isNaN(next)) return null;
  if (next < 0x30 || next > 0x39) return next > 255 ? null : { octet: next, length: 2 };
  const digits = text.slice(at + 1, at + 4);
  if (!/^\d{3}$/.test(digits) || Number(digits) > 255) return null;
  return { octet: Number(digits), length: 4 };
}

/** Presentation form of the wire name at `offset`, with the final dot and every odd octet escaped. The root is `.`. */
export function nameToText(bytes: Uint8Array, offset = 0): string {
  let text = '';
  for (let at = offset; bytes[at]! > 0; at += 1 + bytes[at]!) {
    for (let i = 1; i <= bytes[at]!; i++) text += escapeOctet(bytes[at + i]!);
    text += '.';
  }
  return text === '' ? '.' : text;
}

/** Octets of the wire name at `offset`, its final zero included. */
export function nameLength(bytes: Uint8Array, offset = 0): number {
  let at = offset;
  while (bytes[at]! > 0) at += 1 + bytes[at]!;
  return at + 1 - offset;
}

/** A copy with ASCII letters in lower case (RFC 4343). Lengths are at most 63, so no length octet can look like a letter. */
export function lowerName(name: Uint8Array): Uint8Array {
  const lower = name.slice();
  for (let i = 0; i < lower.length; i++) if (lower[i]! >= 0x41 && lower[i]! <= 0x5a) lower[i] = lower[i]! + 32;
  return lower;
}

/** True if `name` is `ancestor` or below it; both in wire form and the same case. */
export function isAtOrBelow(name: Uint8Array, ancestor: Uint8Array): boolean {
  let at = 0;
  while (name.length - at > ancestor.length) at += 1 + name[at]!;
  if (name.length - at !== ancestor.length) return false;
  for (let i = 0; i < ancestor.length; i++) if (name[at + i] !== ancestor[i]) return false;
  return true;
}

/** True if both wire names are the same octets. */
export function namesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && isAtOrBelow(a, b);
}

function escapeOctet(octet: number): string {
  if (
    octet === 0x2e ||
    octet === 0x5c ||
    octet === 0x22 ||
    octet === 0x3b ||
    octet === 0x40 ||
    octet === 0x28 ||
    octet === 0x29
  ) {
    return `\\${String.fromCharCode(octet)}`;
  }
  if (octet > 0x20 && octet < 0x7f) return String.fromCharCode(octet);
  return `\\${String(octet).padStart(3, '0')}`;
}
