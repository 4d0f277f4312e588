/**
 * The service parameters that IANA has registered ("DNS SVCB Service Parameter Keys"), each between presentation and wire
 * value. `rdata-svcb` strings them together; a key unknown here is opaque octets (`keyNNNNN`, RFC 9460 2.1).
 */

import { addressBytes, formatIpAddress, type IpFamily, parseIpAddress, readAddressWords } from '../base/ip-address.ts';
import { CHARACTER_STRING_BYTES_MAX } from '../base/limits.ts';
import { formatQuoted } from './character-string.ts';
import { wholeNumber } from './rdata-field.ts';
import { base64FromOctets, octetsFromBase64 } from './rdata-radix.ts';
import { quoteForFault } from './rdata-token.ts';

/** `parse` takes the value with one character an octet, escapes undone; `format` gives `=value`, `''` for none, null if malformed. */
export type SvcParam = {
  readonly parse: (value: string) => Uint8Array | string;
  readonly format: (value: Uint8Array) => string | null;
};

/** Keys with a rule of their own (RFC 9460 14.3.2). */
export const SvcKey = { MANDATORY: 0, ALPN: 1, NO_DEFAULT_ALPN: 2, IPV4_HINT: 4, IPV6_HINT: 6 } as const;
/** Reserved: "invalid key". */
const KEY_INVALID = 65535;

const KEY_NAMES = [
  'mandatory',
  'alpn',
  'no-default-alpn',
  'port',
  'ipv4hint',
  'ech',
  'ipv6hint',
  'dohpath',
  'ohttp',
  'tls-supported-groups',
  'docpath',
];

const CODECS: readonly SvcParam[] = [
  { parse: parseMandatory, format: formatMandatory },
  { parse: (value) => parseValueList(value, 1), format: (value) => formatValueList(value, 1) },
  { parse: parseEmpty, format: formatEmpty },
  { parse: parsePort, format: (value) => (value.length === 2 ? `=${uint16At(value, 0)}` : null) },
  addressList(4),
  { parse: parseEch, format: (value) => (value.length > 0 ? `=${base64FromOctets(value)}` : null) },
  addressList(6),
  { parse: parseDohPath, format: formatDohPath },
  { parse: parseEmpty, format: formatEmpty },
  { parse: parseGroups, format: formatGroups },
  {
    // The root path is no segment at all, so an empty value is one to be served.
    parse: (value) => (value === '' ? new Uint8Array(0) : parseValueList(value, 0)),
    format: (value) => (value.length === 0 ? '' : formatValueList(value, 0)),
  },
];

const OPAQUE: SvcParam = {
  parse: octetsOf,
  format: (value) => (value.length === 0 ? '' : `=${formatQuoted(value, 0, value.length)}`),
};

/** The number of the key written `name`, or -1. */
export function svcKeyCode(name: string): number {
  const known = KEY_NAMES.indexOf(name);
  if (known >= 0) return known;
  const match = /^key(0|[1-9]\d{0,4})$/.exec(name);
  return match !== null && Number(match[1]) < KEY_INVALID ? Number(match[1]) : -1;
}

/** The name of key `code`. */
export function svcKeyName(code: number): string {
  return KEY_NAMES[code] ?? `key${code}`;
}

/** How the value of key `code` is written; null for the key that must not be used. */
export function svcParam(code: number): SvcParam | null {
  return code === KEY_INVALID ? null : (CODECS[code] ?? OPAQUE);
}

/** The 16-bit number at `at`. */
export function uint16At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function octetsOf(value: string): Uint8Array {
  const octets = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) octets[i] = value.charCodeAt(i);
  return octets;
}

function uint16List(numbers: readonly number[]): Uint8Array {
  const octets = new Uint8Array(numbers.length * 2);
  for (const [i, number] of numbers.entries()) {
    octets[i * 2] = number >> 8;
    octets[i * 2 + 1] = number & 255;
  }
  return octets;
}

/** RFC 9460 8: key names with commas, on the wire ascending and each once. */
function parseMandatory(value: string): Uint8Array | string {
  const keys = value.split(',').map(svcKeyCode);
  if (keys.includes(-1)) return `must be a list of keys like alpn,port, not ${quoteForFault(value)}`;
  keys.sort((a, b) => a - b);
  if (keys.some((key, i) => key === keys[i + 1])) return 'names a key twice: leave one';
  if (keys[0] === SvcKey.MANDATORY) return 'must not name itself: it is always understood';
  return uint16List(keys);
}

function formatMandatory(value: Uint8Array): string | null {
  if (value.length === 0 || value.length % 2 !== 0) return null;
  const names: string[] = [];
  let last: number = SvcKey.MANDATORY;
  for (let at = 0; at < value.length; at += 2) {
    const key = uint16At(value, at);
    if (key <= last || key === KEY_INVALID) return null;
    names.push(svcKeyName(key));
    last = key;
  }
  return `=${names.join(',')}`;
}

