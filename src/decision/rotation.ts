/**
 * Smooth weighted round robin, nginx's: every endpoint gains its weight at each turn, the one that has most is chosen and gives
 * the sum of all weights back. Exact over each cycle of sum(w) turns, and interleaved: 5, 1, 1 gives a a b a c a a.
 *
 * What each endpoint has stands by its slot of the health table, one list a worker. Workers begin at different turns of the
 * cycle, so that a restart does not send the first client of each to the same endpoint.
 */

import { mixBits } from '../base/random.ts';
import { ENDPOINT_WORDS, EndpointWord } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import type { Decision } from './decision.ts';
import { isDrawn, slotOf } from './endpoint-weight.ts';

/** In `Decision.turns`: the endpoint has not had a turn yet. */
export const NO_TURN: number = -(2 ** 31);

/** A worker begins at one of so many turns of each pool's cycle. */
const OFFSETS = 64;

/** Where round robin stands with so many endpoints, none of which has had a turn. */
export function newTurns(slots: number): Int32Array {
  return new Int32Array(slots).fill(NO_TURN);
}

/**
 * Index of the endpoint whose turn it is among the `count` at `endpointsAt`, weighed in `decision.weights` with the sum `total` > 0;
 * -1: all that may be drawn have been. All have slots.
 */
export function rotate(decision: Decision, zone: ZoneTable, endpointsAt: number, count: number, total: number): number {
  const { turns, weights, slotsAt } = decision;
  let isFirst = true;
  for (let i = 0, at = endpointsAt; i < count; i++, at += ENDPOINT_WORDS) {
    if (weights[i]! > 0 && turns[slotOf(zone, slotsAt, at)] !== NO_TURN) isFirst = false;
  }
  const identity = zone.words[endpointsAt + EndpointWord.IDENTITY]!;
  for (let skip = isFirst ? mixBits(decision.rotationSeed ^ identity) % OFFSETS : 0; skip > 0; skip--) {
    takeTurn(decision, zone, endpointsAt, count, total);
  }
  return takeTurn(decision, zone, endpointsAt, count, total);
}

/** One turn; at most 10,000 endpoints x 100 x 1024, twice that is below 2^31. */
function takeTurn(decision: Decision, zone: ZoneTable, endpointsAt: number, count: number, total: number): number {
  const { turns, weights, slotsAt } = decision;
  let best = -1;
  let most = 0;
  for (let i = 0, at = endpointsAt; i < count; i++, at += ENDPOINT_WORDS) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    const slot = slotOf(zone, slotsAt, at);
    const before = turns[slot]!;
    // Outside the cycle's bounds it is new, or from the days of other weights.
    const has = (before > total || before < -total ? 0 : before) + weight;
    turns[slot] = has;
    if ((best < 0 || has > most) && !isDrawn(decision, i)) {
      best = i;
      most = has;
    }
  }
  if (best >= 0) turns[slotOf(zone, slotsAt, endpointsAt + best * ENDPOINT_WORDS)] = most - total;
  return best;
}
