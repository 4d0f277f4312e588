/**
 * Where a name has its addresses: state of the walk that `find-addresses` makes from a target, through CNAMEs and ALIASes of all zones
 * here, to an RRset. One per worker; fields hold until the next walk.
 */

import { ScannedName } from '../wire/scanned-name.ts';
import type { ZoneTable } from '../zone/zone-table.ts';

/** What a walk ends at. */
export const WalkFound = {
  /** {@link AddressWalk.rrset} of {@link AddressWalk.zone}, steered or static. */
  RRSET: 0,
  /** {@link AddressWalk.name} is no name of a zone here. */
  OUTSIDE: 1,
  NO_DATA: 2,
  /** A loop, a chain too long to be meant, or a steered CNAME that fails. */
  FAILURE: 3,
} as const;

/** State of one walk. */
export class AddressWalk {
  /** The name reached; before the walk the one to begin at. */
  readonly name: ScannedName = new ScannedName();
  zone: ZoneTable | null = null;
  rrset = 0;
  /** The lowest TTL on the way, in seconds; before the walk the most that it may be. What is found at its end is not in it. */
  ttl = 0;
  /** A steered CNAME was on the way; and one of those had every pool exhausted. */
  isDecided = false;
  isAllDown = false;
}
