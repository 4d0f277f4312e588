/**
 * A steered record into the part of a zone image that `decide` reads: classes, pools with their fallback, endpoints with
 * running sums of weight. Called by `zone-compile` for each dynamic record. Records that steer alike share all but their slots.
 */

import { assert } from '../base/assert.ts';
import { addressBytes, parseIpAddress } from '../base/ip-address.ts';
import { SHARED_BLOCKS_MAX } from '../base/limits.ts';
import { mixBits } from '../base/random.ts';
import { typeCode } from '../wire/codes.ts';
import { nameFromText, nameToText } from '../wire/name.ts';
import type { ImageArena } from './image-arena.ts';
import { preferenceOf, walkFrom, walkOfCatchAll } from './pool-walk.ts';
import { findCuts, rdataHeadBytes, writeRdataImage } from './rdata-image.ts';
import { relativeLine, writeFences, writeRules, writeText } from './rule-text.ts';
import type { RecordEndpoint, SteeredRecord } from './steered-record.ts';
import {
  ALL_DOWN_ORDER,
  BALANCE_ORDER,
  DYN_WORDS,
  DynWord,
  ENDPOINT_WORDS,
  EndpointWord,
  METHOD_ORDER,
  MIN_HEALTHY_ONE,
  PLACE_WORDS,
  PlaceWord,
  POOL_WORDS,
  PoolWord,
  STEERED_WORDS,
  StatusCode,
  SteeredWord,
  TRICKLE_BITS,
  WALK_WORDS,
  WalkEnd,
  WalkWord,
} from './zone-image.ts';
import {
  type ClassSpec,
  DEFAULT_STICKY,
  type DynamicModel,
  type EndpointStatus,
  type PoolModel,
  type PoolWalk,
  type SteeringModel,
} from './zone-model.ts';

/** What the steered RRsets of one zone add up to: the endpoints and groups that the control thread links, and the blocks they share. */
export type DynamicLinks = {
  readonly origin: Uint8Array;
  readonly originText: string;
  readonly steered: SteeredRecord[];
  /** Word offsets of the slots, in the order of the records and their endpoints. */
  readonly slotsAt: number[];
  readonly groups: ClassSpec[];
  /** Index in `groups` by the text of a specification. */
  readonly groupOfKey: Map<string, number>;
  /** Pairs: word offset, index in `groups`. */
  readonly groupsAt: number[];
  /** Octet offsets of the names of files. */
  readonly files: Map<string, number>;
  /** What records share that say the same, by all that they say; up to {@link SHARED_BLOCKS_MAX}. */
  readonly contents: Map<string, SharedContent>;
  /** Lists of endpoints in it; up to as many again. */
  listCount: number;
  /** What was made of records by their pools: those that a YAML alias repeats have the very same. */
  readonly repeated: Map<DynamicModel['pools'], MadeDynamic>;
};

/** What a record was made into. */
type MadeDynamic = {
  readonly of: DynamicModel;
  readonly endpoints: readonly RecordEndpoint[];
  readonly block: DynamicBlock;
};

/** What records of one content share: their block, and by their checks, which it does not depend on, their endpoints. */
type SharedContent = {
  readonly block: DynamicBlock;
  readonly lists: Map<string, readonly RecordEndpoint[]>;
};

/** A block in the image: its word offset and the most octets that one record of it takes. */
type DynamicBlock = { readonly at: number; readonly rdataMax: number };

const STATUS_CODES: Record<EndpointStatus, number> = {
  obey: StatusCode.OBEY,
  up: StatusCode.UP,
  down: StatusCode.DOWN,
};

/** Writes `dynamic`; returns the word offset of its `SteeredWord`s and the most octets that one record of it takes. */
export function compileDynamic(arena: ImageArena, dynamic: DynamicModel, links: DynamicLinks): DynamicBlock {
  const count = dynamic.pools.reduce((sum, pool) => sum + pool.endpoints.length, 0);
  const at = arena.takeWords(STEERED_WORDS + count + PLACE_WORDS);
  const { endpoints, block } = repeatedOf(dynamic, links) ?? makeDynamic(arena, dynamic, links);
  links.steered.push({ name: nameToText(dynamic.owner), type: dynamic.type, endpoints });
  for (let i = 0; i < count; i++) links.slotsAt.push(at + STEERED_WORDS + i);
  const { file, line } = dynamic.place;
  const fileAt = links.files.get(file) ?? writeText(arena, file);
  links.files.set(file, fileAt);
  arena.words[at + SteeredWord.BLOCK] = block.at;
  arena.words[at + STEERED_WORDS + count + PlaceWord.LINE] = line;
  arena.words[at + STEERED_WORDS + count + PlaceWord.FILE] = fileAt;
  return { at, rdataMax: block.rdataMax };
}

