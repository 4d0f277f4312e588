/**
 * A zone model into the image that is served from (layout in `zone-image`). Runs off the query's way, in a builder thread
 * when the zone is large; what only the control thread knows (health slots, group ids) is left to `linkZone`.
 */

import { addressBytes } from '../base/ip-address.ts';
import { RRType, typeCode } from '../wire/codes.ts';
import { isAtOrBelow, lowerName, nameLength } from '../wire/name.ts';
import { targetNameAt } from '../wire/rdata.ts';
import { ScannedName } from '../wire/scanned-name.ts';
import { compileDynamic, type DynamicLinks } from './dynamic-compile.ts';
import { compileFollowed } from './follow-compile.ts';
import { ImageArena } from './image-arena.ts';
import { findCuts, rdataHeadBytes, writeRdataImage } from './rdata-image.ts';
import type { SteeredRecord } from './steered-record.ts';
import {
  ALIAS_WORDS,
  AliasWord,
  HEADER_WORDS,
  HeaderWord,
  NODE_WORDS,
  NodeFlag,
  NodeWord,
  RRSET_KIND_BITS,
  RRSET_WORDS,
  RRsetKind,
  RRsetWord,
  ZONE_MAGIC,
} from './zone-image.ts';
import type { AliasModel, ClassSpec, DynamicModel, FollowModel, SoaModel, ZoneModel } from './zone-model.ts';
import { ZoneTree } from './zone-tree.ts';

export type CompiledZone = {
  /** The zone table, not yet linked. */
  readonly image: SharedArrayBuffer;
  /** Absolute presentation form. */
  readonly origin: string;
  /** Whose endpoints (`listEndpoints`) are to be claimed in the endpoint registry, in this order. */
  readonly steered: readonly SteeredRecord[];
  /** The zone's distinct steering groups, in this order. */
  readonly groups: readonly ClassSpec[];
  /** Names that own records, records, steered RRsets. */
  readonly names: number;
  readonly records: number;
  readonly dynamics: number;
};

/** What the words of an RRset can say: 16 bits of records, 29 bits of octets. */
const RRSET_COUNT_MAX = 0xffff;
const RRSET_SIZE_MAX = 0x1fff_ffff;

/** Every octet is one character of Latin-1, so texts are equal exactly when the octets are. */
const LATIN1 = new TextDecoder('latin1');

/** One RRset on its way into the image. */
type RRsetDraft = { readonly type: number; ttl: number; rdatas: Uint8Array[] };

