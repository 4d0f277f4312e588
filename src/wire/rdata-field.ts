/**
 * The kinds of field that RDATA is made of, each both ways: words of text to octets and octets to text. A record type is a
 * list of these (rdata-layout); a reader of text learns in one sentence what a word should have been.
 */

import { addressBytes, formatIpAddress, type IpFamily, parseIpAddress, readAddressWords } from '../base/ip-address.ts';
import { CHARACTER_STRING_BYTES_MAX } from '../base/limits.ts';
import { characterStringOctets, formatQuoted } from './character-string.ts';
import { nameFromText } from './name.ts';
import { durationSeconds } from './rdata-duration.ts';
import type { OctetReader, OctetWriter } from './rdata-octets.ts';
import { base64FromOctets, hexFromOctets, octetsFromBase64, octetsFromHex } from './rdata-radix.ts';
import { describeNameFault, quoteForFault, type TokenCursor } from './rdata-token.ts';

/** One field. `parse` eats words and appends octets, or says what is wrong; `format` eats octets, or null if they are wrong. */
export type RdataField = {
  readonly label: string;
  readonly parse: (from: TokenCursor, out: OctetWriter) => string | null;
  readonly format: (from: OctetReader) => string | null;
};

/** A number of `size` octets. `mnemonics` are accepted in text, and never printed: numbers are understood everywhere. */
export function uintField(label: string, size: 1 | 2 | 4, mnemonics?: ReadonlyMap<string, number>): RdataField {
  const max = 2 ** (size * 8) - 1;
  return {
    label,
    parse: (from, out) =>
      eatWord(from, label, (text) => {
        const value = mnemonics?.get(text.toUpperCase()) ?? wholeNumber(text);
        if (value < 0 || value > max) return `${label} must be a whole number 0..${max}, not ${quoteForFault(text)}`;
        out.uint(value, size);
        return null;
      }),
    format: (from) => {
      const value = from.uint(size);
      return value < 0 ? null : String(value);
    },
  };
}

/** A 32-bit time in seconds; text may have units. */
export function durationField(label: string): RdataField {
  return {
    label,
    parse: (from, out) =>
      eatWord(from, label, (text) => {
        const seconds = durationSeconds(text);
        if (seconds < 0) return `${label} must be seconds or a time like 1h30m, not ${quoteForFault(text)}`;
        out.uint(seconds, 4);
        return null;
      }),
    format: (from) => {
      const value = from.uint(4);
      return value < 0 ? null : String(value);
    },
  };
}

/** An address of `family`. */
export function addressField(label: string, family: IpFamily): RdataField {
  const size = family === 4 ? 4 : 16;
  return {
    label,
    parse: (from, out) =>
      eatWord(from, label, (text) => {
        const address = parseIpAddress(text);
        if (address === null || address.family !== family) {
          const example = family === 4 ? '192.0.2.1' : '2001:db8::1';
          return `${label} must be an IPv${family} address like ${example}, not ${quoteForFault(text)}`;
        }
        out.octets(addressBytes(address));
        return null;
      }),
    format: (from) => {
      const bytes = from.octets(size);
      if (bytes === null) return null;
      const words = new Uint32Array(4);
      readAddressWords(words, family, bytes, 0);
      return formatIpAddress({ family, words });
    },
  };
}

/** A domain name, case kept. */
export function nameField(label: string): RdataField {
  return {
    label,
    parse: (from, out) =>
      eatWord(from, label, (text) => {
        if (!isPlainText(text)) {
          return `${label} ${quoteForFault(text)} has characters outside ASCII: write the name in its xn-- form, or octets as \\DDD`;
        }
        const name = nameFromText(text, from.origin);
        if (typeof name === 'string') return `${label}: ${describeNameFault(name, text)}`;
        out.octets(name);
        return null;
      }),
    format: (from) => from.nameText(),
  };
}

/** One character string (RFC 1035 3.3). */
export function stringField(label: string): RdataField {
  return {
    label,
    parse: (from, out) => eatWord(from, label, (text) => putString(text, label, out)),
    format: (from) => formatString(from),
  };
}

/** One character string or more, up to `countMax`, to the end of the RDATA. */
export function stringsField(label: string, countMax = Number.POSITIVE_INFINITY): RdataField {
  return {
    label,
    parse: (from, out) => {
      let fault: string | null;
      const end = from.at + countMax;
      do fault = eatWord(from, label, (text) => putString(text, label, out));
      while (fault === null && from.at < from.tokens.length && from.at < end);
      return fault;
    },
    format: (from) => {
      const texts: string[] = [];
      do {
        const text = formatString(from);
        if (text === null) return null;
        texts.push(text);
      } while (from.left > 0 && texts.length < countMax);
      return texts.join(' ');
    },
  };
}