/** What a record with the very same content was made into. */
function repeatedOf(dynamic: DynamicModel, { repeated }: DynamicLinks): MadeDynamic | undefined {
  const made = repeated.get(dynamic.pools);
  if (made === undefined) return undefined;
  const { type, values, rules, steering, place } = made.of;
  const isSame =
    type === dynamic.type &&
    values === dynamic.values &&
    rules === dynamic.rules &&
    steering === dynamic.steering &&
    place === dynamic.place;
  return isSame ? made : undefined;
}

/** The endpoints and the block of a record, shared with those that say the same. */
function makeDynamic(arena: ImageArena, dynamic: DynamicModel, links: DynamicLinks): MadeDynamic {
  const content = contentOf(dynamic);
  const shared = links.contents.get(content) ?? { block: compileBlock(arena, dynamic, links), lists: new Map() };
  if (links.contents.size < SHARED_BLOCKS_MAX) links.contents.set(content, shared);
  const made = { of: dynamic, endpoints: endpointsOf(dynamic, shared, links), block: shared.block };
  links.repeated.set(dynamic.pools, made);
  return made;
}

/** All that a block depends on: the record without its name, its place, its TTL and its checks, which the slots stand for. */
function contentOf(dynamic: DynamicModel): string {
  const { owner: _owner, key: _key, place: record, ttlSeconds: _ttl, pools, rules, ...rest } = dynamic;
  const bare = pools.map(({ endpoints, ...pool }) => [
    pool,
    endpoints.map(({ check: _check, ...endpoint }) => endpoint),
  ]);
  const told = rules.map(({ place, ...rule }) => [rule, relativeLine(place, record)]);
  return JSON.stringify([rest, bare, told]);
}

/** Whose health the record's slots will hold, in the order of the block's ordinals. */
function endpointsOf(dynamic: DynamicModel, { lists }: SharedContent, links: DynamicLinks): readonly RecordEndpoint[] {
  const checks = dynamic.pools.flatMap(({ endpoints }) => endpoints.map(({ check }) => check.id)).join('\n');
  const known = lists.get(checks);
  if (known !== undefined) return known;
  const list = dynamic.pools.flatMap((pool) => endpointsOfPool(pool, dynamic.steering));
  if (links.listCount < SHARED_BLOCKS_MAX) {
    lists.set(checks, list);
    links.listCount++;
  }
  return list;
}

function endpointsOfPool({ name, region, share, endpoints }: PoolModel, steering: SteeringModel): RecordEndpoint[] {
  const { balance, method, recovery } = steering;
  const seen = new Map<string, number>();
  return endpoints.map(({ value, weight, status, check }) => {
    const nth = seen.get(value) ?? 0;
    seen.set(value, nth + 1);
    return {
      id: `${name}|${value}${nth > 0 ? `#${nth}` : ''}`,
      pool: name,
      region,
      value,
      weight,
      drawWeight: drawWeightOf(weight, steering),
      poolShare: method === 'weighted' ? share : null,
      status,
      check,
      balance,
      recovery,
    };
  });
}

/** What an endpoint of `weight` weighs in a draw: equal shares are a draw among equal weights. */
function drawWeightOf(weight: number, { balance }: SteeringModel): number {
  return balance === 'random' ? 1 : weight;
}

