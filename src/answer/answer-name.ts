/**
 * The walk of one name through one zone (RFC 1034 4.3.2, RFC 4592, RFC 6672): down to a delegation, a DNAME, the name
 * itself or the wildcard at its closest encloser; then the RRset asked for, or the CNAME that leads to another name of the
 * zone, and again from there.
 */

import { CHAIN_STEPS_MAX, NAME_BYTES_MAX } from '../base/limits.ts';
import type { DecisionTrace } from '../decision/trace.ts';
import { Rcode, RRType } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import type { ScannedName } from '../wire/scanned-name.ts';
import { NodeFlag } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { answerAlias } from './answer-alias.ts';
import { writeFollowed } from './followed-rrset.ts';
import { writeNegativeSoa } from './negative.ts';
import { writeReferral } from './referral.ts';
import { plainRdataAt, writeRRset, writeRRsetOf } from './rrset-writer.ts';
import type { ServingTables } from './serving-tables.ts';
import { decideSteered, writeDecided } from './steered-rrset.ts';
import type { Transaction } from './transaction.ts';

/** What a step left to do. */
const Next = { DONE: 0, FOLLOW: 1 } as const;

/** Room for the name that a DNAME makes; one per thread, since no two queries are answered at once. */
const madeName = new Uint8Array(2 * NAME_BYTES_MAX);

/** Answers `tx.name` out of `zone`, which holds it. */
export function answerName(tx: Transaction, tables: ServingTables, zone: ZoneTable): void {
  tx.isAuthoritative = true;
  tx.rcode = Rcode.NOERROR;
  // One look more than steps: where the last of them leads to is answered, but leads no further.
  for (tx.steps = 0; tx.steps <= CHAIN_STEPS_MAX; tx.steps++) {
    if (answerStep(tx, tables, zone) === Next.DONE) return;
    // A target outside the zone is the resolver's to find (RFC 1034 4.3.2 step 3a).
    if (!isInZone(tx.name, zone)) return;
  }
}

function answerStep(tx: Transaction, tables: ServingTables, zone: ZoneTable): number {
  const { name } = tx;
  const exact = name.labels <= zone.depthMax ? zone.find(name, 0) : 0;
  const encloser = exact !== 0 ? exact : zone.encloserOf(name);
  const stop = exact !== 0 ? zone.stopAt(exact) : zone.stopBelow(encloser);
  if (tx.trace !== null) traceName(tx.trace, tx, zone, exact, encloser, stop);
  const node = exact !== 0 ? exact : zone.wildcardOf(encloser);
  if (tx.steps === 0) tx.matchedNode = stop !== 0 ? stop : node;
  // The DS of a delegation is the parent's data (RFC 4035 3.1.4.1).
  if (stop !== 0 && !(stop === exact && tx.query.qtype === RRType.DS)) {
    if (!zone.hasFlag(stop, NodeFlag.CUT)) return followDname(tx, zone, stop);
    // Authority ends here; what was answered on the way down a chain stays authoritative for the first name.
    if (tx.writer.answers === 0) tx.isAuthoritative = false;
    tx.isReferral = true;
    writeReferral(tx, zone, stop);
    return Next.DONE;
  }
  if (node === 0) {
    tx.rcode = Rcode.NXDOMAIN;
    writeNegativeSoa(tx, zone);
    return Next.DONE;
  }
  return answerNode(tx, tables, zone, node);
}

/** Writes down how the name was found; the query's way never comes here. */
function traceName(
  trace: DecisionTrace,
  tx: Transaction,
  zone: ZoneTable,
  exact: number,
  encloser: number,
  stop: number,
): void {
  const wildcard = exact !== 0 ? 0 : zone.wildcardOf(encloser);
  const isStopped = stop !== 0 && !(stop === exact && tx.query.qtype === RRType.DS);
  const by = isStopped ? stop : wildcard;
  const stopped = zone.hasFlag(stop, NodeFlag.CUT) ? 'delegated' : 'DNAME';
  const nameOf = (at: number, length: number) => nameToText(zone.bytes.slice(at, at + length));
  trace.path.push({
    name: nameToText(tx.name.lower),
    zone: nameOf(zone.nameAt(zone.apexAt), zone.apexLength),
    found: isStopped ? stopped : exact !== 0 ? 'exists' : wildcard !== 0 ? 'wildcard' : 'does not exist',
    by: by === 0 ? null : nameOf(zone.nameAt(by), zone.nameLength(by)),
  });
}

function answerNode(tx: Transaction, tables: ServingTables, zone: ZoneTable, node: number): number {
  const { qtype } = tx.query;
  const rrset = qtype === RRType.ANY ? zone.smallestRRset(node) : zone.findRRset(node, qtype);
  if (rrset !== 0) {
    // A DNAME that led here and is asked for too stands in the answer already.
    if (zone.typeOf(rrset) !== RRType.DNAME || !hasFollowed(tx, zone, node)) writeAnswerRRset(tx, tables, zone, rrset);
    return Next.DONE;
  }
  const cname = zone.findRRset(node, RRType.CNAME);
  if (cname !== 0) return followCname(tx, tables, zone, node, cname);
  const alias = qtype === RRType.A || qtype === RRType.AAAA ? zone.aliasOf(node) : 0;
  if (alias !== 0) answerAlias(tx, tables, zone, alias);
  else writeNegativeSoa(tx, zone);
  return Next.DONE;
}