/** Text without an octet of length, up to the end of the RDATA; in text one word, quoted as a rule. */
export function restTextField(label: string, octetsMin: number): RdataField {
  return {
    label,
    parse: (from, out) =>
      eatWord(from, label, (text) => {
        const octets = characterStringOctets(text);
        if (octets === null) return `${label} ${BAD_ESCAPE}`;
        if (octets.length < octetsMin) return `${label} must not be empty`;
        out.octets(octets);
        return null;
      }),
    format: (from) => {
      if (from.left < octetsMin) return null;
      const text = formatQuoted(from.bytes, from.at, from.end);
      from.at = from.end;
      return text;
    },
  };
}

/** Hex digits up to the end of the RDATA, at least one octet; in text over any number of words. */
export function hexField(label: string): RdataField {
  return radixField(label, octetsFromHex, hexFromOctets, 'hex digits, two an octet');
}

/** Base64 (RFC 4648 4) up to the end of the RDATA, at least one octet; in text over any number of words. */
export function base64Field(label: string): RdataField {
  return radixField(label, octetsFromBase64, base64FromOctets, 'base64 with its padding');
}

/** 64 bits as four groups of hex digits with colons between (RFC 6742 2.1.2). */
export function hexGroupsField(label: string): RdataField {
  return {
    label,
    parse: (from, out) =>
      eatWord(from, label, (text) => {
        if (!/^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}$/i.test(text)) {
          return `${label} must be four groups of hex digits like 2001:db8:1140:1000, not ${quoteForFault(text)}`;
        }
        for (const group of text.split(':')) out.uint(Number.parseInt(group, 16), 2);
        return null;
      }),
    format: (from) => {
      const groups = [from.uint(2), from.uint(2), from.uint(2), from.uint(2)];
      return groups.at(-1)! < 0 ? null : groups.map((group) => group.toString(16).padStart(4, '0')).join(':');
    },
  };
}

/** `size` octets in hex with hyphens between (RFC 7043). */
export function euiField(label: string, size: 6 | 8): RdataField {
  return {
    label,
    parse: (from, out) =>
      eatWord(from, label, (text) => {
        const octets = octetsFromHex(text.replaceAll('-', ''));
        if (octets === null || octets.length !== size || text.length !== size * 3 - 1) {
          return `${label} must be ${size} octets in hex with hyphens between, not ${quoteForFault(text)}`;
        }
        out.octets(octets);
        return null;
      }),
    format: (from) => {
      const bytes = from.octets(size);
      return bytes === null ? null : hexFromOctets(bytes).toLowerCase().match(/../g)!.join('-');
    },
  };
}

/** Gives the next word to `read` and moves on if it liked it. */
function eatWord(from: TokenCursor, label: string, read: (text: string) => string | null): string | null {
  const token = from.tokens[from.at];
  if (token === undefined) return `${label} is missing`;
  const fault = read(token.text);
  if (fault === null) from.at++;
  return fault;
}

/** The value of decimal digits, or -1. More than 10 digits are out of every range here. */
export function wholeNumber(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : -1;
}

/** What is said of a broken escape. */
export const BAD_ESCAPE = 'has a bad escape: write \\DDD with three digits up to 255, or \\ and one character';

function putString(text: string, label: string, out: OctetWriter): string | null {
  const octets = characterStringOctets(text);
  if (octets === null) return `${label} ${BAD_ESCAPE}`;
  if (octets.length > CHARACTER_STRING_BYTES_MAX) {
    return `${label} has a string of ${octets.length} octets, at most ${CHARACTER_STRING_BYTES_MAX} fit (RFC 1035 3.3): split it into several quoted strings`;
  }
  out.uint(octets.length, 1);
  out.octets(octets);
  return null;
}

function formatString(from: OctetReader): string | null {
  const size = from.uint(1);
  if (size < 0 || from.octets(size) === null) return null;
  return formatQuoted(from.bytes, from.at - size, from.at);
}

function radixField(
  label: string,
  read: (text: string) => Uint8Array | null,
  write: (octets: Uint8Array) => string,
  form: string,
): RdataField {
  return {
    label,
    parse: (from, out) => {
      if (from.at >= from.tokens.length) return `${label} is missing`;
      let text = '';
      for (let i = from.at; i < from.tokens.length; i++) text += from.tokens[i]!.text;
      const octets = read(text);
      if (octets === null || octets.length === 0) return `${label} must be ${form}, not ${quoteForFault(text)}`;
      out.octets(octets);
      from.at = from.tokens.length;
      return null;
    },
    format: (from) => (from.left < 1 ? null : write(from.octets(from.left)!)),
  };
}

/** True if a name's text is ASCII without control characters: anything else is an editor's accident. */
function isPlainText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
