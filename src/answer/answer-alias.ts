/**
 * ALIAS: a name that has the addresses of another. The target is followed at the time of the query, through whatever zone of ours holds
 * it, so that static, steered and checked addresses come out as they would under the target's own name, for the same client and with
 * the same scope; only the owner and the TTL, the lowest on the way, are the alias's. A target that no zone here holds is not followed.
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
      writeNegativeSoa(tx, home);
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
