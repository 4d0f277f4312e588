/** Writes RRsets out of a zone image: whole, or not at all. */

import { present } from '../base/assert.ts';
import { HEADER_BYTES } from '../wire/query-parser.ts';
import type { ResponseWriter } from '../wire/response-writer.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import type { Transaction } from './transaction.ts';

/** Compression pointer to the zone's apex, the end of the question's name. */
export function apexPointer(tx: Transaction, zone: ZoneTable): number {
  return 0xc000 | (HEADER_BYTES + tx.query.qname.length - zone.apexLength);
}

/**
 * Writes the static RRset at word `rrsetAt`, owned by `owner` (a compression pointer), with TTL `ttl`. Returns how many
 * records; -1, with nothing written, when they do not all fit.
 */
export function writeRRset(tx: Transaction, zone: ZoneTable, rrsetAt: number, owner: number, ttl: number): number {
  const { writer } = tx;
  const from = writer.at;
  const type = zone.typeOf(rrsetAt);
  const count = zone.countOf(rrsetAt);
  let dataAt = zone.dataOf(rrsetAt);
  for (let i = 0; i < count; i++) {
    if (!writer.openRecord(owner, type, ttl) || !writeRdata(tx, zone, dataAt)) {
      writer.at = from;
      return -1;
    }
    dataAt = nextRdata(zone, dataAt);
  }
  return count;
}

/**
 * As {@link writeRRset}, for a node that is not the question's. Above the name looked up its owner is a pointer into that name;
 * else the first record spells it out, and the others point to that: a delegation deep in a long name stays within a datagram.
 * `spelled` is a pointer to where the message has the node's name already, 0: nowhere.
 */
export function writeRRsetOf(tx: Transaction, zone: ZoneTable, nodeAt: number, rrsetAt: number, spelled = 0): number {
  const { writer } = tx;
  const from = writer.at;
  const type = zone.typeOf(rrsetAt);
  const ttl = zone.ttlOf(rrsetAt);
  const count = zone.countOf(rrsetAt);
  const nameAt = zone.nameAt(nodeAt);
  const cut = zone.nameLength(nodeAt) - zone.apexLength;
  let owner = spelled === 0 ? pointerInto(tx, zone, nodeAt) : spelled;
  let dataAt = zone.dataOf(rrsetAt);
  for (let i = 0; i < count; i++) {
    const opened =
      owner === 0
        ? writer.openRecordNamed(zone.bytes, nameAt, cut, apexPointer(tx, zone), type, ttl)
        : writer.openRecord(owner, type, ttl);
    if (!opened || !writeRdata(tx, zone, dataAt)) {
      writer.at = from;
      return -1;
    }
    if (owner === 0 && writer.canPointTo(from)) owner = writer.pointerTo(from);
    dataAt = nextRdata(zone, dataAt);
  }
  return count;
}

/** A pointer to the node's name where it ends the name looked up, which stands in the message; 0: it does not. */
function pointerInto(tx: Transaction, zone: ZoneTable, nodeAt: number): number {
  const { name } = tx;
  const label = name.labels - zone.labelsOf(nodeAt);
  if (label < 0 || !name.suffixEquals(label, zone.bytes, zone.nameAt(nodeAt), zone.nameLength(nodeAt))) return 0;
  return tx.owner + name.labelAt[label]!;
}

/** Writes one record whose RDATA image stands at octet `dataAt`; false, with nothing written, when it does not fit. */
export function writeRecord(
  tx: Transaction,
  zone: ZoneTable,
  dataAt: number,
  owner: number,
  type: number,
  ttl: number,
): boolean {
  const from = tx.writer.at;
  if (tx.writer.openRecord(owner, type, ttl) && writeRdata(tx, zone, dataAt)) return true;
  tx.writer.at = from;
  return false;
}

/** Octet offset of the uncompressed RDATA of the image at `dataAt`. */
export function plainRdataAt(zone: ZoneTable, dataAt: number): number {
  return dataAt + 3 + 2 * present(zone.bytes[dataAt + 2], 'RDATA head');
}

/** Octet offset of the RDATA image behind the one at `dataAt`. */
export function nextRdata(zone: ZoneTable, dataAt: number): number {
  return plainRdataAt(zone, dataAt) + ((zone.bytes[dataAt]! << 8) | zone.bytes[dataAt + 1]!);
}

/** RDATA behind an opened record, each cut replaced by a pointer to the apex. */
function writeRdata(tx: Transaction, zone: ZoneTable, dataAt: number): boolean {
  const writer: ResponseWriter = tx.writer;
  const bytes = zone.bytes;
  const length = (bytes[dataAt]! << 8) | bytes[dataAt + 1]!;
  const cuts = bytes[dataAt + 2]!;
  const plainAt = dataAt + 3 + 2 * cuts;
  const begin = writer.at;
  let done = 0;
  for (let i = 0; i < cuts; i++) {
    const cut = (bytes[dataAt + 3 + 2 * i]! << 8) | bytes[dataAt + 4 + 2 * i]!;
    if (!writer.append(bytes, plainAt + done, cut - done) || !writer.appendWord(apexPointer(tx, zone))) return false;
    done = cut + zone.apexLength;
  }
  if (!writer.append(bytes, plainAt + done, length - done)) return false;
  writer.closeRecord(begin);
  return true;
}
