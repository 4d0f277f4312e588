/**
 * The service parameters of SVCB and HTTPS as one field (RFC 9460 2): `key=value` words in any order in text; on the wire
 * key, length and value, keys ascending and each once. The rules across keys are kept here in both directions.
 */

import { characterStringOctets } from './character-string.ts';
import { nameLength } from './name.ts';
import { BAD_ESCAPE, type RdataField } from './rdata-field.ts';
import type { OctetReader, OctetWriter } from './rdata-octets.ts';
import { SvcKey, svcKeyCode, svcKeyName, svcParam, uint16At } from './rdata-svc-param.ts';
import { quoteForFault, type TokenCursor } from './rdata-token.ts';

/** Everything after the target name. Beside priority 0, an alias, recipients ignore them, and zone files may hold them (RFC 9460 2.4.2). */
export const SVC_PARAMS_FIELD: RdataField = { label: '[key=value ...]', parse: parseParams, format: formatParams };

/** Where parameter `key` stands in the well-formed RDATA of SVCB or HTTPS, its four octets of head included; both ends are where it would stand when there is none. */
export function findSvcParam(rdata: Uint8Array, key: number): { readonly from: number; readonly to: number } {
  let from = 2 + nameLength(rdata, 2);
  while (from < rdata.length && uint16At(rdata, from) < key) from += 4 + uint16At(rdata, from + 2);
  const isThere = from < rdata.length && uint16At(rdata, from) === key;
  return { from, to: isThere ? from + 4 + uint16At(rdata, from + 2) : from };
}

function parseParams(from: TokenCursor, out: OctetWriter): string | null {
  const params = new Map<number, Uint8Array>();
  for (; from.at < from.tokens.length; from.at++) {
    const text = from.tokens[from.at]!.text;
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const key = svcKeyCode(name);
    const param = svcParam(key);
    if (key < 0 || param === null) {
      return `${quoteForFault(name)} is no service parameter: write a registered one like alpn, or keyNNNNN (0..65534, no leading zero)`;
    }
    if (params.has(key)) return `${svcKeyName(key)} stands twice: merge the two`;
    const written = equals < 0 ? '' : text.slice(equals + 1);
    const octets = characterStringOctets(unquote(written));
    if (octets === null) return `${name} ${BAD_ESCAPE}`;
    const chars = latin1(octets);
    const value = name.startsWith('key') ? octets : param.parse(chars);
    if (typeof value === 'string') return `${name} ${value}`;
    // A registered key may be written by its number with raw octets; they must still be a value of that key.
    if (param.format(value) === null) return `${name} is not a well-formed value of ${svcKeyName(key)}: use that name`;
    params.set(key, value);
  }
  const keys = [...params.keys()].sort((a, b) => a - b);
  const fault = findConflict(keys, params.get(SvcKey.MANDATORY));
  if (fault !== null) return fault;
  for (const key of keys) {
    const value = params.get(key)!;
    if (value.length > 0xffff) return `${svcKeyName(key)} is over 65,535 octets: shorten it`;
    out.uint(key, 2);
    out.uint(value.length, 2);
    out.octets(value);
  }
  return null;
}

function formatParams(from: OctetReader): string | null {
  const texts: string[] = [];
  const keys: number[] = [];
  let mandatory: Uint8Array | undefined;
  while (from.left > 0) {
    const key = from.uint(2);
    const size = from.uint(2);
    const value = size < 0 ? null : from.octets(size);
    if (value === null || key <= (keys.at(-1) ?? -1)) return null;
    const text = svcParam(key)?.format(value) ?? null;
    if (text === null) return null;
    if (key === SvcKey.MANDATORY) mandatory = value;
    keys.push(key);
    texts.push(svcKeyName(key) + text);
  }
  return findConflict(keys, mandatory) === null ? texts.join(' ') : null;
}

/** What is wrong between the parameters `keys` (ascending), or null. */
function findConflict(keys: readonly number[], mandatory: Uint8Array | undefined): string | null {
  if (keys.includes(SvcKey.NO_DEFAULT_ALPN) && !keys.includes(SvcKey.ALPN)) {
    return 'no-default-alpn needs alpn beside it (RFC 9460 7.1.1): add alpn';
  }
  for (let at = 0; mandatory !== undefined && at < mandatory.length; at += 2) {
    const key = uint16At(mandatory, at);
    if (!keys.includes(key)) return `mandatory names ${svcKeyName(key)}, which is not there (RFC 9460 8): add it`;
  }
  return null;
}

/** The value inside its quotes, if it has them. */
function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function latin1(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}
