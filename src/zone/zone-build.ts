/**
 * Sound records of a YAML zone, and those of a master file beside it, put together into a {@link ZoneModel}: static records
 * as RDATA, steered ones and ALIAS as models, a start of authority. What the DNS cannot carry is left out with a
 * warning at its place.
 */

import { RRType, typeCode } from '../wire/codes.ts';
import { isAtOrBelow, lowerName, nameFromText, nameLength } from '../wire/name.ts';
import { findDigestFault } from '../wire/rdata-digest.ts';
import type { FaultSink } from './fault-sink.ts';
import type { MeridianSoa } from './meridian-block.ts';
import { buildFollow, type FollowValue, targetsOf, tellFollow, type WaitingFollow } from './meridian-follow.ts';
import { NamesHeld, octetText } from './names-held.ts';
import { buildDynamic, type KnownDynamic, type SteeredType } from './octodns-dynamic.ts';
import { ownerName, type ReadRecord, type RecordRules } from './octodns-record.ts';
import { buildValue, valueNodes } from './octodns-values.ts';
import { kill, note, publishNotes } from './record-scope.ts';
import type { YamlMap } from './yaml-node.ts';
import { type AliasModel, type DynamicModel, type SoaModel, type ZoneModel, ZoneRecords } from './zone-model.ts';

/** Fields of a synthesised SOA that the configuration sets; times in seconds, names as text. */
export type SoaDefaults = {
  readonly mname?: string | undefined;
  readonly rname?: string | undefined;
  readonly refresh?: number | undefined;
  readonly retry?: number | undefined;
  readonly expire?: number | undefined;
  readonly minimum?: number | undefined;
  readonly ttl?: number | undefined;
};

const TTL_MAX = 2_147_483_647;
/** Seconds; the short minimum keeps a wrong NXDOMAIN short (RFC 2308 5). */
const SOA_TIMERS = { refresh: 3_600, retry: 900, expire: 604_800, minimum: 60, ttl: 3_600 };

type Build = {
  readonly rules: RecordRules;
  readonly sink: FaultSink;
  readonly records: ZoneRecords;
  readonly dynamics: DynamicModel[];
  /** Steered records by their nodes. */
  readonly known: Map<YamlMap, KnownDynamic>;
  /** Records of type ALIAS, until all others are known. */
  readonly waiting: ReadRecord[];
  readonly aliases: AliasModel[];
  /** RRsets that follow health, until all names are known. */
  readonly follows: WaitingFollow[];
  /** Types by owner of the master file's records, or null without one. */
  readonly base: ReadonlyMap<string, ReadonlySet<number>> | null;
  /** Path of the zone's main file: only its lines are kept with the records. */
  readonly mainPath: string;
};

/** An ALIAS of the model, until all names of the zone are known; names in wire form. */
type WaitingAlias = { readonly record: ReadRecord; readonly owner: Uint8Array; readonly target: Uint8Array };

/** The model of a zone. `serial` is that of the SOA to be made. */
export function buildZone(
  read: readonly ReadRecord[],
  rules: RecordRules,
  sink: FaultSink,
  base: ZoneModel | null,
  soaDefaults: SoaDefaults,
  serial: number,
  mainPath: string,
): ZoneModel {
  const records = new ZoneRecords();
  const build: Build = {
    rules,
    sink,
    records,
    dynamics: [...(base?.dynamics ?? [])],
    known: new Map(),
    waiting: [],
    aliases: [...(base?.aliases ?? [])],
    follows: [],
    base: base === null ? null : copyBase(base, records),
    mainPath,
  };
  let soa: MeridianSoa = {};
  for (const record of read) {
    if (record.outcome === 'refused') continue;
    addRecord(build, record);
    if (record.name === '' && record.block?.soa !== undefined) soa = { ...soa, ...record.block.soa };
  }
  if (build.waiting.length + build.follows.length > 0) settleWaiting(build);
  return {
    origin: rules.originWire,
    originText: rules.origin,
    soa: makeSoa(build, base, { ...withoutUndefined(soaDefaults), ...withoutUndefined(soa) }, serial),
    records,
    dynamics: build.dynamics,
    aliases: build.aliases,
    follows: build.follows.map(({ model }) => model),
  };
}

/** What leads to other names, now that all of them are known. */
function settleWaiting(build: Build): void {
  const { rules, records, dynamics, waiting, follows } = build;
  const aliases = waiting.flatMap((record) => takeAlias(build, record) ?? []);
  const targets = [...aliases.map(({ target }) => target), ...follows.flatMap(targetsOf)];
  const held = new NamesHeld(
    rules.originWire,
    targets.filter((target) => isAtOrBelow(target, rules.originWire)),
    records,
    { steered: dynamics.map(({ owner }) => owner), aliases: aliases.map(({ owner }) => owner) },
  );
  for (const alias of aliases) tellAlias(build, alias, held);
  for (const follow of follows) {
    const { scope } = follow;
    const told = scope.notes.length;
    tellFollow(follow, rules.originWire, held);
    for (const { code, message, place } of scope.notes.slice(told))
      build.sink.warn(code, message, place, { record: scope.key, type: scope.type });
  }
}