/** Compiles a checked model; a model that its reader should have refused is an assertion. */
export function compileZone(model: ZoneModel): CompiledZone {
  const tree = new ZoneTree(model);
  const arena = new ImageArena(HEADER_WORDS + tree.count * 24 + 1024);
  const links: DynamicLinks = {
    origin: model.origin,
    originText: model.originText,
    steered: [],
    slotsAt: [],
    groups: [],
    groupOfKey: new Map(),
    groupsAt: [],
    files: new Map(),
    contents: new Map(),
    listCount: 0,
    repeated: new Map(),
  };
  arena.takeWords(HEADER_WORDS);
  const hashSize = hashSizeFor(tree.count);
  const slotsAt = arena.takeWords(hashSize * 2);
  const nodesAt = arena.used;
  const nodeAt = new Int32Array(tree.count);
  let records = 0;
  let names = 0;
  for (let node = 0; node < tree.count; node++) {
    const before = records;
    records += writeNode(arena, model, tree, node, nodeAt, links) + (tree.aliases.has(node) ? 1 : 0);
    if (records > before) names++;
    insertSlot(arena, slotsAt, hashSize - 1, tree.hash[node]!, nodeAt[node]!);
  }
  const nodesEnd = arena.used;
  const aliases: number[] = [];
  for (const [node, alias] of tree.aliases) {
    const at = writeAlias(arena, alias);
    arena.words[nodeAt[node]! + NodeWord.ALIAS] = at;
    aliases.push(at);
  }
  linkNodes(arena, model, tree, nodeAt);
  const words: [number, number][] = [
    [HeaderWord.MAGIC, ZONE_MAGIC],
    [HeaderWord.SERIAL, model.soa.serial | 0],
    [HeaderWord.APEX_AT, nodeAt[0]!],
    [HeaderWord.APEX_LENGTH, model.origin.length],
    [HeaderWord.APEX_LABELS, tree.labels[0]!],
    [HeaderWord.SLOTS_AT, slotsAt],
    [HeaderWord.HASH_MASK, hashSize - 1],
    [HeaderWord.NODE_COUNT, tree.count],
    [HeaderWord.DEPTH_MAX, tree.depthMax],
    [HeaderWord.SOA_AT, findSoa(arena, nodeAt[0]!)],
    [HeaderWord.NEGATIVE_TTL, Math.min(model.soa.ttl, model.soa.minimum)],
    [HeaderWord.NODES_AT, nodesAt],
    [HeaderWord.NODES_END, nodesEnd],
    [HeaderWord.ENDPOINT_LINKS_AT, writeList(arena, links.slotsAt)],
    [HeaderWord.ENDPOINT_COUNT, links.slotsAt.length],
    [HeaderWord.GROUP_LINKS_AT, writeList(arena, links.groupsAt)],
    [HeaderWord.ALIASES_AT, writeList(arena, aliases)],
    [HeaderWord.ALIAS_COUNT, aliases.length],
    [HeaderWord.GROUP_COUNT, links.groupsAt.length / 2],
  ];
  for (const [word, value] of words) arena.words[word] = value;
  return {
    image: arena.share(),
    origin: model.originText,
    steered: links.steered,
    groups: links.groups,
    names,
    records,
    dynamics: model.dynamics.length,
  };
}

/** Half full at the most, so that a miss ends after a probe or two. */
function hashSizeFor(count: number): number {
  let size = 4;
  while (size < count * 2) size *= 2;
  return size;
}