/** Writes the RRset that answers the question: steered, following the health of its targets, or static. */
function writeAnswerRRset(tx: Transaction, tables: ServingTables, zone: ZoneTable, rrset: number): void {
  if (zone.isFollowed(rrset)) {
    writeFollowed(tx, tables, zone, rrset);
    return;
  }
  if (zone.isSteered(rrset)) {
    const ttl = decideSteered(tx, tables, tx.name, zone, rrset, zone);
    if (ttl >= 0) writeDecided(tx, zone, rrset, ttl);
    return;
  }
  const records = writeRRset(tx, zone, rrset, tx.owner, zone.ttlOf(rrset));
  if (records < 0) tx.isTruncated = true;
  else tx.writer.answers += records;
}

/** Writes the CNAME of `node` and moves on to its target. */
function followCname(tx: Transaction, tables: ServingTables, zone: ZoneTable, node: number, rrset: number): number {
  if (tx.steps === CHAIN_STEPS_MAX) return Next.DONE;
  const hash = tx.name.suffixHash[0]!;
  for (let i = 0; i < tx.steps; i++) {
    // The same name again is a loop, and the answer ends with what was followed so far; a wildcard may serve two names.
    if (tx.visited[i] === node && tx.visitedMark[i] === hash) return Next.DONE;
  }
  markVisit(tx, node, hash);
  const recordAt = tx.writer.at;
  let dataAt: number;
  if (zone.isSteered(rrset)) {
    const ttl = decideSteered(tx, tables, tx.name, zone, rrset, zone);
    if (ttl < 0 || !writeDecided(tx, zone, rrset, ttl)) return Next.DONE;
    dataAt = tx.decision.dataAt[0]!;
  } else {
    writeAnswerRRset(tx, tables, zone, rrset);
    dataAt = zone.dataOf(rrset);
  }
  if (tx.isTruncated) return Next.DONE;
  return moveTo(tx, zone.bytes, plainRdataAt(zone, dataAt), tx.writer.pointerTo(recordAt + 12));
}

/**
 * Writes the DNAME of `node` and the CNAME it makes of the name (RFC 6672 3.1), and moves on to the new name; YXDOMAIN
 * when that would be too long (RFC 6672 2.2).
 */
function followDname(tx: Transaction, zone: ZoneTable, node: number): number {
  if (tx.steps === CHAIN_STEPS_MAX) return Next.DONE;
  const { name, writer } = tx;
  const nameLength = name.length;
  let isWritten = false;
  for (let i = 0; i < tx.steps; i++) {
    if (tx.visited[i] !== node) continue;
    // One DNAME may lead on again while the names get shorter, since that must end.
    if (nameLength >= tx.visitedMark[i]!) return Next.DONE;
    isWritten = true;
  }
  markVisit(tx, node, nameLength);
  const rrset = zone.findRRset(node, RRType.DNAME);
  if (!isWritten) writeDname(tx, zone, node, rrset);
  if (tx.isTruncated) return Next.DONE;
  const dataAt = zone.dataOf(rrset);
  const targetAt = plainRdataAt(zone, dataAt);
  const targetLength = (zone.bytes[dataAt]! << 8) | zone.bytes[dataAt + 1]!;
  const prefix = name.labelAt[name.labels - zone.labelsOf(node)]!;
  if (prefix + targetLength > NAME_BYTES_MAX) {
    tx.rcode = Rcode.YXDOMAIN;
    return Next.DONE;
  }
  for (let i = 0; i < prefix; i++) madeName[i] = name.lower[i]!;
  for (let i = 0; i < targetLength; i++) madeName[prefix + i] = zone.bytes[targetAt + i]!;
  const cnameAt = writer.at;
  const opened = writer.openRecord(tx.owner, RRType.CNAME, zone.ttlOf(rrset));
  if (!opened || !writer.append(madeName, 0, prefix + targetLength)) {
    writer.at = cnameAt;
    tx.isTruncated = true;
    return Next.DONE;
  }
  writer.closeRecord(cnameAt + 12);
  writer.answers++;
  if (tx.query.qtype === RRType.CNAME) return Next.DONE;
  return moveTo(tx, madeName, 0, writer.pointerTo(cnameAt + 12));
}

/** Writes the DNAME itself as an answer. */
function writeDname(tx: Transaction, zone: ZoneTable, node: number, rrset: number): void {
  const records = writeRRsetOf(tx, zone, node, rrset);
  if (records < 0) tx.isTruncated = true;
  else tx.writer.answers += records;
}

/** True if the DNAME of `node` led to the name itself; what a wildcard makes of one has another owner. */
function hasFollowed(tx: Transaction, zone: ZoneTable, node: number): boolean {
  if (!tx.name.suffixEquals(0, zone.bytes, zone.nameAt(node), zone.nameLength(node))) return false;
  for (let i = 0; i < tx.steps; i++) if (tx.visited[i] === node) return true;
  return false;
}

function markVisit(tx: Transaction, node: number, mark: number): void {
  tx.visited[tx.steps] = node;
  tx.visitedMark[tx.steps] = mark;
}

/** Makes the name at `at` the one to look up, its records owned by `pointer`. */
function moveTo(tx: Transaction, bytes: Uint8Array, at: number, pointer: number): number {
  tx.chased.scan(bytes, at, bytes.length);
  tx.name = tx.chased;
  tx.owner = pointer;
  return Next.FOLLOW;
}

function isInZone(name: ScannedName, zone: ZoneTable): boolean {
  const label = name.labels - zone.apexLabels;
  return label >= 0 && name.suffixEquals(label, zone.bytes, zone.nameAt(zone.apexAt), zone.apexLength);
}
