/**
 * What is wrong between the records of a zone: CNAME beside other data, several CNAMEs or DNAMEs at a name (RFC 2181 10.1,
 * RFC 6672 2.4), data that no query can reach, RRsets with several TTLs. What NSD and Knot load is a warning here, what they
 * refuse an error. Runs once, after all files are read.
 */

import type { Severity } from '../base/fault.ts';
import { TYPES_PER_NAME_MAX } from '../base/limits.ts';
import { mixBits } from '../base/random.ts';
import { RRType, typeName } from '../wire/codes.ts';
import { nameLength } from '../wire/name.ts';
import { NO_SUBJECT } from './master-faults.ts';
import { MasterNameIndex } from './master-name-index.ts';
import { type MasterZone, subjectOf } from './master-state.ts';

/** What stands at a name; bits. */
const HAS_CNAME = 1;
const HAS_DNAME = 2;
const HAS_NS = 4;
const HAS_OTHER = 8;
/** Steps of one search in the hash of RRsets, as in the index of names. */
const PROBES_MAX = 4096;

/** Checks the records of `zone`; may lower TTLs so that each RRset has one. */
export function checkMasterZone(zone: MasterZone): void {
  const { records } = zone;
  const index = new MasterNameIndex(records.bytes, records.count);
  const owners = new Uint32Array(records.count);
  const holds = new Uint8Array(records.count + 1);
  let isCut = false;
  for (let row = 0; row < records.count; row++) {
    const offset = records.owners[row]!;
    // Rows of one owner mostly stand together and share its octets.
    const number = row > 0 && records.owners[row - 1] === offset ? owners[row - 1]! : index.add(offset);
    if (number < 0) {
      const message = 'thousands of names have one hash: this file is not a zone for people; split it';
      zone.faults.add('error', 'names-collide', zone.rows.place(row), NO_SUBJECT, message);
      return;
    }
    owners[row] = number;
    const bit = bitOf(records.types[row]!);
    if ((bit & (HAS_DNAME | HAS_NS)) !== 0) isCut = true;
    holds[number] = holds[number]! | bit;
  }
  const apex = apexNumber(zone, index);
  if (!checkTypeCounts(zone, owners, index.count)) return;
  checkSingles(zone, owners, holds);
  levelTtls(zone, owners);
  if (isCut) checkReachable(zone, index, owners, holds, apex);
  if (records.count > 0 && (apex < 0 || (holds[apex]! & HAS_NS) === 0)) {
    const message = 'the zone has no NS record at its apex: add its name servers, or resolvers may refuse it';
    zone.faults.add('warning', 'ns-missing', { file: zone.path, line: 0, column: 0 }, NO_SUBJECT, message);
  }
}

/** False if some name has more types than a query can be let to look through; said once. */
function checkTypeCounts(zone: MasterZone, owners: Uint32Array, names: number): boolean {
  const { count, types } = zone.records;
  const rows = new Uint32Array(names);
  for (let row = 0; row < count; row++) rows[owners[row]!]!++;
  /** Types of the names that have records enough for too many. */
  const held = new Map<number, Set<number>>();
  for (let row = 0; row < count; row++) {
    const owner = owners[row]!;
    if (rows[owner]! <= TYPES_PER_NAME_MAX) continue;
    const set = held.get(owner) ?? new Set();
    if (set.size === 0) held.set(owner, set);
    if (set.add(types[row]!).size <= TYPES_PER_NAME_MAX) continue;
    const message = `the name has over ${TYPES_PER_NAME_MAX} record types (TYPES_PER_NAME_MAX): take some out`;
    warnOrRefuse(zone, row, 'error', 'types-too-many', message);
    return false;
  }
  return true;
}

function bitOf(type: number): number {
  switch (type) {
    case RRType.CNAME:
      return HAS_CNAME;
    case RRType.DNAME:
      return HAS_DNAME;
    case RRType.NS:
      return HAS_NS;
    default:
      return HAS_OTHER;
  }
}

function warnOrRefuse(zone: MasterZone, row: number, severity: Severity, code: string, message: string): void {
  const { records } = zone;
  const at = records.owners[row]!;
  const owner = records.bytes.subarray(at, at + nameLength(records.bytes, at));
  zone.faults.add(severity, code, zone.rows.place(row), subjectOf(zone, owner, records.types[row]!), message);
}

/** The number of the zone's own name, or -1 when nothing stands there. */
function apexNumber(zone: MasterZone, index: MasterNameIndex): number {
  for (let number = 0; number < index.count; number++) {
    const at = index.offsets[number]!;
    if (nameLength(index.bytes, at) === zone.origin.length) return number;
  }
  return -1;
}

/** CNAME and DNAME are alone of their type, and a CNAME is alone at its name (RFC 2181 10.1, RFC 6672 2.4). */
function checkSingles(zone: MasterZone, owners: Uint32Array, holds: Uint8Array): void {
  const { records } = zone;
  /** Per owner and type (CNAME, DNAME): the first row. */
  const first = [new Map<number, number>(), new Map<number, number>()] as const;
  for (let row = 0; row < records.count; row++) {
    const type = records.types[row]!;
    if (type !== RRType.CNAME && type !== RRType.DNAME) continue;
    const seen = first[type === RRType.CNAME ? 0 : 1];
    const owner = owners[row]!;
    const before = seen.get(owner);
    if (before !== undefined) {
      if (isSameRdata(zone, before, row)) continue;
      const line = zone.rows.place(before).line;
      const message = `there is another ${typeName(type)} at this name in line ${line}: keep one`;
      warnOrRefuse(zone, row, 'error', type === RRType.CNAME ? 'cname-several' : 'dname-several', message);
      continue;
    }
    seen.set(owner, row);
    if (type !== RRType.CNAME || (holds[owner]! & ~HAS_CNAME) === 0) continue;
    const message = 'a CNAME stands alone at its name (RFC 2181 10.1): remove it or the other records';
    warnOrRefuse(zone, row, 'error', 'cname-and-other', message);
  }
  checkApexCname(zone);
}

