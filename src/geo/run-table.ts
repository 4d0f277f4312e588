/**
 * Longest match for both families, packed for reading: address -> value of its run, and the length of the largest aligned
 * prefix around the address inside that run (which is the ECS scope, RFC 7871 7.2.1). Packs and reads itself; nobody else knows the
 * layout. Lives in sections of a geo image, is read by workers, and never changes.
 *
 *   v4       [start, value] a run, ascending; neighbours differ in value
 *   v4Index  bucket of the address's top bits -> run that holds the bucket's first address
 *   v6       [start bits 0-31, start bits 32-63, value] a run of whole /64s; DEEP_BIT | g: one /64, cut up in deep group g
 *   v6Index  as v4Index, over the part of 2000::/3 in use; addresses elsewhere are searched in all runs
 *   deep     [start bits 64-95, start bits 96-127, value] a run inside one /64; each group starts at 0 and has 2 runs or more
 *   groups   first run of each deep group, and the end
 *   header   v4 shift, v6 shift
 *
 * Key and value stand side by side, so that the last step of a search has already fetched the value and the next start.
 */

import type { IpFamily } from '../base/ip-address.ts';
import { GeoImageError } from './geo-image.ts';
import { RUN_VALUE_BITS, RunList } from './prefix-runs.ts';

const VALUE_MASK = (1 << RUN_VALUE_BITS) - 1;
const DEEP_BIT = 0x80000000;
/** The index covers global unicast from here (RFC 4291 2.4); nothing else is allocated. */
const V6_BASE = 0x20000000;
const V6_TOP = 0x3fffffff;
/** Buckets of 65,536 IPv4 addresses: finer costs memory in every group and saves no step that is not in cache anyway. */
const V4_BUCKET_BITS_MAX = 16;
const V6_BUCKETS_MAX = 1 << 17;

/** Number of image sections that a run table takes. */
export const RUN_TABLE_SECTIONS = 7;

/** A packed run table. The fields belong to this module. */
export type RunTable = {
  readonly v4: Uint32Array;
  readonly v4Index: Uint32Array;
  readonly v6: Uint32Array;
  readonly v6Index: Uint32Array;
  readonly deep: Uint32Array;
  readonly groups: Uint32Array;
  readonly v4Shift: number;
  readonly v6Shift: number;
  readonly v6Buckets: number;
};

/** The value in a result of {@link lookupRun}. */
export function runValue(result: number): number {
  return result & VALUE_MASK;
}

/** The prefix length in a result of {@link lookupRun}: the shortest whose every address has the same value. */
export function runScope(result: number): number {
  return result >>> RUN_VALUE_BITS;
}

/**
 * Looks the address up: value in the low bits, scope above ({@link runValue}, {@link runScope}). `words` as in IpAddress.
 * A group's runs of full city data, random addresses: 30 to 45 ns IPv4, 50 to 85 ns IPv6; all runs of the data: 120 ns.
 */
export function lookupRun(table: RunTable, family: IpFamily, words: Uint32Array): number {
  return family === 4 ? lookup4(table, words[0]!) : lookup6(table, words);
}

function lookup4(table: RunTable, w: number): number {
  const runs = table.v4;
  const bucket = w >>> table.v4Shift;
  let run = table.v4Index[bucket]!;
  let left = table.v4Index[bucket + 1]! - run;
  // The last run that starts at or before w. The halves shrink alike on both sides, which leaves one data-dependent move a step.
  while (left > 0) {
    const half = (left + 1) >>> 1;
    if (runs[(run + half) * 2]! <= w) run += half;
    left -= half;
  }
  const at = run * 2;
  const start = runs[at]!;
  let scope = 0;
  // A prefix stays in the run when it holds neither the address before the run nor the one behind it.
  if (start !== 0) scope = Math.clz32(w ^ (start - 1)) + 1;
  if (at + 2 < runs.length) scope = Math.max(scope, Math.clz32(w ^ runs[at + 2]!) + 1);
  return runs[at + 1]! | (scope << RUN_VALUE_BITS);
}

function lookup6(table: RunTable, words: Uint32Array): number {
  const w0 = words[0]!;
  const w1 = words[1]!;
  const runs = table.v6;
  const bucket = ((w0 - V6_BASE) >>> 0) >>> table.v6Shift;
  let run = 0;
  let left = runs.length / 3 - 1;
  if (bucket < table.v6Buckets) {
    run = table.v6Index[bucket]!;
    left = table.v6Index[bucket + 1]! - run;
  }
  run = searchPairs(runs, run, left, w0, w1);
  const at = run * 3;
  const value = runs[at + 2]!;
  if (value >= DEEP_BIT) return lookupDeep(table, value & ~DEEP_BIT, words[2]!, words[3]!);
  return value | (pairScope(runs, at, at + 3 < runs.length, w0, w1) << RUN_VALUE_BITS);
}

