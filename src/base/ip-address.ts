/**
 * IP addresses as four 32-bit words, the form that every table compares. IPv4 stands in word 0, the rest zero.
 * Text is parsed and printed here only; queries carry words from the socket to the answer.
 */

export type IpFamily = 4 | 6;

/** An address: `words` has 4 unsigned entries, most significant first (IPv4: the address in entry 0). */
export type IpAddress = { readonly family: IpFamily; readonly words: Uint32Array };

/** Bits in an address of `family`. */
export function addressBits(family: IpFamily): number {
  return family === 4 ? 32 : 128;
}

/** The address written as `text` (RFC 4291 forms, dotted quad without leading zeros), or null. IPv4-mapped IPv6 stays IPv6. */
export function parseIpAddress(text: string): IpAddress | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Fills `words` from the network-order bytes at `offset`: 4 bytes for IPv4, 16 for IPv6. */
export function readAddressWords(words: Uint32Array, family: IpFamily, bytes: Uint8Array, offset: number): void {
  const count = family === 4 ? 1 : 4;
  for (let i = 0; i < 4; i++) {
    const at = offset + i * 4;
    words[i] =
      i < count ? ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0 : 0;
  }
}

/** Network-order bytes: 4 for IPv4, 16 for IPv6. */
export function addressBytes(address: IpAddress): Uint8Array {
  const bytes = new Uint8Array(address.family === 4 ? 4 : 16);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (address.words[i >> 2]! >>> (24 - (i & 3) * 8)) & 255;
  return bytes;
}

/** Text form; IPv6 as RFC 5952 (lower case, longest run of zeros shortened, mapped addresses with a dotted tail). */
export function formatIpAddress(address: IpAddress): string {
  return address.family === 4 ? formatIpv4(address.words[0]!) : formatIpv6(address.words);
}

/**
 * The same address as the family it really is: an IPv4-mapped IPv6 address (::ffff:a.b.c.d, RFC 4291 2.5.5.2), as dual-stack
 * sockets deliver IPv4 clients, becomes IPv4.
 */
export function unmapAddress(address: IpAddress): IpAddress {
  const w = address.words;
  if (address.family === 6 && w[0] === 0 && w[1] === 0 && w[2] === 0xffff) {
    return { family: 4, words: Uint32Array.of(w[3]!, 0, 0, 0) };
  }
  return address;
}

function parseIpv4(text: string): IpAddress | null {
  const word = parseQuad(text);
  return word < 0 ? null : { family: 4, words: Uint32Array.of(word, 0, 0, 0) };
}

/** The 32-bit value of a dotted quad, or -1. A zone may hold a million. */
function parseQuad(text: string): number {
  let word = 0;
  let dots = 0;
  /** -1 until its first digit; after a leading zero no other may come. */
  let octet = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e && octet >= 0 && dots < 3) {
      word = word * 256 + octet;
      octet = -1;
      dots++;
    } else if (code >= 0x30 && code <= 0x39 && octet !== 0) {
      octet = Math.max(octet, 0) * 10 + code - 0x30;
      if (octet > 255) return -1;
    } else return -1;
  }
  return dots === 3 && octet >= 0 ? word * 256 + octet : -1;
}

function parseIpv6(text: string): IpAddress | null {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > 45) return null;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = ((groups[2 * i]! << 16) | groups[2 * i + 1]!) >>> 0;
  return { family: 6, words };
}

/** 16-bit groups of one side of `::`; a dotted quad counts as two and may only stand at the end of the address. */
function parseGroups(text: string, atEnd: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const word = atEnd && i === parts.length - 1 ? parseQuad(part) : -1;
      if (word < 0) return null;
      groups.push(word >>> 16, word & 0xffff);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups.length <= 8 ? groups : null;
}

function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

function formatIpv6(words: Uint32Array): string {
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) return `::ffff:${formatIpv4(words[3]!)}`;
  const groups: number[] = [];
  for (const word of words) groups.push(word >>> 16, word & 0xffff);
  let bestAt = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      bestAt = i;
      bestLength = length;
    }
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (bestAt < 0) return hex(groups);
  return `${hex(groups.slice(0, bestAt))}::${hex(groups.slice(bestAt + bestLength))}`;
}
