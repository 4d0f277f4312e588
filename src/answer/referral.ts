/** The answer below a delegation: who to ask instead (RFC 1034 4.3.2 step 3b, RFC 9471). */

import { RRType } from '../wire/codes.ts';
import { NodeWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { writeRRsetOf } from './rrset-writer.ts';
import type { Transaction } from './transaction.ts';

/**
 * Writes the NS RRset of the delegation at `cut` as authority and its glue as additional records. Addresses of servers
 * below the delegation must fit or the answer is truncated (RFC 9471 3.1); those of others are left out when they do not.
 */
export function writeReferral(tx: Transaction, zone: ZoneTable, cut: number): void {
  const servers = writeRRsetOf(tx, zone, cut, zone.findRRset(cut, RRType.NS));
  if (servers < 0) {
    tx.isTruncated = true;
    return;
  }
  tx.writer.authorities += servers;
  const glueAt = zone.words[cut + NodeWord.GLUE]!;
  if (glueAt === 0) return;
  const needed = zone.words[glueAt]!;
  const all = zone.words[glueAt + 1]!;
  for (let i = 0; i < all; i++) {
    const node = zone.words[glueAt + 2 + i]!;
    const fits = writeGlue(tx, zone, node);
    if (!fits && i < needed) tx.isTruncated = true;
    if (!fits) return;
  }
}

/** The addresses of a server, IPv6 under the owner that IPv4 spelled out; false when one of them does not fit. */
function writeGlue(tx: Transaction, zone: ZoneTable, node: number): boolean {
  const { writer } = tx;
  const ownerAt = writer.at;
  if (!writeAddresses(tx, zone, node, RRType.A, 0)) return false;
  const spelled = writer.at > ownerAt && writer.canPointTo(ownerAt) ? writer.pointerTo(ownerAt) : 0;
  return writeAddresses(tx, zone, node, RRType.AAAA, spelled);
}

/** False when the RRset is there and does not fit. Steered addresses are no glue: they would be pinned for a TTL of days. */
function writeAddresses(tx: Transaction, zone: ZoneTable, node: number, type: number, spelled: number): boolean {
  const rrset = zone.findRRset(node, type);
  if (rrset === 0 || zone.isSteered(rrset)) return true;
  const records = writeRRsetOf(tx, zone, node, rrset, spelled);
  if (records < 0) return false;
  tx.writer.additionals += records;
  return true;
}
