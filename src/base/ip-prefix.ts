/** IP prefixes: an address whose bits beyond `length` are zero. */

import { addressBits, formatIpAddress, type IpAddress, type IpFamily, parseIpAddress } from './ip-address.ts';

/** `words` as in {@link IpAddress}; `length` is 0..32 or 0..128. */
export type IpPrefix = { readonly family: IpFamily; readonly words: Uint32Array; readonly length: number };

/** Why a text is no prefix. */
export type PrefixFault = 'not-an-address' | 'bad-length' | 'host-bits';

/**
 * Parses `address/length`, a bare address (the whole of it), or IPv4 with a netmask or hostmask (`192.0.2.0/255.255.255.0`,
 * `192.0.2.0/0.0.0.255`), the forms that octoDNS accepts. Bits set beyond the length are a fault, not rounded away.
 */
export function parseIpPrefix(text: string): IpPrefix | PrefixFault {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return 'not-an-address';
  const length = slash < 0 ? addressBits(address.family) : parseLength(address.family, text.slice(slash + 1));
  if (length < 0) return 'bad-length';
  const prefix = prefixOf(address, length);
  for (let i = 0; i < 4; i++) if (prefix.words[i] !== address.words[i]) return 'host-bits';
  return prefix;
}

/** The prefix of `length` bits that holds `address`. */
export function prefixOf(address: IpAddress, length: number): IpPrefix {
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = (address.words[i]! & maskWord(length, i)) >>> 0;
  return { family: address.family, words, length };
}

/** True if `address` lies inside `prefix`; families never mix. */
export function prefixContains(prefix: IpPrefix, address: IpAddress): boolean {
  if (prefix.family !== address.family) return false;
  for (let i = 0; i < 4; i++) {
    if (((prefix.words[i]! ^ address.words[i]!) & maskWord(prefix.length, i)) !== 0) return false;
  }
  return true;
}

/** `address/length`. */
export function formatIpPrefix(prefix: IpPrefix): string {
  return `${formatIpAddress(prefix)}/${prefix.length}`;
}

/** The network mask of a prefix of `length` bits, in word `index` (0..3), unsigned. */
export function maskWord(length: number, index: number): number {
  const bits = length - index * 32;
  if (bits >= 32) return 0xffffffff;
  return bits <= 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

function parseLength(family: IpFamily, text: string): number {
  if (/^\d{1,3}$/.test(text)) {
    const length = Number(text);
    return length <= addressBits(family) ? length : -1;
  }
  const mask = family === 4 ? parseIpAddress(text) : null;
  if (mask === null || mask.family !== 4) return -1;
  const word = mask.words[0]!;
  // A netmask is ones then zeros, a hostmask zeros then ones; 0.0.0.0 is the netmask /0, as in Python's ipaddress.
  for (let length = 0; length <= 32; length++) if (word === maskWord(length, 0)) return length;
  for (let length = 0; length <= 32; length++) if (word === ~maskWord(length, 0) >>> 0) return length;
  return -1;
}
