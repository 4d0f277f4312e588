/**
 * Character strings between master-file text and octets (RFC 1035 3.3, 5.1): `\X` and `\DDD` escapes, one octet of length in
 * wire form. Text outside ASCII stands for its UTF-8 octets, which is what the file's own octets were.
 */

import { readEscape } from './name.ts';

/**
 * The octets that `text` stands for, of any length, or null for a broken escape. `text` is the inside of a quoted string
 * or a bare word, escapes still in it.
 */
export function characterStringOctets(text: string): Uint8Array | null {
  const octets = new Uint8Array(utf8LengthMax(text));
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    // A backslash before a character outside ASCII takes away nothing of its meaning: it stands for that character.
    if (code === 0x5c && text.charCodeAt(i + 1) > 0x7f) code = text.charCodeAt(++i);
    if (code === 0x5c) {
      const escaped = readEscape(text, i);
      if (escaped === null) return null;
      octets[used++] = escaped.octet;
      i += escaped.length - 1;
    } else if (code < 0x80) {
      octets[used++] = code;
    } else {
      code = text.codePointAt(i)!;
      if (code > 0xffff) i++;
      used = putUtf8(octets, used, code);
    }
  }
  return octets.subarray(0, used);
}

/** The octets from `at` to `end` as a quoted string: printable ASCII as it is, `"` and `\` escaped, the rest as `\DDD`. */
export function formatQuoted(bytes: Uint8Array, at: number, end: number): string {
  let text = '"';
  for (let i = at; i < end; i++) {
    const octet = bytes[i]!;
    if (octet === 0x22 || octet === 0x5c) text += `\\${String.fromCharCode(octet)}`;
    else if (octet >= 0x20 && octet < 0x7f) text += String.fromCharCode(octet);
    else text += `\\${String(octet).padStart(3, '0')}`;
  }
  return `${text}"`;
}

/** A UTF-16 unit takes at most 3 octets; only text outside ASCII needs the room. */
function utf8LengthMax(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return text.length * 3;
  return text.length;
}

/** Writes `code` as UTF-8 (RFC 3629); half of a surrogate pair has no UTF-8 and becomes U+FFFD. */
function putUtf8(octets: Uint8Array, at: number, code: number): number {
  const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  let used = at;
  if (point < 0x800) {
    octets[used++] = 0xc0 | (point >> 6);
  } else {
    if (point < 0x10000) {
      octets[used++] = 0xe0 | (point >> 12);
    } else {
      octets[used++] = 0xf0 | (point >> 18);
      octets[used++] = 0x80 | ((point >> 12) & 0x3f);
    }
    octets[used++] = 0x80 | ((point >> 6) & 0x3f);
  }
  octets[used++] = 0x80 | (point & 0x3f);
  return used;
}
