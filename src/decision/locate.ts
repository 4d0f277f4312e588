/**
 * The client's class for one steering group, and how much of its address that took: the first step of a decision.
 * The Client Subnet decides when there is one whose address is routable or named by the operator, else the packet's source
 * (02-steering, "Location").
 */

import { CLASS_NONROUTABLE, type ClassTable, classOf, lookupClass, scopeOf } from '../geo/class-table.ts';
import type { Decision } from './decision.ts';
import type { SteeringRequest } from './steering-request.ts';

/** Sets `class`, `scope` and `isBySubnet` of `decision`. `table` null: every client is of class `otherwise`, whoever asks. */
export function locateClient(
  decision: Decision,
  request: SteeringRequest,
  table: ClassTable | null,
  otherwise: number,
): void {
  decision.scope = 0;
  decision.class = otherwise;
  const { subnet } = request;
  decision.isBySubnet = subnet.family !== 0 && subnet.sourceLength > 0;
  if (table === null) return;
  if (decision.isBySubnet) {
    const found = lookupClass(table, subnet.family as 4 | 6, subnet.words);
    decision.scope = scopeOf(found);
    if (classOf(found) !== CLASS_NONROUTABLE) {
      decision.class = classOf(found);
      return;
    }
    decision.isBySubnet = false;
  }
  const found = classOf(lookupClass(table, request.sourceFamily, request.sourceWords));
  if (found !== CLASS_NONROUTABLE) decision.class = found;
}
