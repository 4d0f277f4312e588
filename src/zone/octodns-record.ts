/**
 * One record of a zone file by octoDNS's rules: name, TTL, type, values, `geo`, `dynamic`, `octodns`, and whether it is lenient. All
 * its faults are told at once. What is sound comes back with everything the zone needs; building happens afterwards.
 *
 * Conductor of the `octodns-*` files, called by `yaml-reader.ts`.
 */

import { nameFromText } from '../wire/name.ts';
import type { FaultSink } from './fault-sink.ts';
import { checkMeridianPools, type MeridianBlock, readMeridianBlock } from './meridian-block.ts';
import { checkMeridianContradictions } from './meridian-contradictions.ts';
import { checkFollow } from './meridian-follow.ts';
import { checkDynamic } from './octodns-dynamic.ts';
import { checkHealthcheck } from './octodns-healthcheck.ts';
import { checkOwner } from './octodns-target.ts';
import { checkAddress, checkValues, isGenericType, OCTODNS_TYPES } from './octodns-values.ts';
import { closeRecordScope, createRecordScope, kill, note, type RecordScope, tell } from './record-scope.ts';
import { fieldOf, isTruthyNode, placeOfNode, pythonText, textOf, type YamlMap, type YamlNode } from './yaml-node.ts';
import { scalarToInt } from './yaml-scalar.ts';

/** A name of the zone, once for all its records. */
export type RecordName = {
  /** The key as written, after YAML resolved it. */
  readonly key: string;
  /** ASCII, lower case, relative. */
  readonly name: string;
  readonly idnaFault: string | null;
  /** Where the name stands. */
  readonly node: YamlNode;
};

/** What a record is read against. */
export type RecordRules = {
  /** The zone in ASCII with its final dot. */
  readonly origin: string;
  readonly originWire: Uint8Array;
  readonly escapedSemicolons: boolean;
  /** Whether endpoints may be checked where clouds keep credentials. */
  readonly metadataTargets: boolean;
  /** Whether a resolver is asked for ALIAS targets outside of all zones. */
  readonly resolvesAliases: boolean;
  readonly defaultTtl: { readonly records: number; readonly dynamic: number };
};

/** A record that has been read; `refused` ones only take part in the checks across records. */
export type ReadRecord = {
  readonly scope: RecordScope;
  readonly name: string;
  readonly type: string;
  readonly map: YamlMap;
  readonly outcome: 'good' | 'excused' | 'refused';
  readonly lenient: boolean;
  /** Seconds, as octoDNS takes it: may be below 0 in a lenient record. */
  readonly ttl: number;
  readonly isSteered: boolean;
  readonly block: MeridianBlock | null;
};

const STEERED_TYPES = new Set(['A', 'AAAA', 'CNAME', 'DNAME']);
const SRV_NAME = /^(?:\*|_[^.]+)\.[^.]+/;
const GEO_CODE = /^[\p{L}\p{N}_]{2}(?:-[\p{L}\p{N}_]{2}(?:-[\p{L}\p{N}_]{2})?)?\n?$/u;

/** Reads one record, telling `sink` its faults; null when it is not even a record of a known type. */
export function readRecord(node: YamlNode, at: RecordName, rules: RecordRules, sink: FaultSink): ReadRecord | null {
  if (node.kind !== 'map') {
    const message = `a record must be a mapping with type and value, not ${pythonText(node)}`;
    // What an include brought is told where it is asked for: there is no record over there.
    const place = placeOfNode(node.file === at.node.file ? node : at.node);
    sink.error('record-not-map', message, place, { record: at.key, type: null });
    return null;
  }
  const typeNode = fieldOf(node, 'type');
  const type = typeNode === undefined ? null : textOf(typeNode);
  const subject = { record: at.key, type: typeNode?.file.isBare ? null : type };
  if (typeNode === undefined) {
    const fqdn = at.name === '' ? rules.origin : `${at.name}.${rules.origin}`;
    sink.error('type-missing', `Invalid record ${fqdn.slice(0, 1_000)}, missing type`, placeOfNode(node), subject);
    return null;
  }
  if (type === null || !(OCTODNS_TYPES.has(type) || isGenericType(type))) {
    sink.error('type-unknown', `Unknown record type: "${pythonText(typeNode)}"`, placeOfNode(typeNode), subject);
    return null;
  }
  const scope = createRecordScope(at.key, at.name, type, node);
  return checkRecord(scope, node, type, at, rules, sink);
}

/** Wire name of a record's owner, or null if the DNS has none for it. */
export function ownerName(name: string, rules: RecordRules): Uint8Array | null {
  if (name === '') return rules.originWire;
  const wire = nameFromText(name === '@' ? '\\@' : name, rules.originWire);
  return typeof wire === 'string' ? null : wire;
}

