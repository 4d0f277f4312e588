/**
 * HIP: a host identity and its rendezvous servers (RFC 8005), written `algorithm HIT key [server ...]`. Wire form:
 *
 *     HIT length (1) | algorithm (1) | key length (2) | HIT | key | names
 */

import { nameField, type RdataField, wholeNumber } from './rdata-field.ts';
import type { OctetReader, OctetWriter } from './rdata-octets.ts';
import { base64FromOctets, hexFromOctets, octetsFromBase64, octetsFromHex } from './rdata-radix.ts';
import type { TokenCursor } from './rdata-token.ts';

const SERVER = nameField('rendezvous-server');

/** All of HIP's RDATA as one field, since its lengths stand before everything. */
export const HIP_FIELD: RdataField = {
  label: 'algorithm identity-tag-in-hex public-key-in-base64 [rendezvous-server ...]',
  parse: parseHip,
  format: formatHip,
};

function parseHip(from: TokenCursor, out: OctetWriter): string | null {
  const [algorithm, tag, key] = [0, 1, 2].map((i) => from.tokens[from.at + i]?.text);
  const number = wholeNumber(algorithm ?? '');
  if (number < 0 || number > 255) return 'algorithm must be a whole number 0..255';
  from.at++;
  const identity = octetsFromHex(tag ?? '');
  if (identity === null || identity.length === 0 || identity.length > 255) {
    return 'the identity tag must be hex digits, two an octet, in one word';
  }
  from.at++;
  const octets = octetsFromBase64(key ?? '');
  if (octets === null || octets.length === 0 || octets.length > 0xffff) {
    return 'the public key must be base64 with its padding, in one word';
  }
  from.at++;
  out.uint(identity.length, 1);
  out.uint(number, 1);
  out.uint(octets.length, 2);
  out.octets(identity);
  out.octets(octets);
  while (from.at < from.tokens.length) {
    const fault = SERVER.parse(from, out);
    if (fault !== null) return fault;
  }
  return null;
}

function formatHip(from: OctetReader): string | null {
  const tagLength = from.uint(1);
  const algorithm = from.uint(1);
  const keyLength = from.uint(2);
  if (tagLength < 1 || keyLength < 1) return null;
  const tag = from.octets(tagLength);
  const key = tag === null ? null : from.octets(keyLength);
  if (tag === null || key === null) return null;
  const texts = [String(algorithm), hexFromOctets(tag), base64FromOctets(key)];
  while (from.left > 0) {
    const name = SERVER.format(from);
    if (name === null) return null;
    texts.push(name);
  }
  return texts.join(' ');
}