function addRecord(build: Build, record: ReadRecord): void {
  const { scope } = record;
  const owner = ownerName(record.name, build.rules);
  if (owner === null) {
    note(scope, 'name-unserved', `"${record.name.slice(0, 300)}" is no name in the DNS: the record is not served`);
  } else if (!clashesWithBase(build, record, owner)) {
    addSoundRecord(build, record, owner, clampTtl(record));
  }
  const before = scope.fatal.length;
  if (before > 0)
    for (const { code, message, place } of scope.fatal) build.sink.error(code, message, place, subjectOf(record));
  publishNotes(scope, build.sink);
}

function addSoundRecord(build: Build, record: ReadRecord, owner: Uint8Array, ttl: number): void {
  const { scope, type } = record;
  if (type === 'ALIAS') {
    build.waiting.push(record);
  } else if (record.isSteered && type !== 'DNAME') {
    const fqdn = record.name === '' ? build.rules.origin : `${record.name}.${build.rules.origin}`;
    const { metadataTargets } = build.rules;
    const context = { owner, fqdn, ttlSeconds: ttl, metadataTargets, known: build.known };
    const model = buildDynamic(scope, record.map, type as SteeredType, record.block, context);
    if (model !== null) build.dynamics.push(model);
    else addUnsteered(build, record, owner, ttl);
  } else if (type === 'URLFWD') {
    note(scope, 'type-unserved', 'URLFWD has no form in the DNS: the record is not served');
  } else if (type === 'DNAME' && record.name === '') {
    note(scope, 'dname-at-root', 'a DNAME at the apex would hide the whole zone: the record is not served');
  } else {
    addUnsteered(build, record, owner, ttl);
  }
}

function addUnsteered(build: Build, record: ReadRecord, owner: Uint8Array, ttl: number): void {
  if (record.isSteered) {
    note(record.scope, 'dynamic-unserved', 'this record is not steered: its values are served to everyone');
  }
  addValues(build, record, owner, ttl);
}

function addValues(build: Build, record: ReadRecord, owner: Uint8Array, ttl: number): void {
  const { scope, type } = record;
  const nodes = valueNodes(record.map, type);
  if (nodes.length === 0) note(scope, 'record-empty', 'the record has no values: it is not served');
  const line = scope.place.file === build.mainPath ? scope.place.line : 0;
  const code = typeCode(type);
  const seen = nodes.length > 1 ? new Set<string>() : null;
  const follow = record.block?.follow;
  const values: FollowValue[] = [];
  for (const node of nodes) {
    const built = buildValue(node, type, build.rules.escapedSemicolons);
    if ('unservable' in built) {
      note(scope, 'value-unserved', `${built.unservable}: this value is not served`, node);
      continue;
    }
    if (seen !== null) {
      // One RRset holds no RDATA twice (RFC 2181 5).
      const key = octetText(built.rdata);
      if (seen.has(key)) continue;
      seen.add(key);
    }
    const digest = findDigestFault(code, built.rdata);
    // octoDNS tells the length of a fingerprint itself.
    if (digest !== null && type !== 'SSHFP') note(scope, 'digest-length', digest.message, node);
    build.records.add(owner, code, ttl, built.rdata, line);
    if (follow !== undefined) values.push({ node, rdata: built.rdata });
  }
  if (follow === undefined) return;
  const waiting = buildFollow(scope, { map: record.map, type, owner }, follow, values);
  if (waiting !== null) build.follows.push(waiting);
}

/** Takes an ALIAS into the model: its target is followed when it is asked for. Null, and told, when it has no form in the DNS. */
function takeAlias(build: Build, record: ReadRecord): WaitingAlias | null {
  const built = buildValue(valueNodes(record.map, 'ALIAS')[0]!, 'ALIAS', true);
  const owner = ownerName(record.name, build.rules);
  if ('unservable' in built) warnAlias(build, record, `${built.unservable}: the ALIAS is not served`);
  if ('unservable' in built || owner === null) return null;
  const target = lowerName(built.rdata);
  build.aliases.push({ owner, target, ttlSeconds: clampTtl(record) });
  return { record, owner, target };
}

/** Tells what cannot be there when the ALIAS is followed. */
function tellAlias(build: Build, { record, owner, target }: WaitingAlias, held: NamesHeld): void {
  const { rules } = build;
  if (!isAtOrBelow(target, rules.originWire)) {
    if (rules.resolvesAliases) return;
    const cure = 'unless another zone of this server holds it the ALIAS has no addresses; set alias-resolver';
    warnAlias(build, record, `the target is outside of this zone, and no resolver is configured: ${cure}`);
  } else if (!held.mayHaveAddresses(target)) {
    warnAlias(build, record, 'the target has no address in this zone: the ALIAS has none either');
  } else if (octetText(target) === octetText(owner)) {
    warnAlias(build, record, 'the target is the ALIAS itself: it has no addresses');
  }
}

