/** What an endpoint weighs in a choice right now: its configured weight, by status and health (02-steering, "Eligibility"). */

import {
  dissentOf,
  FACTOR_ONE,
  factorOfWord,
  type HealthTable,
  isDisputedWord,
  isEligibleWord,
  isLastGoodWord,
} from '../health/health-table.ts';
import { ENDPOINT_WORDS, EndpointWord, StatusCode } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import type { Decision } from './decision.ts';
import { avoids, type RegionalView } from './regional-view.ts';

/** Which endpoints may be drawn. */
export const Admission = {
  /** By verdict, status and overrides, from pools that are healthy enough (`min_healthy`). */
  HEALTHY: 0,
  /** The same from any pool. */
  ALIVE: 1,
  /** Everything that an operator has not taken out: all is down, and a dead address beats none. */
  NOT_DRAINED: 2,
  /** Those that were the last to be healthy. */
  LAST_GOOD: 3,
} as const;

/** The health slot of the endpoint at word `at` of an RRset whose slots stand at word `slotsAt`; -1: it has none. */
export function slotOf(zone: ZoneTable, slotsAt: number, at: number): number {
  const ordinal = zone.words[at + EndpointWord.ORDINAL]!;
  return ordinal < 0 ? -1 : zone.words[slotsAt + ordinal]!;
}

/**
 * Weight x factor of the endpoint at word `at`; 0: may not be drawn. `slotsAt` as in {@link slotOf}; `view`: what the regions near the
 * client think, asked for HEALTHY endpoints that are disputed and for no other; null: it is nobody's in particular.
 */
export function effectiveWeight(
  zone: ZoneTable,
  slotsAt: number,
  at: number,
  health: HealthTable,
  admission: number,
  view: RegionalView | null,
): number {
  const packed = zone.words[at + EndpointWord.WEIGHT]!;
  const status = packed >> 16;
  if (status === StatusCode.DOWN) return 0;
  const weight = packed & 0xffff;
  const slot = slotOf(zone, slotsAt, at);
  if (slot < 0) return weight * FACTOR_ONE;
  const word = health[slot]!;
  if (status === StatusCode.OBEY) {
    if (admission <= Admission.ALIVE && !isEligibleWord(word)) return 0;
    if (
      admission === Admission.HEALTHY &&
      isDisputedWord(word) &&
      view !== null &&
      avoids(view, dissentOf(health, slot))
    )
      return 0;
    if (admission === Admission.LAST_GOOD && !isLastGoodWord(word)) return 0;
  }
  return weight * factorOfWord(word);
}

/**
 * Weighs the `count` endpoints at `endpointsAt` into `decision.weights`, each read once, so that sum and choice agree whatever
 * health does meanwhile. Returns their sum; at most 10,000 x 100 x 1024, below 2^31.
 */
export function weighEndpoints(
  decision: Decision,
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  health: HealthTable,
  admission: number,
): number {
  if (decision.weights.length < count) decision.weights = new Int32Array(count);
  const { weights, slotsAt, view } = decision;
  let sum = 0;
  for (let i = 0, at = endpointsAt; i < count; i++, at += ENDPOINT_WORDS) {
    const weight = effectiveWeight(zone, slotsAt, at, health, admission, view);
    weights[i] = weight;
    sum += weight;
  }
  return sum;
}

/** True if the endpoint `index` of the pool is among those drawn already. */
export function isDrawn(decision: Decision, index: number): boolean {
  for (let i = 0; i < decision.count; i++) if (decision.drawn[i] === index) return true;
  return false;
}
