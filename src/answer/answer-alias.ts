/**
 * ALIAS: a name that has the addresses of another. The target is followed at the time of the query, through whatever zone of ours holds
 * it, so that static, steered and checked addresses come out as they would under the target's own name, for the same client and with
 * the same scope; only the owner and the TTL, the lowest on the way, are the alias's. Of a target that no zone here holds the control plane keeps the addresses (`alias-table`).
 */

import { CHAIN_STEPS_MAX } from '../base/limits.ts';
import { Rcode, RRType } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import { AliasWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { writeNegativeSoa } from './negative.ts';
import { plainRdataAt, writeRRset } from './rrset-writer.ts';
import type { ServingTables } from './serving-tables.ts';
import { decideSteered, writeDecided } from './steered-rrset.ts';
import type { Transaction } from './transaction.ts';

/** Answers A or AAAA for the alias at word `alias` of `home`, the zone of the question. */
export function answerAlias(tx: Transaction, tables: ServingTables, home: ZoneTable, alias: number): void {
  const name = tx.aliased;
  let ttl = home.words[alias + AliasWord.TTL]!;
  name.scan(home.bytes, home.words[alias + AliasWord.TARGET]!, home.bytes.length);
  for (let step = 0; step < CHAIN_STEPS_MAX; step++) {
    const ordinal = tables.index.find(name, 0);
    const zone = ordinal < 0 ? null : (tables.zones[ordinal] ?? null);
    const node = zone === null ? -1 : zone.nodeOf(name);
    if (tx.trace !== null) traceTarget(tx, node < 0 ? null : zone, node);
    if (zone === null || node < 0) {
      writeOutside(tx, tables, home, ttl);
      return;
    }
    const rrset = node === 0 ? 0 : zone.findRRset(node, tx.query.qtype);
    if (rrset !== 0) {
      writeTarget(tx, tables, zone, rrset, home, ttl);
      return;
    }
    const next = node === 0 ? 0 : zone.findRRset(node, RRType.CNAME);
    if (next !== 0) {
      const cnameTtl = followCname(tx, tables, zone, next, home);
      if (cnameTtl < 0) return;
      ttl = Math.min(ttl, cnameTtl);
      continue;
    }
    const further = node === 0 ? 0 : zone.aliasOf(node);
    if (further === 0) {
      writeNegativeSoa(tx, home);
      return;
    }
    ttl = Math.min(ttl, zone.words[further + AliasWord.TTL]!);
    name.scan(zone.bytes, zone.words[further + AliasWord.TARGET]!, zone.bytes.length);
  }
  // A loop, or a chain too long to be meant.
  tx.rcode = Rcode.SERVFAIL;
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
    const ttl = decideSteered(tx, tables, tx.aliased, zone, rrset, home);
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
  const entry = table === null ? 0 : table.find(tx.aliased);
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

/** Moves on to where the CNAME leads; returns its TTL, or -1 after writing that there is nothing. */
function followCname(tx: Transaction, tables: ServingTables, zone: ZoneTable, rrset: number, home: ZoneTable): number {
  let ttl = zone.ttlOf(rrset);
  let dataAt = zone.dataOf(rrset);
  if (zone.isSteered(rrset)) {
    ttl = decideSteered(tx, tables, tx.aliased, zone, rrset, home);
    if (ttl < 0) return -1;
    dataAt = tx.decision.dataAt[0]!;
  }
  tx.aliased.scan(zone.bytes, plainRdataAt(zone, dataAt), zone.bytes.length);
  return ttl;
}

/** Writes down where the alias leads; the query's way never comes here. */
function traceTarget(tx: Transaction, zone: ZoneTable | null, node: number): void {
  const zoneName =
    zone === null
      ? ''
      : nameToText(zone.bytes.slice(zone.nameAt(zone.apexAt), zone.nameAt(zone.apexAt) + zone.apexLength));
  const found = zone === null ? 'outside' : node === 0 ? 'does not exist' : 'alias target';
  tx.trace?.path.push({ name: nameToText(tx.aliased.lower), zone: zoneName, found, by: null });
}