function lookupDeep(table: RunTable, group: number, w2: number, w3: number): number {
  const runs = table.deep;
  const first = table.groups[group]!;
  const end = table.groups[group + 1]!;
  const run = searchPairs(runs, first, end - first - 1, w2, w3);
  const at = run * 3;
  // No run of a group is a whole /64, so a scope ends inside it and the group's edges need no look beyond them.
  return runs[at + 2]! | ((64 + pairScope(runs, at, run + 1 < end, w2, w3)) << RUN_VALUE_BITS);
}

/** The last of the runs first..first+left that starts at or before (hi, lo). */
function searchPairs(runs: Uint32Array, first: number, left: number, hi: number, lo: number): number {
  let run = first;
  let n = left;
  while (n > 0) {
    const half = (n + 1) >>> 1;
    const at = (run + half) * 3;
    const key = runs[at]!;
    if (key < hi || (key === hi && runs[at + 1]! <= lo)) run += half;
    n -= half;
  }
  return run;
}

/** The shortest prefix of 64 bits around (hi, lo) inside the run at `at`. */
function pairScope(runs: Uint32Array, at: number, hasNext: boolean, hi: number, lo: number): number {
  let scope = 0;
  const startHi = runs[at]!;
  const startLo = runs[at + 1]!;
  if (startHi !== 0 || startLo !== 0) {
    const before = startLo === 0 ? hi ^ (startHi - 1) : hi ^ startHi;
    scope = before !== 0 ? Math.clz32(before) + 1 : Math.clz32(lo ^ (startLo - 1)) + 33;
  }
  if (hasNext) {
    const behind = hi ^ runs[at + 3]!;
    const length = behind !== 0 ? Math.clz32(behind) + 1 : Math.clz32(lo ^ runs[at + 4]!) + 33;
    if (length > scope) scope = length;
  }
  return scope;
}

/** Packs the runs of both families into image sections. */
export function packRuns(v4: RunList, v6: RunList): Uint32Array[] {
  const packed4 = new Uint32Array(v4.count * 2);
  for (let i = 0; i < v4.count; i++) {
    packed4[i * 2] = v4.keys[i]!;
    packed4[i * 2 + 1] = v4.values[i]!;
  }
  const bucketBits = Math.min(V4_BUCKET_BITS_MAX, Math.max(4, 30 - Math.clz32(v4.count)));
  const v4Shift = 32 - bucketBits;
  const v4Index = indexRuns(packed4, 2, 0, v4Shift, 1 << bucketBits);
  const { runs, deep, groups } = packSixes(v6);
  const lastStart = lastGlobalStart(runs);
  let v6Shift = 29 - Math.max(4, Math.min(28, 31 - Math.clz32(v6.count)));
  while ((lastStart - V6_BASE) >>> v6Shift >= V6_BUCKETS_MAX) v6Shift++;
  const v6Index = indexRuns(runs, 3, V6_BASE, v6Shift, ((lastStart - V6_BASE) >>> v6Shift) + 1);
  return [Uint32Array.of(v4Shift, v6Shift), packed4, v4Index, runs, v6Index, deep, groups];
}

/** Reads what {@link packRuns} packed; throws {@link GeoImageError} when it does not hang together. Values are < `valueCount`. */
export function openRuns(sections: readonly Uint32Array[], valueCount: number): RunTable {
  const table = mapRuns(sections);
  const { v4, v4Index, v6, v6Index, deep, groups, v4Shift, v6Shift, v6Buckets } = table;
  const sound =
    v4Shift >= 16 &&
    v4Shift <= 28 &&
    v4Index.length === 2 ** (32 - v4Shift) + 1 &&
    v6Shift <= 28 &&
    v6Buckets >= 1 &&
    indexIsSound(v4Index, v4.length / 2) &&
    indexIsSound(v6Index, v6.length / 3) &&
    runsAreSound(v4, 2, 0, v4.length / 2, valueCount, 0) &&
    runsAreSound(v6, 3, 0, v6.length / 3, valueCount, groups.length - 1) &&
    groupsAreSound(groups, deep, valueCount);
  if (!sound) throw new GeoImageError('inconsistent', 'geo table has runs or an index that make no sense');
  return table;
}

/** The same for sections that are known to be sound: nothing is looked through. */
export function mapRuns(sections: readonly Uint32Array[]): RunTable {
  const [header, v4, v4Index, v6, v6Index, deep, groups] = sections as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const v4Shift = header[0] ?? 0;
  const v6Shift = header[1] ?? 32;
  const v6Buckets = v6Index.length - 1;
  return { v4, v4Index, v6, v6Index, deep, groups, v4Shift, v6Shift, v6Buckets };
}

/** The runs of one family again, each value v as `map[v]` (or itself), neighbours of equal value made one. */
export function unpackRuns(table: RunTable, family: IpFamily, map: Uint32Array | null): RunList {
  const runs = family === 4 ? table.v4 : table.v6;
  const stride = family === 4 ? 2 : 3;
  const list = new RunList(family, 0, 4096);
  for (let at = 0; at < runs.length; at += stride) {
    const value = runs[at + stride - 1]!;
    if (value < DEEP_BIT) {
      list.append(runs[at]!, family === 4 ? 0 : runs[at + 1]!, 0, 0, map === null ? value : map[value]!);
      continue;
    }
    const group = value & ~DEEP_BIT;
    for (let run = table.groups[group]! * 3; run < table.groups[group + 1]! * 3; run += 3) {
      const inner = table.deep[run + 2]!;
      list.append(runs[at]!, runs[at + 1]!, table.deep[run]!, table.deep[run + 1]!, map === null ? inner : map[inner]!);
    }
  }
  return list;
}