function compileBlock(arena: ImageArena, dynamic: DynamicModel, links: DynamicLinks): DynamicBlock {
  const at = arena.takeWords(DYN_WORDS + dynamic.rules.length);
  const poolsCount = dynamic.pools.length;
  const poolsAt = arena.takeWords(poolsCount * POOL_WORDS);
  const { spec, otherwise, walks } = planClasses(dynamic);
  const words: [number, number][] = [
    [DynWord.GROUP, -1],
    [DynWord.CLASS_COUNT, dynamic.rules.length],
    [DynWord.POOL_COUNT, poolsCount],
    [DynWord.POOLS_AT, poolsAt],
    // A name has one CNAME (RFC 2181 10.1).
    [DynWord.ANSWERS, dynamic.type === 'CNAME' ? 1 : dynamic.steering.answers],
    [DynWord.ALL_DOWN, ALL_DOWN_ORDER.indexOf(dynamic.steering.allDown)],
    [DynWord.VALUE_COUNT, dynamic.values.length],
    [DynWord.FENCE_COUNT, dynamic.steering.fences.length],
    [DynWord.OTHERWISE, otherwise],
    [DynWord.METHOD, METHOD_ORDER.indexOf(dynamic.steering.method)],
    [DynWord.BALANCE, BALANCE_ORDER.indexOf(dynamic.steering.balance)],
    [DynWord.STICKY, stickyWord(dynamic.steering)],
    // Rounded down, so that 3 of 5 are 0.6.
    [DynWord.MIN_HEALTHY, Math.floor(dynamic.steering.minHealthy * MIN_HEALTHY_ONE)],
    [DynWord.TRICKLE, Math.round(dynamic.steering.trickle * 2 ** TRICKLE_BITS)],
    [DynWord.TTL_MIN, dynamic.steering.ttl?.min ?? 0],
    [DynWord.TTL_MAX, dynamic.steering.ttl?.max ?? 0],
    [DynWord.TIE_RATIO, dynamic.steering.nearTie === null ? -1 : Math.round(dynamic.steering.nearTie.ratio * 1e6)],
    [DynWord.TIE_MARGIN, Math.round((dynamic.steering.nearTie?.marginMs ?? 0) * 1e3)],
  ];
  for (const [word, value] of words) arena.words[at + word] = value;
  const walkAt = new Map<PoolWalk, number>();
  for (const [i, walk] of walks.entries()) {
    const known = walkAt.get(walk) ?? writeWalk(arena, walk);
    walkAt.set(walk, known);
    arena.words[at + DYN_WORDS + i] = known;
  }
  const rulesAt = writeRules(arena, dynamic);
  const fencesAt = writeFences(arena, dynamic);
  arena.words[at + DynWord.RULES_AT] = rulesAt;
  arena.words[at + DynWord.FENCES_AT] = fencesAt;
  if (spec !== null) links.groupsAt.push(at + DynWord.GROUP, groupIndex(links, spec));
  let rdataMax = 0;
  let ordinal = 0;
  for (const [i, pool] of dynamic.pools.entries()) {
    rdataMax = Math.max(rdataMax, compilePool(arena, poolsAt + i * POOL_WORDS, dynamic, pool, ordinal, links));
    ordinal += pool.endpoints.length;
  }
  const valuesAt = arena.takeWords(dynamic.values.length * ENDPOINT_WORDS);
  arena.words[at + DynWord.VALUES_AT] = valuesAt;
  for (const [i, value] of dynamic.values.entries()) {
    const rdata = rdataOfValue(dynamic.type, value);
    rdataMax = Math.max(rdataMax, rdata.length);
    writeEndpoint(arena, valuesAt + i * ENDPOINT_WORDS, dynamic.type, rdata, links.origin, 1, StatusCode.UP, i + 1, 0);
  }
  return { at, rdataMax };
}

/**
 * The client's part of the rules: the class of clients whom no target names, the specification of the rest, or null when
 * every client is of that one class, and the walk of each rule's class. The first rule without targets ends the rules.
 */
function planClasses(dynamic: DynamicModel): { spec: ClassSpec | null; otherwise: number; walks: PoolWalk[] } {
  const { rules, pools, steering } = dynamic;
  const catchAll = rules.findIndex((rule) => rule.subnets.length === 0 && rule.geos.length === 0);
  assert(catchAll >= 0, 'a dynamic record without catch-all rule');
  // With a method of its own the catch-all is a class by itself, even where a target leads to the same pool.
  const classed = steering.method === 'rules' ? rules : rules.slice(0, catchAll);
  const classOfPool = new Map<number, number>();
  for (const [i, rule] of classed.entries()) if (!classOfPool.has(rule.pool)) classOfPool.set(rule.pool, i);
  const walkOfPool = new Map<number, PoolWalk>();
  const walks = rules.map(({ pool }) => {
    const walk = walkOfPool.get(pool) ?? walkFrom(pools, pool);
    walkOfPool.set(pool, walk);
    return walk;
  });
  const catchAllPool = rules[catchAll]!.pool;
  const otherwise = steering.method === 'rules' ? classOfPool.get(catchAllPool)! : catchAll;
  if (steering.method !== 'rules') walks[catchAll] = walkOfCatchAll(dynamic, catchAllPool);
  const targets = rules
    .slice(0, catchAll)
    .map(({ subnets, geos, pool }) => ({ subnets, geos, class: classOfPool.get(pool)! }));
  const preference = preferenceOf(dynamic, walks);
  if (preference !== null) return { spec: { targets, otherwise, preference }, otherwise, walks };
  return {
    spec: targets.every((target) => target.class === otherwise) ? null : { targets, otherwise },
    otherwise,
    walks,
  };
}

