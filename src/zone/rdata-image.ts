/**
 * RDATA as it stands in a zone image: uncompressed, with the places where a name reaches the zone's apex, so that the
 * writer can put a pointer into the question there (RFC 1035 4.1.4; only types of RFC 1035 are compressed, RFC 3597 4).
 *
 *   length (2)   number of cuts (1)   each cut: position in the RDATA (2)   RDATA
 */

import { RRType } from '../wire/codes.ts';
import { isAtOrBelow, lowerName, nameLength } from '../wire/name.ts';
import { compressibleNameAt } from '../wire/rdata.ts';
import type { ImageArena } from './image-arena.ts';

/** Octets before the RDATA when it has `cuts` cuts. */
export function rdataHeadBytes(cuts: number): number {
  return 3 + 2 * cuts;
}

/** Positions in `rdata` at which a compressible name has reached `origin` (wire form, lower case), in order. */
export function findCuts(type: number, rdata: Uint8Array, origin: Uint8Array): readonly number[] {
  if (type === RRType.SOA) return cutsOfNames(rdata, 0, 2, origin);
  const at = compressibleNameAt(type);
  return at < 0 ? NO_CUTS : cutsOfNames(rdata, at, 1, origin);
}

/** Writes one RDATA at octet `at` and returns the octet behind it. */
export function writeRdataImage(arena: ImageArena, at: number, rdata: Uint8Array, cuts: readonly number[]): number {
  const bytes = arena.bytes;
  bytes[at] = rdata.length >> 8;
  bytes[at + 1] = rdata.length & 255;
  bytes[at + 2] = cuts.length;
  let next = at + 3;
  for (const cut of cuts) {
    bytes[next++] = cut >> 8;
    bytes[next++] = cut & 255;
  }
  bytes.set(rdata, next);
  return next + rdata.length;
}

const NO_CUTS: readonly number[] = [];

function cutsOfNames(rdata: Uint8Array, from: number, count: number, origin: Uint8Array): readonly number[] {
  // A pointer to the root saves nothing.
  if (origin.length === 1) return NO_CUTS;
  const cuts: number[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    const length = nameLength(rdata, at);
    if (isAtOrBelow(lowerName(rdata.subarray(at, at + length)), origin)) cuts.push(at + length - origin.length);
    at += length;
  }
  return cuts;
}
