/**
 * How many clients get another endpoint when a steered record changes, by its configured weights alone (health aside):
 *
 *   M = sum over classes of (share of clients) x 1/2 sum over endpoints |p before - p after|
 *
 * Clients are the IPv4 addresses that the location table places. An estimate: `trickle`, and `min_healthy` beside endpoints of
 * `status: down`, are left out. Not on the query's way: asked after a reload, for the log. A
 * generator, since walking the address space takes longer than a thread may be away: it yields every few thousand steps.
 */

import { CLASS_NONROUTABLE, type ClassTable, classOf, lookupClass, preferenceAt, scopeOf } from '../geo/class-table.ts';
import type { LocationTable } from '../geo/location-table.ts';
import { lookupRun, runScope, runValue } from '../geo/run-table.ts';
import {
  AllDownCode,
  DYN_WORDS,
  DynWord,
  ENDPOINT_WORDS,
  EndpointWord,
  PoolWord,
  StatusCode,
  WALK_WORDS,
  WalkEnd,
  WalkWord,
} from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { poolAt } from './walk-pools.ts';

/** A steered RRset: its dynamic block stands at word `block` of `zone`; `table` is that of its group, null without one. */
export type SteeredRRset = { readonly zone: ZoneTable; readonly block: number; readonly table: ClassTable | null };

/** Clients by their pair of classes, before and after; depends on the two class tables alone, so it may be used again. */
export type ClientCounts = ReadonlyMap<number, number>;

/** Probability of each RDATA as the first of an answer. */
type Distribution = ReadonlyMap<string, number>;

/** Steps between two yields: a few milliseconds. */
const STEPS_PER_TURN = 4_096;
const CLASS_SPAN = 0x20000;
/** Stands for the class of everybody where there is no table: the record's own word says which it is. */
const NO_TABLE = 0x10000;
const NOTHING = '';

/** Counts the clients of each pair of classes. Full city data: some 400 ms in all. */
export function* countClients(
  before: ClassTable | null,
  after: ClassTable | null,
  locations: LocationTable,
): Generator<void, ClientCounts> {
  const counts = new Map<number, number>();
  if (before === null && after === null) return counts.set(pairOf(NO_TABLE, NO_TABLE), 1);
  // Without any database nobody is placed, and every address is as good as any other.
  const isPlaced = locations.classes.some((place) => place !== null);
  const words = new Uint32Array(4);
  let address = 0;
  for (let steps = 1; address < 0x100000000; steps++) {
    words[0] = address;
    const place = lookupRun(locations.runs, 4, words);
    const old = before === null ? NO_TABLE : lookupClass(before, 4, words);
    const now = after === before ? old : after === null ? NO_TABLE : lookupClass(after, 4, words);
    // The largest aligned block around the address in which nothing changes.
    const scope = Math.max(runScope(place), before === null ? 0 : scopeOf(old), after === null ? 0 : scopeOf(now));
    const size = 2 ** (32 - scope);
    const oldClass = before === null ? NO_TABLE : classOf(old);
    const nowClass = after === null ? NO_TABLE : classOf(now);
    const isClient = !isPlaced || locations.classes[runValue(place)] !== null;
    if (isClient && oldClass !== CLASS_NONROUTABLE && nowClass !== CLASS_NONROUTABLE) {
      const pair = pairOf(oldClass, nowClass);
      counts.set(pair, (counts.get(pair) ?? 0) + size);
    }
    address += size;
    if (steps % STEPS_PER_TURN === 0) yield;
  }
  return counts;
}

/** The share of clients, 0..1, that get another endpoint; `counts` are of the same two class tables. */
export function* movedShare(before: SteeredRRset, after: SteeredRRset, counts: ClientCounts): Generator<void, number> {
  const known = [new Map<number, Distribution>(), new Map<number, Distribution>()] as const;
  const distribution = (side: 0 | 1, classId: number): Distribution => {
    const cached = known[side].get(classId);
    if (cached !== undefined) return cached;
    const made = distributionOf(side === 0 ? before : after, classId);
    known[side].set(classId, made);
    return made;
  };
  let total = 0;
  let moved = 0;
  for (const [pair, clients] of counts) {
    total += clients;
    moved += clients * distanceOf(distribution(0, Math.floor(pair / CLASS_SPAN)), distribution(1, pair % CLASS_SPAN));
    yield;
  }
  return total === 0 ? 0 : moved / total;
}

function pairOf(before: number, after: number): number {
  return before * CLASS_SPAN + after;
}

/** Half the sum of the differences. */
function distanceOf(before: Distribution, after: Distribution): number {
  let sum = 0;
  for (const [rdata, p] of before) sum += Math.abs(p - (after.get(rdata) ?? 0));
  for (const [rdata, p] of after) if (!before.has(rdata)) sum += p;
  return sum / 2;
}