function writeWalk(arena: ImageArena, walk: PoolWalk): number {
  const at = arena.takeWords(WALK_WORDS + walk.pools.length);
  arena.words[at + WalkWord.COUNT] = walk.pools.length;
  arena.words[at + WalkWord.TIES] = walk.ties;
  arena.words[at + WalkWord.NEXT] = WalkEnd.ALL_DOWN;
  arena.words.set(walk.pools, at + WALK_WORDS);
  return at;
}

function groupIndex({ groups, groupOfKey }: DynamicLinks, spec: ClassSpec): number {
  const key = JSON.stringify(spec);
  const known = groupOfKey.get(key) ?? groups.push(spec) - 1;
  groupOfKey.set(key, known);
  return known;
}

/** Writes a pool at word `at`, whose first endpoint has the ordinal `ordinal`; returns the most octets that one record of it takes. */
function compilePool(
  arena: ImageArena,
  at: number,
  dynamic: DynamicModel,
  pool: PoolModel,
  ordinal: number,
  links: DynamicLinks,
): number {
  const nameAt = writeText(arena, pool.name);
  const regionAt = pool.region === null ? 0 : writeText(arena, pool.region);
  const endpointsAt = arena.takeWords(pool.endpoints.length * ENDPOINT_WORDS);
  arena.words[at + PoolWord.SHARE] = pool.share;
  arena.words[at + PoolWord.ENDPOINT_COUNT] = pool.endpoints.length;
  arena.words[at + PoolWord.ENDPOINTS_AT] = endpointsAt;
  arena.words[at + PoolWord.NAME] = nameAt;
  arena.words[at + PoolWord.IDENTITY] = hashOctets(new TextEncoder().encode(pool.name), 0);
  arena.words[at + PoolWord.REGION] = regionAt;
  arena.words[at + PoolWord.BIAS] = pool.bias;
  const seen = new Map<string, number>();
  let cumulative = 0;
  let rdataMax = 0;
  for (const [i, { value, weight, status }] of pool.endpoints.entries()) {
    const rdata = rdataOfValue(dynamic.type, value);
    rdataMax = Math.max(rdataMax, rdata.length);
    const drawn = drawWeightOf(weight, dynamic.steering);
    cumulative += drawn;
    const endpointAt = endpointsAt + i * ENDPOINT_WORDS;
    const nth = seen.get(value) ?? 0;
    seen.set(value, nth + 1);
    writeEndpoint(arena, endpointAt, dynamic.type, rdata, links.origin, drawn, STATUS_CODES[status], cumulative, nth);
    arena.words[endpointAt + EndpointWord.ORDINAL] = ordinal + i;
  }
  return rdataMax;
}

function writeEndpoint(
  arena: ImageArena,
  at: number,
  type: DynamicModel['type'],
  rdata: Uint8Array,
  origin: Uint8Array,
  weight: number,
  status: number,
  cumulative: number,
  nth: number,
): void {
  const cuts = findCuts(typeCode(type), rdata, origin);
  const dataAt = arena.takeBytes(rdataHeadBytes(cuts.length) + rdata.length);
  writeRdataImage(arena, dataAt, rdata, cuts);
  arena.words[at + EndpointWord.ORDINAL] = -1;
  arena.words[at + EndpointWord.WEIGHT] = weight | (status << 16);
  arena.words[at + EndpointWord.DATA] = dataAt;
  arena.words[at + EndpointWord.CUMULATIVE] = cumulative;
  arena.words[at + EndpointWord.IDENTITY] = hashOctets(rdata, nth);
}

/** A hash of `octets`; equal values in one pool are told apart by `nth`. */
function hashOctets(octets: Uint8Array, nth: number): number {
  let hash = mixBits(nth);
  for (const octet of octets) hash = mixBits(hash ^ octet);
  return hash | 0;
}

/** Prefix lengths that choices follow: a hash without `sticky` has its defaults. */
function stickyWord({ balance, sticky }: SteeringModel): number {
  const prefixes = sticky ?? (balance === 'hash' ? DEFAULT_STICKY : null);
  return prefixes === null ? 0 : prefixes.prefixV4 | (prefixes.prefixV6 << 8);
}

/** RDATA of an address or an absolute name that the reader has already found good. */
function rdataOfValue(type: DynamicModel['type'], value: string): Uint8Array {
  if (type === 'CNAME') {
    const name = nameFromText(value.endsWith('.') ? value : `${value}.`);
    assert(typeof name !== 'string', `endpoint value is no name: ${value}`);
    return name;
  }
  const address = parseIpAddress(value);
  assert(address !== null && (address.family === 4) === (type === 'A'), `endpoint value is no ${type}: ${value}`);
  return addressBytes(address);
}
