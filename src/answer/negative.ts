/** Negative answers: the SOA that says how long the absence may be remembered (RFC 2308 3, 5). */

import type { ZoneTable } from '../zone/zone-table.ts';
import { apexPointer, writeRRset } from './rrset-writer.ts';
import type { Transaction } from './transaction.ts';

/** Writes the zone's SOA as authority, with the smaller of its TTL and its MINIMUM field. */
export function writeNegativeSoa(tx: Transaction, zone: ZoneTable): void {
  if (writeRRset(tx, zone, zone.soaAt, apexPointer(tx, zone), zone.negativeTtl) < 0) {
    tx.isTruncated = true;
    return;
  }
  tx.writer.authorities++;
}
