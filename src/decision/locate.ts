/**
 * The client's class for one steering group, and how much of its address that took: the first step of a decision.
 * The Client Subnet decides when there is one whose address is routable or named by the operator, else the packet's source
 * (02-steering, "Location").
 */

import { CLASS_NONROUTABLE, type ClassTable, lookupClass } from '../geo/class-table.ts';
import type { Decision } from './decision.ts';
import type { SteeringRequest } from './steering-request.ts';

/** Sets `class` and `scope` of `decision`. `table` null: every client is of class `otherwise`, whoever asks. */
export function locateClient(
  decision: Decision,
  request: SteeringRequest,
  table: ClassTable | null,
  otherwise: number,
): void {
  decision.scope = 0;
  decision.class = otherwise;
  if (table === null) return;
  const { subnet } = request;
  if (subnet.family !== 0 && subnet.sourceLength > 0) {
    const found = lookupClass(table, subnet.family, subnet.words);
    decision.scope = found >>> 16;
    if ((found & 0xffff) !== CLASS_NONROUTABLE) {
      decision.class = found & 0xffff;
      return;
    }
  }
  const found = lookupClass(table, request.sourceFamily, request.sourceWords) & 0xffff;
  if (found !== CLASS_NONROUTABLE) decision.class = found;
}