function checkRecord(
  scope: RecordScope,
  map: YamlMap,
  type: string,
  at: RecordName,
  rules: RecordRules,
  sink: FaultSink,
): ReadRecord {
  checkOwner(scope, rules.origin, at.idnaFault);
  checkTypeName(scope, type);
  const octodns = fieldOf(map, 'octodns');
  const octodnsMap = octodns?.kind === 'map' ? octodns : null;
  if (octodns !== undefined && octodnsMap === null)
    kill(scope, 'octodns-not-map', 'octodns must be a mapping', octodns);
  if (octodnsMap !== null) checkHealthcheck(scope, octodnsMap);
  checkValues(scope, map, type, rules.escapedSemicolons);
  if ((type === 'A' || type === 'AAAA') && map.entries.has('geo')) checkGeo(scope, fieldOf(map, 'geo')!, type);
  const isSteered = STEERED_TYPES.has(type) && map.entries.has('dynamic');
  const pools = isSteered ? checkDynamic(scope, map, type) : new Set<string>();
  const ttl = checkTtl(scope, fieldOf(map, 'ttl'), isSteered ? rules.defaultTtl.dynamic : rules.defaultTtl.records);
  const lenient = octodnsMap !== null && checkLenient(scope, octodnsMap);
  const block = octodnsMap === null ? null : readMeridianBlock(scope, octodnsMap);
  const ignored = octodnsMap === null ? undefined : fieldOf(octodnsMap, 'ignored');
  if (ignored !== undefined && isTruthyNode(ignored)) {
    note(
      scope,
      'octodns-ignored',
      'octoDNS would not publish this record; it is served here: take it out if it should not be',
      ignored,
    );
  }
  if (block !== null) checkMeridian(scope, block, octodnsMap!, pools, isSteered && type !== 'DNAME');
  if (block?.follow !== undefined) checkFollow(scope, type, block.follow, octodnsMap!);
  const outcome = closeRecordScope(scope, lenient, sink);
  return { scope, name: at.name, type, map, outcome, lenient, ttl, isSteered, block };
}

function checkTypeName(scope: RecordScope, type: string): void {
  if (type === 'CNAME' && scope.name === '') tell(scope, 'cname-at-root', 'root CNAME not allowed');
  else if (type === 'ALIAS' && scope.name !== '') tell(scope, 'alias-not-root', 'non-root ALIAS not allowed');
  else if ((type === 'SRV' || type === 'URI') && !SRV_NAME.test(scope.name)) {
    tell(scope, 'service-name', `invalid name for ${type} record`);
  }
}

function checkTtl(scope: RecordScope, node: YamlNode | undefined, absent: number): number {
  if (node === undefined) return absent;
  const ttl = node.kind === 'scalar' ? scalarToInt(node.scalar) : 'type';
  if (typeof ttl === 'string') {
    kill(scope, 'ttl-invalid', `ttl ${pythonText(node)} is not a number of seconds`, node);
    return absent;
  }
  if (ttl < 0) tell(scope, 'ttl-negative', 'invalid ttl', node);
  return ttl;
}

/** `lenient` is a real boolean (or a number): octoDNS dies of a text. */
function checkLenient(scope: RecordScope, octodns: YamlMap): boolean {
  const node = fieldOf(octodns, 'lenient');
  if (node === undefined) return false;
  const isFlag = node.kind === 'scalar' && (node.scalar.type === 'bool' || node.scalar.type === 'int');
  if (!isFlag) kill(scope, 'lenient-invalid', `lenient ${pythonText(node)} is not true or false`, node);
  return isFlag && isTruthyNode(node);
}

/** The older way to steer, which octoDNS still accepts; `values` are served to everyone. */
function checkGeo(scope: RecordScope, geo: YamlNode, type: 'A' | 'AAAA'): void {
  if (geo.kind !== 'map') {
    if (isTruthyNode(geo) || (geo.kind === 'scalar' && textOf(geo) !== '')) {
      kill(scope, 'geo-not-map', 'geo must be a mapping of codes to addresses', geo);
    }
    return;
  }
  for (const { key, value } of geo.entries.values()) {
    const code = textOf(key);
    if (code === null || !GEO_CODE.test(code)) kill(scope, 'geo-invalid', `invalid geo "${pythonText(key)}"`, key);
    if (value.kind !== 'seq') checkAddress(scope, value, type);
    else if (value.items.length === 0) tell(scope, 'values-missing', 'missing value(s)', value);
    else for (const item of value.items) checkAddress(scope, item, type);
  }
  note(
    scope,
    'geo-deprecated',
    '"geo" is deprecated and has no effect here: the values are served; use "dynamic"',
    geo,
  );
}

function checkMeridian(
  scope: RecordScope,
  block: MeridianBlock,
  octodns: YamlMap,
  pools: ReadonlySet<string>,
  isSteered: boolean,
): void {
  const node = fieldOf(octodns, 'meridian')!;
  if (block.soa !== undefined && scope.name !== '') {
    kill(
      scope,
      'meridian-soa',
      'soa belongs in a record of the apex',
      node.kind === 'map' ? fieldOf(node, 'soa') : node,
    );
  }
  if (isSteered) {
    checkMeridianPools(scope, block, octodns, pools);
    checkMeridianContradictions(scope, block, octodns, pools);
    return;
  }
  const others = node.kind === 'map' ? [...node.entries.keys()].filter((key) => key !== 'soa' && key !== 'follow') : [];
  if (others.length > 0) {
    note(scope, 'meridian-static', `meridian ${others.join(', ')} has no effect: the record has no "dynamic"`, node);
  }
}