function insertSlot(arena: ImageArena, slotsAt: number, mask: number, hash: number, nodeAt: number): void {
  let slot = hash & mask;
  while (arena.words[slotsAt + slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
  arena.words[slotsAt + slot * 2] = hash;
  arena.words[slotsAt + slot * 2 + 1] = nodeAt;
}

/** Writes a node with its RRsets; returns how many records it owns. */
function writeNode(
  arena: ImageArena,
  model: ZoneModel,
  tree: ZoneTree,
  node: number,
  nodeAt: Int32Array,
  links: DynamicLinks,
): number {
  const rrsets = collectRRsets(model, tree, node);
  const dynamics = tree.dynamics.get(node) ?? [];
  const length = tree.nameLength[node]!;
  const at = arena.takeWords(NODE_WORDS);
  nodeAt[node] = at;
  arena.words[at + NodeWord.NAME] = length | (tree.labels[node]! << 8) | (tree.flags[node]! << 16);
  arena.words[at + NodeWord.RRSET_COUNT] = rrsets.length + dynamics.length;
  const nameAt = arena.takeBytes(length);
  arena.bytes.set(tree.names.subarray(tree.nameAt[node]!, tree.nameAt[node]! + length), nameAt);
  let rrsetAt = arena.takeWords((rrsets.length + dynamics.length) * RRSET_WORDS);
  let records = 0;
  for (const rrset of rrsets) {
    const follow = tree.follows.get(node)?.find(({ type }) => type === rrset.type);
    if (follow === undefined) writeRRset(arena, rrsetAt, rrset, model.origin);
    else writeFollowed(arena, rrsetAt, rrset, follow);
    records += rrset.rdatas.length;
    rrsetAt += RRSET_WORDS;
  }
  for (const dynamic of dynamics) {
    writeDynamic(arena, rrsetAt, dynamic, links);
    records++;
    rrsetAt += RRSET_WORDS;
  }
  return records;
}

/** The RRsets of a node: records of one type together, duplicates dropped, the smallest TTL for all (RFC 2181 5). */
function collectRRsets(model: ZoneModel, tree: ZoneTree, node: number): RRsetDraft[] {
  const rrsets: RRsetDraft[] = [];
  const ofType = new Map<number, RRsetDraft>();
  if (node === 0) rrsets.push({ type: RRType.SOA, ttl: model.soa.ttl, rdatas: [soaRdata(model.soa)] });
  const { records } = model;
  for (let row = tree.firstRow[node]!; row >= 0; row = tree.nextRow[row]!) {
    const rdataAt = records.rdatas[row]!;
    const rdata = records.bytes.subarray(rdataAt, rdataAt + records.rdataLengths[row]!);
    const type = records.types[row]!;
    const rrset = ofType.get(type);
    if (rrset === undefined) {
      const draft = { type, ttl: records.ttls[row]!, rdatas: [rdata] };
      ofType.set(type, draft);
      rrsets.push(draft);
    } else {
      rrset.ttl = Math.min(rrset.ttl, records.ttls[row]!);
      rrset.rdatas.push(rdata);
    }
  }
  for (const rrset of rrsets) if (rrset.rdatas.length > 1) rrset.rdatas = withoutDuplicates(rrset.type, rrset.rdatas);
  return rrsets;
}

/** The first of those that differ in nothing but the case of the name that they lead to (RFC 2181 5, RFC 4343 3). */
function withoutDuplicates(type: number, rdatas: readonly Uint8Array[]): Uint8Array[] {
  const nameAt = targetNameAt(type);
  const seen = new Set<string>();
  return rdatas.filter((rdata) => {
    const size = seen.size;
    const folded = rdata.slice();
    if (nameAt >= 0) folded.set(lowerName(rdata.subarray(nameAt, nameAt + nameLength(rdata, nameAt))), nameAt);
    return seen.add(LATIN1.decode(folded)).size > size;
  });
}

function writeRRset(arena: ImageArena, at: number, rrset: RRsetDraft, origin: Uint8Array): void {
  const cutsOf = rrset.rdatas.map((rdata) => findCuts(rrset.type, rdata, origin));
  let stored = 0;
  let onWire = 0;
  for (const [i, rdata] of rrset.rdatas.entries()) {
    stored += rdataHeadBytes(cutsOf[i]!.length) + rdata.length;
    onWire += 10 + rdata.length;
  }
  const dataAt = arena.takeBytes(stored);
  let next = dataAt;
  for (const [i, rdata] of rrset.rdatas.entries()) next = writeRdataImage(arena, next, rdata, cutsOf[i]!);
  // The count has 16 bits. So many records take more than any message holds, and are truncated whatever their number.
  arena.words[at + RRsetWord.TYPE] = rrset.type | (Math.min(rrset.rdatas.length, RRSET_COUNT_MAX) << 16);
  arena.words[at + RRsetWord.TTL] = rrset.ttl;
  arena.words[at + RRsetWord.DATA] = dataAt;
  arena.words[at + RRsetWord.SIZE] = sizeWord(onWire, RRsetKind.STATIC);
}

function writeFollowed(arena: ImageArena, at: number, rrset: RRsetDraft, follow: FollowModel): void {
  const onWire = rrset.rdatas.reduce((sum, rdata) => sum + 10 + rdata.length, 0);
  const dataAt = compileFollowed(arena, rrset.type, rrset.rdatas, follow);
  arena.words[at + RRsetWord.TYPE] = rrset.type | (Math.min(rrset.rdatas.length, RRSET_COUNT_MAX) << 16);
  arena.words[at + RRsetWord.TTL] = rrset.ttl;
  arena.words[at + RRsetWord.DATA] = dataAt;
  arena.words[at + RRsetWord.SIZE] = sizeWord(onWire, RRsetKind.FOLLOWED);
}

function sizeWord(octets: number, kind: number): number {
  return (Math.min(octets, RRSET_SIZE_MAX) << RRSET_KIND_BITS) | kind;
}

function writeDynamic(arena: ImageArena, at: number, dynamic: DynamicModel, links: DynamicLinks): void {
  const block = compileDynamic(arena, dynamic, links);
  arena.words[at + RRsetWord.TYPE] = typeCode(dynamic.type) | (dynamic.steering.answers << 16);
  arena.words[at + RRsetWord.TTL] = dynamic.ttlSeconds;
  arena.words[at + RRsetWord.DATA] = block.at;
  arena.words[at + RRsetWord.SIZE] = sizeWord((10 + block.rdataMax) * dynamic.steering.answers, RRsetKind.STEERED);
}

function soaRdata(soa: SoaModel): Uint8Array {
  const rdata = new Uint8Array(soa.mname.length + soa.rname.length + 20);
  rdata.set(soa.mname);
  rdata.set(soa.rname, soa.mname.length);
  const numbers = Uint32Array.of(soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum);
  for (const [i, number] of numbers.entries()) {
    rdata.set(addressBytes({ family: 4, words: Uint32Array.of(number) }), rdata.length - 20 + i * 4);
  }
  return rdata;
}

function writeAlias(arena: ImageArena, alias: AliasModel): number {
  const at = arena.takeWords(ALIAS_WORDS);
  const targetAt = arena.takeBytes(alias.target.length);
  arena.bytes.set(alias.target, targetAt);
  arena.words[at + AliasWord.TTL] = alias.ttlSeconds;
  arena.words[at + AliasWord.TARGET] = targetAt;
  return at;
}

/** Fills in what points from node to node, once all have their place: stops, wildcards, glue. */
function linkNodes(arena: ImageArena, model: ZoneModel, tree: ZoneTree, nodeAt: Int32Array): void {
  for (let node = 0; node < tree.count; node++) {
    const at = nodeAt[node]!;
    const stop = tree.stop[node]!;
    const wildcard = tree.wildcard[node]!;
    if (stop >= 0) arena.words[at + NodeWord.STOP] = nodeAt[stop]!;
    if (wildcard >= 0) arena.words[at + NodeWord.WILDCARD] = nodeAt[wildcard]!;
    if ((tree.flags[node]! & NodeFlag.CUT) !== 0) {
      const glue = findGlue(model, tree, node);
      if (glue !== null) {
        const glueAt = writeList(arena, [glue.needed.length, glue.all.length, ...glue.all.map((n) => nodeAt[n]!)]);
        arena.words[at + NodeWord.GLUE] = glueAt;
      }
    }
  }
}

/**
 * Nodes with addresses of a delegation's name servers. Those at or below the delegation are needed to reach it at all
 * (RFC 9471 2.1) and come first; others of this zone are a courtesy.
 */
function findGlue(model: ZoneModel, tree: ZoneTree, cut: number): { needed: number[]; all: number[] } | null {
  const { records } = model;
  const cutName = tree.names.subarray(tree.nameAt[cut]!, tree.nameAt[cut]! + tree.nameLength[cut]!);
  const name = new ScannedName();
  const needed = new Set<number>();
  const sibling = new Set<number>();
  for (let row = tree.firstRow[cut]!; row >= 0; row = tree.nextRow[row]!) {
    if (records.types[row] !== RRType.NS) continue;
    const at = records.rdatas[row]!;
    name.scan(records.bytes, at, at + nameLength(records.bytes, at));
    const node = tree.find(name, 0);
    if (node < 0) continue;
    const target = name.lower.subarray(0, name.length);
    (isAtOrBelow(target, cutName) ? needed : sibling).add(node);
  }
  const all = [...needed, ...sibling];
  return all.length === 0 ? null : { needed: [...needed], all };
}

function writeList(arena: ImageArena, values: readonly number[]): number {
  const at = arena.takeWords(values.length);
  arena.words.set(values, at);
  return at;
}

/** The SOA is the first RRset of the apex. */
function findSoa(arena: ImageArena, apexAt: number): number {
  return apexAt + NODE_WORDS + (((arena.words[apexAt + NodeWord.NAME]! & 255) + 3) >> 2);
}
