/**
 * Addresses where clouds keep credentials. A zone file, or a name that some DNS server answers, must not make every agent ask
 * there, and a check's reason or its expected text tell what was read. The zone reader refuses them as targets; the checks refuse them
 * once more when a name has been resolved.
 */

import { addressBytes, type IpAddress, parseIpAddress, unmapAddress } from './ip-address.ts';
import { parseIpPrefix, prefixContains } from './ip-prefix.ts';

const FORBIDDEN = [
  // Link-local (RFC 3927, RFC 4291 2.5.6), where AWS, Google, Azure, Oracle and others answer, and routers and neighbours.
  '169.254.0.0/16',
  'fe80::/10',
  // The same services behind other addresses: AWS, Google, Alibaba, Oracle (classic), Azure's host agent.
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
].map((text) => {
  const prefix = parseIpPrefix(text);
  if (typeof prefix === 'string') throw new Error(`${text} is no prefix`);
  return prefix;
});

/** IPv6 prefixes of 96 bits that lead to the IPv4 address behind them: NAT64 (RFC 6052 2.1), and the deprecated compatible form. */
const EMBEDDING = ['64:ff9b::', '::'].map((text) => addressBytes(parseIpAddress(text)!).subarray(0, 12));

/** True if `text` is a literal of such an address, in any form that leads there; a name never is. */
export function isMetadataAddress(text: string): boolean {
  // fe80::1%eth0 (RFC 4007 11)
  const parsed = parseIpAddress(text.replace(/%.*$/, ''));
  if (parsed === null) return false;
  const reached = [unmapAddress(parsed), ...embeddedAddresses(parsed)];
  return reached.some((address) => FORBIDDEN.some((prefix) => prefixContains(prefix, address)));
}

/** IPv4 addresses that translators or tunnels would make of an IPv6 address. */
function embeddedAddresses(address: IpAddress): IpAddress[] {
  if (address.family === 4) return [];
  const bytes = addressBytes(address);
  const inTail = EMBEDDING.some((prefix) => prefix.every((octet, i) => octet === bytes[i]));
  const words = address.words;
  const tail: IpAddress = { family: 4, words: Uint32Array.of(words[3]!, 0, 0, 0) };
  // 6to4 (RFC 3056 2): 2002:V4ADDR::/48
  const is6to4 = words[0]! >>> 16 === 0x2002;
  const v4 = ((words[0]! << 16) | (words[1]! >>> 16)) >>> 0;
  return [...(inTail ? [tail] : []), ...(is6to4 ? [{ family: 4 as const, words: Uint32Array.of(v4, 0, 0, 0) }] : [])];
}
