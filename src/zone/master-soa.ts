/** The start of authority of a master file: found at most once and at the apex only, or made up with safe values. */

import { RRType } from '../wire/codes.ts';
import { nameFromText, nameLength, namesEqual } from '../wire/name.ts';
import { faultAtWord, type MasterFile, type MasterZone, subjectOf } from './master-state.ts';
import type { SoaModel } from './zone-model.ts';

/** Seconds of a start of authority that no file states; the short minimum keeps a wrong NXDOMAIN short (RFC 2308 5). */
const TIMERS_DEFAULT = { refresh: 3600, retry: 900, expire: 604_800, minimum: 60 };

/** The fields of a well-formed SOA RDATA (RFC 1035 3.3.13). */
export function readSoa(rdata: Uint8Array, ttl: number): SoaModel {
  const rnameAt = nameLength(rdata, 0);
  const timersAt = rnameAt + nameLength(rdata, rnameAt);
  const view = new DataView(rdata.buffer, rdata.byteOffset + timersAt, 20);
  return {
    mname: rdata.slice(0, rnameAt),
    rname: rdata.slice(rnameAt, timersAt),
    serial: view.getUint32(0),
    refresh: view.getUint32(4),
    retry: view.getUint32(8),
    expire: view.getUint32(12),
    minimum: view.getUint32(16),
    ttl,
  };
}

/** Takes the SOA that stands in the current entry; false after a fault. */
export function rememberSoa(
  zone: MasterZone,
  file: MasterFile,
  owner: Uint8Array,
  rdata: Uint8Array,
  ttl: number,
): boolean {
  const subject = subjectOf(zone, owner, RRType.SOA);
  if (!namesEqual(owner, zone.origin)) {
    const message = `a SOA stands at the zone's own name only: remove it, or name the file after the zone it holds`;
    faultAtWord(zone, file, 0, 'error', 'soa-not-at-apex', message, subject);
    return false;
  }
  if (zone.soa === null) {
    zone.soa = readSoa(rdata, ttl);
    zone.soaRdata = rdata;
    return true;
  }
  // Zone transfers, and files written from them, end with the SOA they began with.
  const isSame = rdata.length === zone.soaRdata?.length && rdata.every((octet, i) => octet === zone.soaRdata?.[i]);
  if (!isSame) {
    faultAtWord(zone, file, 0, 'error', 'soa-duplicate', 'the zone has a second, different SOA: keep one', subject);
  }
  return isSame;
}

/** The SOA of a zone that states none: the first name server of the apex, and hostmaster. */
export function makeSoa(zone: MasterZone, serial: number): SoaModel {
  const hostmaster = nameFromText('hostmaster', zone.origin);
  const rname = typeof hostmaster === 'string' ? zone.origin : hostmaster;
  return { mname: firstNameServer(zone), rname, serial: serial >>> 0, ...TIMERS_DEFAULT, ttl: TIMERS_DEFAULT.refresh };
}

function firstNameServer(zone: MasterZone): Uint8Array {
  const { records, origin } = zone;
  for (let row = 0; row < records.count; row++) {
    if (records.types[row] !== RRType.NS) continue;
    const ownerAt = records.owners[row]!;
    const owner = records.bytes.subarray(ownerAt, ownerAt + nameLength(records.bytes, ownerAt));
    if (!namesEqual(owner, origin)) continue;
    const at = records.rdatas[row]!;
    return records.bytes.slice(at, at + records.rdataLengths[row]!);
  }
  return origin;
}
