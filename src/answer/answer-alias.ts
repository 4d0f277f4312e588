/**
 * ALIAS: a name that has the addresses of another. The target is followed at the time of the query, through whatever zone of ours holds
 * it, so that static, steered and checked addresses come out as they would under the target's own name, for the same client and with
 * the same scope; only the owner and the TTL, the lowest on the way, are the alias's. Of a target that no zone here holds the control plane keeps the addresses (`alias-table`).
 */

import { Rcode, RRType } from '../wire/codes.ts';
import { AliasWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { WalkFound } from './address-walk.ts';
import { findAddresses } from './find-addresses.ts';
import { writeNegativeSoa } from './negative.ts';
import { writeRRset } from './rrset-writer.ts';
import type { ServingTables } from './serving-tables.ts';
import { decideSteered, writeDecided } from './steered-rrset.ts';
import type { Transaction } from './transaction.ts';

/** Answers A or AAAA for the alias at word `alias` of `home`, the zone of the question. */
export function answerAlias(tx: Transaction, tables: ServingTables, home: ZoneTable, alias: number): void {
  const { walk } = tx;
  walk.ttl = home.words[alias + AliasWord.TTL]!;
  walk.name.scan(home.bytes, home.words[alias + AliasWord.TARGET]!, home.bytes.length);
  const path = tx.trace === null ? null : tx.trace.path;
  const found = findAddresses(tx, tables, tx.decision, tx.query.qtype, path);
  if (walk.isDecided) tx.isSteered = true;
  if (walk.isAllDown) tx.isAllDown = true;
  if (found === WalkFound.RRSET) writeTarget(tx, tables, walk.zone!, walk.rrset, home, walk.ttl);
  else if (found === WalkFound.OUTSIDE) writeOutside(tx, tables, home, walk.ttl);
  else if (found === WalkFound.NO_DATA) writeNegativeSoa(tx, home);
  else tx.rcode = Rcode.SERVFAIL;
}

/** Writes the target's RRset under the name of the question. */
function writeTarget(
  tx: Transaction,
  tables: ServingTables,
  zone: ZoneTable,
  rrset: number,
  home: ZoneTable,
  ttlMax: number,
): void {
  if (zone.isSteered(rrset)) {
    const ttl = decideSteered(tx, tables, tx.walk.name, zone, rrset, home);
    if (ttl >= 0) writeDecided(tx, zone, rrset, Math.min(ttl, ttlMax));
    return;
  }
  const records = writeRRset(tx, zone, rrset, tx.owner, Math.min(zone.ttlOf(rrset), ttlMax));
  if (records < 0) tx.isTruncated = true;
  else tx.writer.answers += records;
}

/** Writes what a resolver has said of a target that no zone here holds; without resolvers there is no data. */
function writeOutside(tx: Transaction, tables: ServingTables, home: ZoneTable, ttlMax: number): void {
  const table = tables.aliasTargets ?? null;
  const { qtype } = tx.query;
  const entry = table === null ? 0 : table.find(tx.walk.name);
  const ttl = table === null || entry === 0 ? -1 : table.ttlOf(entry, qtype);
  if (table !== null && ttl < 0) {
    // Not known yet: a negative answer would be remembered.
    tx.rcode = Rcode.SERVFAIL;
    return;
  }
  const count = table === null ? 0 : table.countOf(entry, qtype);
  if (table === null || count === 0) {
    writeNegativeSoa(tx, home);
    return;
  }
  const { writer } = tx;
  const from = writer.at;
  const size = qtype === RRType.A ? 4 : 16;
  const addressesAt = table.addressesAt(entry, qtype);
  for (let i = 0; i < count; i++) {
    const opened = writer.openRecord(tx.owner, qtype, Math.min(ttl, ttlMax));
    const dataAt = writer.at;
    if (!opened || !writer.append(table.bytes, addressesAt + i * size, size)) {
      writer.at = from;
      tx.isTruncated = true;
      return;
    }
    writer.closeRecord(dataAt);
  }
  writer.answers += count;
}