/** Splits 128-bit runs into runs of whole /64s and the insides of those /64s that are cut. */
function packSixes(v6: RunList): { runs: Uint32Array; deep: Uint32Array; groups: Uint32Array } {
  const { keys, values, count } = v6;
  const runs: number[] = [];
  const deep: number[] = [];
  const groups: number[] = [];
  // The value that holds at the current point, or -1 straight behind a cut /64, where even an equal value starts a run.
  let current = -1;
  for (let i = 0; i < count; ) {
    const hi = keys[i * 4]!;
    const lo = keys[i * 4 + 1]!;
    let next = i + 1;
    while (next < count && keys[next * 4] === hi && keys[next * 4 + 1] === lo) next++;
    const whole = keys[i * 4 + 2] === 0 && keys[i * 4 + 3] === 0;
    if (whole && next === i + 1) {
      runs.push(hi, lo, values[i]!);
      current = values[i]!;
      i = next;
      continue;
    }
    runs.push(hi, lo, (DEEP_BIT | groups.length) >>> 0);
    groups.push(deep.length / 3);
    if (!whole) deep.push(0, 0, current);
    for (; i < next; i++) deep.push(keys[i * 4 + 2]!, keys[i * 4 + 3]!, values[i]!);
    current = values[next - 1]!;
    const nextLo = (lo + 1) >>> 0;
    const nextHi = nextLo === 0 ? hi + 1 : hi;
    const nextIsRun = next < count && keys[next * 4] === nextHi && keys[next * 4 + 1] === nextLo;
    if (nextHi <= 0xffffffff && !nextIsRun) runs.push(nextHi, nextLo, current);
    // A cut /64 right behind this one begins with what this one ended with; `current` carries it over.
  }
  groups.push(deep.length / 3);
  return { runs: Uint32Array.from(runs), deep: Uint32Array.from(deep), groups: Uint32Array.from(groups) };
}

/** The top word of the last run that starts inside global unicast. */
function lastGlobalStart(runs: Uint32Array): number {
  let last = V6_BASE;
  for (let at = 0; at < runs.length; at += 3) {
    if (runs[at]! >= V6_BASE && runs[at]! <= V6_TOP) last = runs[at]!;
  }
  return last;
}

/** For each of `buckets` buckets and the end: the run that holds the bucket's first address. */
function indexRuns(runs: Uint32Array, stride: number, base: number, shift: number, buckets: number): Uint32Array {
  const index = new Uint32Array(buckets + 1);
  const count = runs.length / stride;
  let run = 0;
  for (let bucket = 0; bucket <= buckets; bucket++) {
    const first = base + bucket * 2 ** shift;
    while (run + 1 < count && startsBy(runs, (run + 1) * stride, stride, first)) run++;
    index[bucket] = run;
  }
  return index;
}

/** True if the run at `at` starts at or before the first address with top word `first`. */
function startsBy(runs: Uint32Array, at: number, stride: number, first: number): boolean {
  return runs[at]! < first || (runs[at] === first && (stride === 2 || runs[at + 1] === 0));
}

function indexIsSound(index: Uint32Array, count: number): boolean {
  for (let i = 0; i < index.length; i++) {
    if (index[i]! >= count || (i > 0 && index[i]! < index[i - 1]!)) return false;
  }
  return true;
}

function runsAreSound(
  runs: Uint32Array,
  stride: number,
  from: number,
  to: number,
  valueCount: number,
  groupCount: number,
): boolean {
  if (runs.length % stride !== 0 || to <= from || to * stride > runs.length) return false;
  if (runs[from * stride] !== 0 || (stride === 3 && runs[from * stride + 1] !== 0)) return false;
  for (let run = from; run < to; run++) {
    const at = run * stride;
    const value = runs[at + stride - 1]!;
    if (value >= DEEP_BIT ? value - DEEP_BIT >= groupCount : value >= valueCount) return false;
    if (run === from || runs[at - stride]! < runs[at]!) continue;
    if (stride === 2 || runs[at - stride]! > runs[at]! || runs[at - stride + 1]! >= runs[at + 1]!) return false;
  }
  return true;
}

function groupsAreSound(groups: Uint32Array, deep: Uint32Array, valueCount: number): boolean {
  if (groups.length === 0 || groups[0] !== 0 || groups[groups.length - 1]! * 3 !== deep.length) return false;
  for (let i = 0; i + 1 < groups.length; i++) {
    if (!runsAreSound(deep, 3, groups[i]!, groups[i + 1]!, valueCount, 0)) return false;
  }
  return true;
}
