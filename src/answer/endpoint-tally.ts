/**
 * How often each endpoint was answered, one 32-bit word each by its slot of the health table, in shared memory of a worker's own:
 * counting is one addition for each record written. The last word counts records of the last resort (a record's own `values`),
 * which have no slot. Words wrap at 2^32; the reader (`server/answer-shares.ts`) looks often enough to tell.
 */

import type { Decision } from '../decision/decision.ts';
import { slotOf } from '../decision/endpoint-weight.ts';
import { poolAt } from '../decision/walk-pools.ts';
import { ENDPOINT_WORDS, PoolWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';

/** Counts by slot, and one more for the last resort. */
export type EndpointTally = Uint32Array<SharedArrayBuffer>;

/** Counts for a health table of `slots` endpoints, all zero. */
export function createEndpointTally(slots: number): EndpointTally {
  return new Uint32Array(new SharedArrayBuffer((slots + 1) * 4));
}

/** Counts the records of a decision that have been written; its dynamic block stands at word `block` of `zone`. */
export function tallyAnswer(tally: EndpointTally, decision: Decision, zone: ZoneTable, block: number): void {
  if (decision.pool < 0) {
    tally[tally.length - 1]! += decision.count;
    return;
  }
  const endpointsAt = zone.words[poolAt(zone, block, decision.pool) + PoolWord.ENDPOINTS_AT]!;
  for (let i = 0; i < decision.count; i++) {
    tally[slotOf(zone, decision.slotsAt, endpointsAt + decision.drawn[i]! * ENDPOINT_WORDS)]!++;
  }
}
