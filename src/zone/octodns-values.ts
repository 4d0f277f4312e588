/**
 * The values of a static record: checked by octoDNS's rules for its type, then turned into RDATA. A value that octoDNS accepts and
 * the DNS cannot carry (an address as a target, a number over 65535, hex that is none) comes back with a reason instead of
 * octets, and the record is left out with a warning.
 */

import { addressBytes, formatIpAddress, type IpAddress, parseIpAddress } from '../base/ip-address.ts';
import { RDATA_BYTES_MAX } from '../base/limits.ts';
import { RRType, typeCode } from '../wire/codes.ts';
import { nameFromText } from '../wire/name.ts';
import { rdataFromText } from '../wire/rdata.ts';
import { isRdataFault, type RdataToken } from '../wire/rdata-token.ts';
import { idnaEncode } from './idna.ts';
import { checkFields, checkInt, OBJECT_FIELDS, OLD_DS_FIELDS } from './octodns-fields.ts';
import { checkSvcb, svcbTokens } from './octodns-svcb.ts';
import { absoluteTarget, checkTarget, unservableTarget } from './octodns-target.ts';
import { checkTexts, textRdata } from './octodns-text.ts';
import { kill, type RecordScope, tell } from './record-scope.ts';
import { fieldOf, isNullNode, pythonText, textOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import { pythonFloatText, scalarText, scalarToFloat, scalarToInt } from './yaml-scalar.ts';

/** One value ready to serve, or why it cannot be. */
export type BuiltValue = { readonly rdata: Uint8Array } | { readonly unservable: string };

/** Types with one `value`, never `values`. */
const SINGLE_TYPES = new Set(['ALIAS', 'CNAME', 'DNAME']);
const LIST_TARGET_TYPES = new Set(['NS', 'PTR']);
const TEXT_TYPES = new Set(['SPF', 'TXT']);
const GENERIC_TYPE = /^TYPE\d{1,5}$/;

/** Every type octoDNS 1.22 knows. */
export const OCTODNS_TYPES: ReadonlySet<string> = new Set([
  'A',
  'AAAA',
  'OPENPGPKEY',
  'HTTPS',
  'SVCB',
  ...SINGLE_TYPES,
  ...LIST_TARGET_TYPES,
  ...TEXT_TYPES,
  ...Object.keys(OBJECT_FIELDS),
]);

/** True for `TYPE65280` (RFC 3597 5), a type that has no name here. octoDNS has none of these. */
export function isGenericType(type: string): boolean {
  return GENERIC_TYPE.test(type) && typeCode(type) > 0 && !OCTODNS_TYPES.has(type);
}

/** The nodes of a record's values, as octoDNS picks them: `values` before `value`, a lone one is a list of one. */
export function valueNodes(map: YamlMap, type: string): readonly YamlNode[] {
  if (SINGLE_TYPES.has(type)) {
    const value = fieldOf(map, 'value');
    return value === undefined ? [] : [value];
  }
  const node = fieldOf(map, 'values') ?? fieldOf(map, 'value');
  if (node === undefined) return [];
  return node.kind === 'seq' ? node.items : [node];
}

/** Checks the values of a record by the rules of its type. */
export function checkValues(scope: RecordScope, map: YamlMap, type: string, escapedSemicolons: boolean): void {
  const nodes = valueNodes(map, type);
  if (type === 'A' || type === 'AAAA') checkAddresses(scope, nodes, type);
  else if (SINGLE_TYPES.has(type)) checkTarget(scope, nodes[0], type, 'value', map);
  else if (LIST_TARGET_TYPES.has(type)) {
    if (nodes.length === 0) tell(scope, 'values-missing', 'missing value(s)');
    for (const node of nodes) checkTarget(scope, node, type, 'value', map);
  } else if (TEXT_TYPES.has(type)) checkTexts(scope, nodes, escapedSemicolons);
  else if (type === 'OPENPGPKEY') checkKeys(scope, nodes);
  else if (isGenericType(type)) checkGeneric(scope, nodes, type);
  else for (const node of nodes) checkObject(scope, node, type);
}

/** Checks one address as octoDNS does in lists, pools and `geo`. */
export function checkAddress(scope: RecordScope, node: YamlNode, type: 'A' | 'AAAA'): void {
  if (isNullNode(node)) tell(scope, 'values-missing', 'missing value(s)', node);
  else if (textOf(node) === '') tell(scope, 'value-empty', 'empty value', node);
  else if (parseOctodnsAddress(node, type) === null) {
    kill(scope, 'address-invalid', `invalid IPv${type === 'A' ? 4 : 6} address "${pythonText(node)}"`, node);
  }
}

/** The RDATA of one checked value of a record of `type`, or why it has none. */
export function buildValue(node: YamlNode, type: string, escapedSemicolons: boolean): BuiltValue {
  if (type === 'A' || type === 'AAAA') {
    const address = parseOctodnsAddress(node, type);
    if (address === 'scoped') return { unservable: `"${pythonText(node)}" is an address of one network interface` };
    return address === null ? { unservable: 'it has no address' } : { rdata: addressBytes(address) };
  }
  if (TEXT_TYPES.has(type)) {
    const rdata = textRdata(node, escapedSemicolons);
    return rdata.length > RDATA_BYTES_MAX ? { unservable: 'the text is longer than a record can be' } : { rdata };
  }
  if (LIST_TARGET_TYPES.has(type) || SINGLE_TYPES.has(type)) return buildTarget(node);
  const target = node.kind === 'map' ? targetOf(node, type) : null;
  const fault = target === null ? null : unservableTarget(target);
  if (fault !== null) return { unservable: fault };
  const tokens = presentationTokens(node, type);
  if (tokens === null) return { unservable: 'it has no form in the DNS' };
  const rdata = rdataFromText(typeCode(type), tokens, null);
  return isRdataFault(rdata) ? { unservable: rdata.message } : { rdata };
}

/** The canonical text of a checked address or target, as it stands in a dynamic record. */
export function steeredText(node: YamlNode, type: 'A' | 'AAAA' | 'CNAME'): { text: string } | { unservable: string } {
  if (type !== 'CNAME') {
    const address = parseOctodnsAddress(node, type);
    if (address === 'scoped') return { unservable: `"${pythonText(node)}" is an address of one network interface` };
    return address === null ? { unservable: 'it has no address' } : { text: formatIpAddress(address) };
  }
  const target = encodedText(node);
  const fault = target === '' ? 'it has no target' : unservableTarget(target);
  return fault === null ? { text: absoluteTarget(target) } : { unservable: fault };
}

/** Python's `ipaddress` reading of a value: an address, `scoped` for `fe80::1%eth0`, or null. */
function parseOctodnsAddress(node: YamlNode, type: 'A' | 'AAAA'): IpAddress | 'scoped' | null {
  if (node.kind !== 'scalar') return null;
  const text = scalarText(node.scalar);
  if (type === 'A') return text.includes(':') ? null : parseIpAddress(text);
  const percent = text.indexOf('%');
  const address = parseIpAddress(percent < 0 ? text : text.slice(0, percent));
  if (address?.family !== 6) return null;
  if (percent < 0) return address;
  const scope = text.slice(percent + 1);
  return scope === '' || scope.includes('%') ? null : 'scoped';
}

function checkAddresses(scope: RecordScope, nodes: readonly YamlNode[], type: 'A' | 'AAAA'): void {
  if (nodes.length === 0) tell(scope, 'values-missing', 'missing value(s)');
  for (const node of nodes) checkAddress(scope, node, type);
}

function checkKeys(scope: RecordScope, nodes: readonly YamlNode[]): void {
  if (nodes.every((node) => isNullNode(node) || textOf(node) === '')) tell(scope, 'values-missing', 'missing value(s)');
}

function checkGeneric(scope: RecordScope, nodes: readonly YamlNode[], type: string): void {
  if (nodes.length === 0) tell(scope, 'values-missing', 'missing value(s)');
  for (const node of nodes) {
    const text = textOf(node);
    const rdata = text === null ? null : rdataFromText(typeCode(type), words(text), null);
    if (rdata === null) kill(scope, 'rdata-invalid', `a ${type} value is a text like '\\# 4 01020304'`, node);
    else if (isRdataFault(rdata)) kill(scope, 'rdata-invalid', rdata.message, node);
  }
}

function checkObject(scope: RecordScope, node: YamlNode, type: string): void {
  if (node.kind !== 'map') {
    const fields = type === 'HTTPS' || type === 'SVCB' ? 'svcpriority, targetname' : fieldNames(type);
    kill(scope, 'value-not-map', `a ${type} value must be a mapping of ${fields}`, node);
    return;
  }
  if (type === 'HTTPS' || type === 'SVCB') checkSvcb(scope, node, type);
  else if (type === 'MX') checkMx(scope, node);
  else if (type === 'DS' && (node.entries.has('public_key') || node.entries.has('flags'))) {
    checkFields(scope, node, OLD_DS_FIELDS, type);
  } else {
    checkFields(scope, node, OBJECT_FIELDS[type]!, type);
    if (type === 'SSHFP') checkFingerprint(scope, node);
  }
}

function fieldNames(type: string): string {
  return OBJECT_FIELDS[type]!.map((rule) => rule.key).join(', ');
}

/** MX, with `priority` and `value` as older files spell its fields. */
function checkMx(scope: RecordScope, map: YamlMap): void {
  const preference = fieldOf(map, 'preference') ?? fieldOf(map, 'priority');
  if (preference === undefined) kill(scope, 'field-missing', 'missing preference', map);
  else checkInt(scope, preference, 'preference');
  checkTarget(scope, mxExchange(map), 'MX', 'exchange', map);
}

function mxExchange(map: YamlMap): YamlNode | undefined {
  const exchange = fieldOf(map, 'exchange');
  return exchange !== undefined && !isNullNode(exchange) && textOf(exchange) !== ''
    ? exchange
    : (fieldOf(map, 'value') ?? exchange);
}

/** The length of a fingerprint follows from its type (RFC 4255, 6594). */
function checkFingerprint(scope: RecordScope, map: YamlMap): void {
  const fingerprint = fieldOf(map, 'fingerprint');
  const kind = numberIn(map, 'fingerprint_type');
  const expected = kind === 1 ? 40 : kind === 2 ? 64 : 0;
  if (fingerprint === undefined || expected === 0) return;
  const text = textOf(fingerprint);
  if (text === null) {
    kill(scope, 'field-invalid', `fingerprint ${pythonText(fingerprint)} is not a text: quote it`, fingerprint);
  } else if (text.length !== expected) {
    tell(
      scope,
      'fingerprint-length',
      `fingerprint length ${text.length} does not match fingerprint_type ${kind} (expected ${expected})`,
      fingerprint,
    );
  }
}

function buildTarget(node: YamlNode): BuiltValue {
  const target = encodedText(node);
  const fault = target === '' ? 'it has no target' : unservableTarget(target);
  if (fault !== null) return { unservable: fault };
  const name = nameFromText(absoluteTarget(target));
  return typeof name === 'string' ? { unservable: `"${target}" is no name: ${name}` } : { rdata: name };
}

/** The name a mapping points to, to be checked before it is served, or null. */
function targetOf(map: YamlMap, type: string): string | null {
  let node: YamlNode | undefined;
  if (type === 'MX') node = mxExchange(map);
  else if (type === 'SRV') node = fieldOf(map, 'target');
  else if (type === 'SVCB' || type === 'HTTPS') node = fieldOf(map, 'targetname');
  const target = node === undefined ? '.' : encodedText(node);
  return target === '.' ? null : target;
}

/** The words of a value in presentation form, as octoDNS would hand them to a provider; null for types that have none. */
function presentationTokens(node: YamlNode, type: string): RdataToken[] | null {
  const bare = (texts: readonly string[]): RdataToken[] => texts.map((text) => ({ text, quoted: false }));
  if (type === 'OPENPGPKEY') return bare(words(pythonTextWhole(node)).map((word) => word.text));
  if (isGenericType(type)) return words(pythonTextWhole(node));
  if (node.kind !== 'map') return null;
  const int = (key: string): string => String(numberIn(node, key) ?? '');
  const raw = (key: string): string => pythonTextWhole(fieldOf(node, key));
  const name = (key: string): string => absoluteTarget(encodedText(fieldOf(node, key)));
  const quoted = (key: string): RdataToken => ({ text: raw(key), quoted: true });
  switch (typeCode(type)) {
    case RRType.MX: {
      const preference = int(node.entries.has('preference') ? 'preference' : 'priority');
      return bare([preference, absoluteTarget(encodedText(mxExchange(node)))]);
    }
    case RRType.SRV:
      return bare([int('priority'), int('weight'), int('port'), name('target')]);
    case RRType.CAA:
      return [...bare([int('flags') || '0', raw('tag')]), quoted('value')];
    case RRType.URI:
      return [...bare([int('priority'), int('weight')]), quoted('target')];
    case RRType.DS:
      return node.entries.has('public_key')
        ? bare([int('flags'), int('protocol'), int('algorithm'), raw('public_key')])
        : bare([int('key_tag'), int('algorithm'), int('digest_type'), raw('digest')]);
    case RRType.SSHFP:
      return bare([int('algorithm'), int('fingerprint_type'), raw('fingerprint')]);
    case RRType.TLSA:
      return bare([
        int('certificate_usage') || '0',
        int('selector') || '0',
        int('matching_type') || '0',
        raw('certificate_association_data'),
      ]);
    case RRType.NAPTR:
      return [
        ...bare([int('order'), int('preference')]),
        { text: raw('flags').toUpperCase(), quoted: true },
        quoted('service'),
        quoted('regexp'),
        ...bare([absoluteTarget(raw('replacement'))]),
      ];
    case RRType.LOC:
      return bare(locWords(node));
    case RRType.SVCB:
    case RRType.HTTPS:
      return bare(svcbTokens(node));
    default:
      return null;
  }
}

function locWords(map: YamlMap): string[] {
  const int = (key: string): string => String(numberIn(map, key) ?? '');
  const float = (key: string): string => {
    const node = fieldOf(map, key);
    const value = node?.kind === 'scalar' ? scalarToFloat(node.scalar) : 'type';
    return typeof value === 'number' ? pythonFloatText(value) : '';
  };
  const direction = (key: string): string => pythonTextWhole(fieldOf(map, key)).toUpperCase();
  return [
    ...[int('lat_degrees'), int('lat_minutes'), float('lat_seconds'), direction('lat_direction')],
    ...[int('long_degrees'), int('long_minutes'), float('long_seconds'), direction('long_direction')],
    ...['altitude', 'size', 'precision_horz', 'precision_vert'].map((key) => `${float(key)}m`),
  ];
}

function numberIn(map: YamlMap, key: string): number | null {
  const node = fieldOf(map, key);
  const value = node?.kind === 'scalar' ? scalarToInt(node.scalar) : 'type';
  return typeof value === 'number' ? value : null;
}

function encodedText(node: YamlNode | undefined): string {
  const text = node === undefined ? null : textOf(node);
  const encoded = text === null ? '' : idnaEncode(text);
  return typeof encoded === 'string' ? encoded : '';
}

function pythonTextWhole(node: YamlNode | undefined): string {
  if (node === undefined) return '';
  return node.kind === 'scalar' ? scalarText(node.scalar) : pythonText(node);
}

function words(text: string): RdataToken[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => ({ text: word, quoted: false }));
}