/** What a client of the class is answered with nothing known to be down: the walk of `decide`, without health and chance. */
function distributionOf(rrset: SteeredRRset, classId: number): Distribution {
  const { zone, block, table } = rrset;
  const { words } = zone;
  const own = classId === NO_TABLE ? words[block + DynWord.OTHERWISE]! : classId;
  const row = own - words[block + DynWord.CLASS_COUNT]!;
  const isRow = row >= 0 && table !== null;
  const walk = isRow ? table.preferences : words;
  const walkAt = isRow ? preferenceAt(table, row) : words[block + DYN_WORDS + own]!;
  const shares = new Map<string, number>();
  if (addWalk(shares, rrset, walk, walkAt)) return shares;
  const next = walk[walkAt + WalkWord.NEXT]!;
  if (next >= 0 && addWalk(shares, rrset, words, words[block + DYN_WORDS + next]!)) return shares;
  const allDown = words[block + DynWord.ALL_DOWN]!;
  const isSilent = allDown === AllDownCode.NODATA || allDown === AllDownCode.SERVFAIL;
  if (next === WalkEnd.SERVE_ANYWAY || next === WalkEnd.NODATA || isSilent) return shares.set(NOTHING, 1);
  const values = words[block + DynWord.VALUE_COUNT]!;
  addEndpoints(shares, zone, words[block + DynWord.VALUES_AT]!, values, 1);
  return shares.size > 0 ? shares : shares.set(NOTHING, 1);
}

/** The equals at the head of the walk by their shares, else the first pool that has something to offer. */
function addWalk(shares: Map<string, number>, rrset: SteeredRRset, walk: Int32Array, walkAt: number): boolean {
  const { zone, block } = rrset;
  const from = walkAt + WALK_WORDS;
  const ties = walk[walkAt + WalkWord.TIES]!;
  const offering = (end: number) =>
    [...walk.subarray(from, end)].map((pool) => poolAt(zone, block, pool)).filter((at) => weightOf(zone, at) > 0);
  if (ties > 1) {
    const equals = offering(from + ties);
    const total = equals.reduce((sum, at) => sum + zone.words[at + PoolWord.SHARE]!, 0);
    for (const at of equals) if (total > 0) addPool(shares, zone, at, zone.words[at + PoolWord.SHARE]! / total);
    if (total > 0) return true;
  }
  const first = offering(from + walk[walkAt + WalkWord.COUNT]!)[0];
  if (first !== undefined) addPool(shares, zone, first, 1);
  return first !== undefined;
}

function addPool(shares: Map<string, number>, zone: ZoneTable, at: number, share: number): void {
  addEndpoints(shares, zone, zone.words[at + PoolWord.ENDPOINTS_AT]!, zone.words[at + PoolWord.ENDPOINT_COUNT]!, share);
}

function addEndpoints(
  shares: Map<string, number>,
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  share: number,
): void {
  let total = 0;
  for (let i = 0; i < count; i++) total += configuredWeight(zone, endpointsAt + i * ENDPOINT_WORDS);
  for (let i = 0; i < count && total > 0; i++) {
    const at = endpointsAt + i * ENDPOINT_WORDS;
    const weight = configuredWeight(zone, at);
    if (weight === 0 || share === 0) continue;
    const rdata = rdataText(zone, zone.words[at + EndpointWord.DATA]!);
    shares.set(rdata, (shares.get(rdata) ?? 0) + (share * weight) / total);
  }
}

function weightOf(zone: ZoneTable, poolAtWord: number): number {
  const endpointsAt = zone.words[poolAtWord + PoolWord.ENDPOINTS_AT]!;
  const count = zone.words[poolAtWord + PoolWord.ENDPOINT_COUNT]!;
  let total = 0;
  for (let i = 0; i < count; i++) total += configuredWeight(zone, endpointsAt + i * ENDPOINT_WORDS);
  return total;
}

/** 0 for `status: down`, which is as good as not there. */
function configuredWeight(zone: ZoneTable, at: number): number {
  const packed = zone.words[at + EndpointWord.WEIGHT]!;
  return packed >> 16 === StatusCode.DOWN ? 0 : packed & 0xffff;
}

/** The RDATA at an octet offset of the image (layout in `zone/rdata-image.ts`), comparable over images of one zone. */
function rdataText(zone: ZoneTable, at: number): string {
  const { bytes } = zone;
  const length = (bytes[at]! << 8) | bytes[at + 1]!;
  const from = at + 3 + 2 * bytes[at + 2]!;
  let text = '';
  for (let i = from; i < from + length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