function warnAlias({ sink }: Build, record: ReadRecord, message: string): void {
  sink.warn('alias-unserved', message, record.scope.place, subjectOf(record));
}

function copyBase(base: ZoneModel, into: ZoneRecords): Map<string, Set<number>> {
  const types = new Map<string, Set<number>>();
  const from = base.records;
  let lastAt = -1;
  let owner = new Uint8Array(0);
  let held = new Set<number>();
  for (let row = 0; row < from.count; row++) {
    const at = from.owners[row]!;
    if (at !== lastAt) {
      lastAt = at;
      owner = from.bytes.slice(at, at + nameLength(from.bytes, at));
      const key = octetText(owner);
      held = types.get(key) ?? new Set();
      types.set(key, held);
    }
    held.add(from.types[row]!);
    const rdata = from.bytes.subarray(from.rdatas[row]!, from.rdatas[row]! + from.rdataLengths[row]!);
    into.add(owner, from.types[row]!, from.ttls[row]!, rdata, 0);
  }
  return types;
}

/** A name and type in both files, or a CNAME in one beside other data in the other, is a fault of the YAML record. */
function clashesWithBase(build: Build, record: ReadRecord, owner: Uint8Array): boolean {
  const held = build.base?.get(octetText(owner));
  if (held === undefined) return false;
  const code = record.type === 'ALIAS' ? RRType.A : typeCode(record.type);
  if (held.has(code) || (record.type === 'ALIAS' && held.has(RRType.AAAA))) {
    kill(
      record.scope,
      'record-in-both',
      'the master file of this zone has records of this name and type too: keep one of the two',
    );
    return true;
  }
  if (code === RRType.CNAME || held.has(RRType.CNAME)) {
    kill(
      record.scope,
      'cname-coexists',
      'the master file of this zone has records of this name too: a CNAME stands alone',
    );
    return true;
  }
  return false;
}

function makeSoa(build: Build, base: ZoneModel | null, set: SoaDefaults, serial: number): SoaModel {
  const { originWire: origin } = build.rules;
  const named = (text: string | undefined, otherwise: Uint8Array): Uint8Array => {
    const name = text === undefined ? otherwise : nameFromText(text.toLowerCase(), origin);
    if (typeof name !== 'string') return name;
    const message = `"${text?.slice(0, 300)}" is no name for the start of authority: ${name}`;
    build.sink.error('soa-name', message, { file: build.mainPath, line: 0, column: 0 });
    return otherwise;
  };
  const below = (label: string): Uint8Array => {
    const name = nameFromText(label, origin);
    return typeof name === 'string' ? origin : name;
  };
  const start = base === null ? SOA_TIMERS : timersOf(base.soa);
  return {
    mname: named(set.mname, base?.soa.mname ?? firstNameServer(build.records, origin) ?? below('ns1')),
    rname: named(set.rname, base?.soa.rname ?? below('hostmaster')),
    serial: Math.max(serial, base?.soa.serial ?? 0) >>> 0,
    refresh: set.refresh ?? start.refresh,
    retry: set.retry ?? start.retry,
    expire: set.expire ?? start.expire,
    minimum: set.minimum ?? start.minimum,
    ttl: set.ttl ?? start.ttl,
  };
}

function timersOf(soa: SoaModel): typeof SOA_TIMERS {
  const { refresh, retry, expire, minimum, ttl } = soa;
  return { refresh, retry, expire, minimum, ttl };
}

function firstNameServer(records: ZoneRecords, origin: Uint8Array): Uint8Array | null {
  const apex = octetText(origin);
  for (let row = 0; row < records.count; row++) {
    if (records.types[row] !== RRType.NS || ownerKey(records, row) !== apex) continue;
    return records.bytes.slice(records.rdatas[row]!, records.rdatas[row]! + records.rdataLengths[row]!);
  }
  return null;
}

function clampTtl(record: ReadRecord): number {
  if (record.ttl >= 0 && record.ttl <= TTL_MAX) return record.ttl;
  const clamped = record.ttl < 0 ? 0 : TTL_MAX;
  const known = record.scope.notes.some(({ code }) => code === 'ttl-clamped');
  if (!known) note(record.scope, 'ttl-clamped', `ttl ${record.ttl} is out of range (RFC 2181 8): ${clamped} is served`);
  return clamped;
}

function subjectOf(record: ReadRecord): { record: string; type: string } {
  return { record: record.scope.key, type: record.type };
}

function ownerKey(records: ZoneRecords, row: number): string {
  const at = records.owners[row]!;
  return octetText(records.bytes.subarray(at, at + nameLength(records.bytes, at)));
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