/** The SOA is no row, so a CNAME beside it is found here. */
function checkApexCname(zone: MasterZone): void {
  const { records } = zone;
  for (let row = 0; row < records.count; row++) {
    if (records.types[row] !== RRType.CNAME) continue;
    if (nameLength(records.bytes, records.owners[row]!) !== zone.origin.length) continue;
    const message =
      'a CNAME cannot stand at the apex, where the SOA is (RFC 1912 2.4): use A and AAAA, or ALIAS in YAML';
    warnOrRefuse(zone, row, 'error', 'cname-at-apex', message);
    return;
  }
}

function isSameRdata(zone: MasterZone, a: number, b: number): boolean {
  const { bytes, rdatas, rdataLengths } = zone.records;
  if (rdataLengths[a] !== rdataLengths[b]) return false;
  for (let i = 0; i < rdataLengths[a]!; i++) if (bytes[rdatas[a]! + i] !== bytes[rdatas[b]! + i]) return false;
  return true;
}

/** Gives every RRset its lowest TTL, and warns where that changes one (RFC 2181 5.2). */
function levelTtls(zone: MasterZone, owners: Uint32Array): void {
  const { count, ttls, types } = zone.records;
  if (ttls.subarray(0, count).every((ttl) => ttl === ttls[0])) return;
  const sets = firstRows(owners, types, count);
  const lowest = ttls.slice(0, count);
  for (let row = 0; row < count; row++) {
    const set = sets[row]!;
    if (ttls[row]! < lowest[set]!) lowest[set] = ttls[row]!;
  }
  const hasWarned = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const set = sets[row]!;
    const ttl = lowest[set]!;
    if (ttls[row] === ttl) continue;
    ttls[row] = ttl;
    if (hasWarned[set] === 1) continue;
    hasWarned[set] = 1;
    const message = `the records of this name and type have several TTLs, and get the lowest, ${ttl} (RFC 2181 5.2): make them one`;
    warnOrRefuse(zone, row, 'warning', 'ttl-differs', message);
  }
}

/** For every row the first row of its owner and type. A row that hashes among too many others stands for itself. */
function firstRows(owners: Uint32Array, types: Uint16Array, count: number): Uint32Array {
  let size = 16;
  while (size < count * 2) size *= 2;
  /** Row + 1, or 0 for a free slot. */
  const slots = new Uint32Array(size);
  const first = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    first[row] = row;
    let slot = mixBits(Math.imul(owners[row]!, 65_599) + types[row]!) & (size - 1);
    for (let probe = 0; probe < PROBES_MAX; probe++, slot = (slot + 1) & (size - 1)) {
      const other = slots[slot]! - 1;
      if (other < 0) slots[slot] = row + 1;
      else if (owners[other] !== owners[row] || types[other] !== types[row]) continue;
      else first[row] = other;
      break;
    }
  }
  return first;
}

/** Records below a DNAME or a delegation are hidden: glue is meant to be, the rest is a mistake worth a word. */
function checkReachable(
  zone: MasterZone,
  index: MasterNameIndex,
  owners: Uint32Array,
  holds: Uint8Array,
  apex: number,
): void {
  const { records } = zone;
  let lastOwner = -1;
  let above = -1;
  for (let row = 0; row < records.count; row++) {
    const owner = owners[row]!;
    if (owner !== lastOwner) above = findCutAbove(zone, index, holds, apex, records.owners[row]!);
    lastOwner = owner;
    if (above < 0) continue;
    const type = records.types[row]!;
    if ((holds[above]! & HAS_DNAME) !== 0) {
      warnOrRefuse(zone, row, 'warning', 'below-dname', 'no query reaches this record: a DNAME stands above it');
    } else if (type !== RRType.A && type !== RRType.AAAA) {
      const message = 'no query reaches this record: the name is delegated above it, and only addresses are glue';
      warnOrRefuse(zone, row, 'warning', 'below-delegation', message);
    }
  }
}

/** The number of the topmost name strictly above the name at `offset` that has DNAME, or NS below the apex; or -1. */
function findCutAbove(
  zone: MasterZone,
  index: MasterNameIndex,
  holds: Uint8Array,
  apex: number,
  offset: number,
): number {
  const { bytes } = zone.records;
  let cut = -1;
  const labelsEnd = offset + nameLength(bytes, offset) - zone.origin.length;
  for (let at = offset; at < labelsEnd; ) {
    at += 1 + bytes[at]!;
    const number = index.find(at);
    if (number < 0) continue;
    if ((holds[number]! & HAS_DNAME) !== 0 || (number !== apex && (holds[number]! & HAS_NS) !== 0)) cut = number;
  }
  return cut;
}
