/**
 * Whether the digests in RDATA have the length that their algorithm gives. A file with one of another length has a slip of the pen in
 * it, or is cut off; an algorithm that IANA has not registered may be one of tomorrow (RFC 4255 3.1.2, RFC 6698 2.1.3).
 */

import { RRType } from './codes.ts';

/** What is wrong; `isKnown` when the algorithm is one whose length is certain. */
export type DigestFault = { readonly isKnown: boolean; readonly message: string };

/** Octets of a digest by its algorithm; 0: of any length. */
type Lengths = ReadonlyMap<number, number>;

/** IANA "DS RR Type Digest Algorithms" (RFC 4034, 4509, 5933, 6605, 9558, 9563). */
const DS_LENGTHS: Lengths = new Map([
  [1, 20],
  [2, 32],
  [3, 32],
  [4, 48],
  [5, 32],
  [6, 32],
]);
/** RFC 4255 3.1.2, RFC 6594 4. */
const SSHFP_LENGTHS: Lengths = new Map([
  [1, 20],
  [2, 32],
]);
/** RFC 6698 2.1.3; 255 is for private use (RFC 7218 2.3). */
const TLSA_LENGTHS: Lengths = new Map([
  [0, 0],
  [1, 32],
  [2, 64],
  [255, 0],
]);

/** What is wrong with the digest in `rdata`, well-formed RDATA of `type`, or null. */
export function findDigestFault(type: number, rdata: Uint8Array): DigestFault | null {
  switch (type) {
    case RRType.CDS:
      // RFC 8078 4: 0 0 0 00 asks for the DS to be taken out.
      if (rdata.length === 5 && rdata.every((octet) => octet === 0)) return null;
      return judge(DS_LENGTHS, 'digest type', 'digest', rdata[3]!, rdata.length - 4);
    case RRType.DS:
      return judge(DS_LENGTHS, 'digest type', 'digest', rdata[3]!, rdata.length - 4);
    case RRType.SSHFP:
      return judge(SSHFP_LENGTHS, 'fingerprint type', 'fingerprint', rdata[1]!, rdata.length - 2);
    case RRType.TLSA:
    case RRType.SMIMEA:
      return judge(TLSA_LENGTHS, 'matching type', 'certificate data', rdata[2]!, rdata.length - 3);
    default:
      return null;
  }
}

function judge(lengths: Lengths, kind: string, what: string, algorithm: number, octets: number): DigestFault | null {
  const expected = lengths.get(algorithm);
  if (expected === undefined) {
    return { isKnown: false, message: `${kind} ${algorithm} is not registered: is it meant so?` };
  }
  if (expected === 0 || expected === octets) return null;
  const message = `${kind} ${algorithm} makes a ${what} of ${expected} octets, this one has ${octets}: is it cut off?`;
  return { isKnown: true, message };
}