/**
 * RFC 9460 appendix A.1: items with commas between; in an item `\,` is a comma and `\\` a backslash. This is the second level
 * of escapes: in the file a comma inside an item is `\\,`. On the wire each item has one octet of length.
 */
function parseValueList(value: string, itemMin: number): Uint8Array | string {
  const items: string[] = [''];
  for (let i = 0; i < value.length; i++) {
    const char = value[i]!;
    if (char === ',') {
      items.push('');
      continue;
    }
    if (char === '\\') {
      const next = value[++i];
      if (next !== ',' && next !== '\\') return 'has a bad escape in its list: write \\\\, for a comma in an item';
    }
    items[items.length - 1] += value[i]!;
  }
  let octets = '';
  for (const item of items) {
    if (item.length < itemMin) return 'has an empty item: take out the extra comma';
    if (item.length > CHARACTER_STRING_BYTES_MAX) return 'has an item over 255 octets: shorten it';
    octets += String.fromCharCode(item.length) + item;
  }
  return octetsOf(octets);
}

function formatValueList(value: Uint8Array, itemMin: number): string | null {
  const list: number[] = [];
  let at = 0;
  while (at < value.length) {
    const end = at + 1 + value[at]!;
    if (end > value.length || value[at]! < itemMin) return null;
    if (at > 0) list.push(0x2c);
    for (at++; at < end; at++) {
      if (value[at] === 0x2c || value[at] === 0x5c) list.push(0x5c);
      list.push(value[at]!);
    }
  }
  // One empty item would read back as none.
  if (list.length === 0) return null;
  return `=${formatQuoted(Uint8Array.from(list), 0, list.length)}`;
}

function parseEmpty(value: string): Uint8Array | string {
  return value === '' ? new Uint8Array(0) : 'takes no value: take out the = and what follows';
}

function formatEmpty(value: Uint8Array): string | null {
  return value.length === 0 ? '' : null;
}

function parsePort(value: string): Uint8Array | string {
  const port = wholeNumber(value);
  return port >= 0 && port <= 65535 ? uint16List([port]) : `must be a port 0..65535, not ${quoteForFault(value)}`;
}

function addressList(family: IpFamily): SvcParam {
  const size = family === 4 ? 4 : 16;
  return {
    parse: (value) => {
      const texts = value.split(',');
      const octets = new Uint8Array(texts.length * size);
      for (const [i, text] of texts.entries()) {
        const address = parseIpAddress(text);
        if (address === null || address.family !== family) {
          return `must be IPv${family} addresses with commas between, not ${quoteForFault(text)}`;
        }
        octets.set(addressBytes(address), i * size);
      }
      return octets;
    },
    format: (value) => {
      if (value.length === 0 || value.length % size !== 0) return null;
      const texts: string[] = [];
      for (let at = 0; at < value.length; at += size) {
        const words = new Uint32Array(4);
        readAddressWords(words, family, value, at);
        texts.push(formatIpAddress({ family, words }));
      }
      return `=${texts.join(',')}`;
    },
  };
}

function parseEch(value: string): Uint8Array | string {
  const octets = octetsFromBase64(value);
  return octets === null || octets.length === 0 ? 'must be an ECHConfigList in base64 with its padding' : octets;
}

/** RFC 9461 5: a URI template in relative form that has the variable `dns`, in UTF-8. */
function isDohPath(value: string): boolean {
  return value.startsWith('/') && /\{[?&]?(?:[^{}]*,)?dns(?:[,:*][^{}]*)?\}/.test(value);
}

function parseDohPath(value: string): Uint8Array | string {
  return isDohPath(value) ? octetsOf(value) : 'must be a path template with the variable dns, like /dns-query{?dns}';
}

function formatDohPath(value: Uint8Array): string | null {
  let text = '';
  for (const octet of value) text += String.fromCharCode(octet);
  return isDohPath(text) ? `=${formatQuoted(value, 0, value.length)}` : null;
}

/** Numbers of TLS named groups, each once, in order of preference (draft-ietf-tls-key-share-prediction). */
function parseGroups(value: string): Uint8Array | string {
  const groups = value.split(',').map(wholeNumber);
  if (groups.some((group) => group < 0 || group > 65535)) {
    return `must be numbers 0..65535 with commas between, not ${quoteForFault(value)}`;
  }
  return new Set(groups).size === groups.length ? uint16List(groups) : 'names a group twice: leave one';
}

function formatGroups(value: Uint8Array): string | null {
  if (value.length === 0 || value.length % 2 !== 0) return null;
  const groups: number[] = [];
  for (let at = 0; at < value.length; at += 2) groups.push(uint16At(value, at));
  return new Set(groups).size === groups.length ? `=${groups.join(',')}` : null;
}
