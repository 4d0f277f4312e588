/** What an endpoint weighs in a choice right now: its configured weight, by status and health (02-steering, "Eligibility"). */

import { FACTOR_ONE, factorOfWord, type HealthTable, isEligibleWord, isLastGoodWord } from '../health/health-table.ts';
import { ENDPOINT_WORDS, EndpointWord, StatusCode } from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import type { Decision } from './decision.ts';

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

/** Weight x factor of the endpoint at word `at`; 0: may not be drawn. */
export function effectiveWeight(zone: ZoneTable, at: number, health: HealthTable, admission: number): number {
  const packed = zone.words[at + EndpointWord.WEIGHT]!;
  const status = packed >> 16;
  if (status === StatusCode.DOWN) return 0;
  const weight = packed & 0xffff;
  const slot = zone.words[at + EndpointWord.SLOT]!;
  if (slot < 0) return weight * FACTOR_ONE;
  const word = health[slot]!;
  if (status === StatusCode.OBEY) {
    if (admission <= Admission.ALIVE && !isEligibleWord(word)) return 0;
    if (admission === Admission.LAST_GOOD && !isLastGoodWord(word)) return 0;
  }
  return weight * factorOfWord(word);
}

/** Sum of the effective weights of the `count` endpoints at `endpointsAt`; at most 10,000 x 100 x 1024, below 2^32. */
export function sumWeights(
  zone: ZoneTable,
  endpointsAt: number,
  count: number,
  health: HealthTable,
  admission: number,
): number {
  let sum = 0;
  for (let i = 0, at = endpointsAt; i < count; i++, at += ENDPOINT_WORDS)
    sum += effectiveWeight(zone, at, health, admission);
  return sum;
}

/** True if the endpoint `index` of the pool is among those drawn already. */
export function isDrawn(decision: Decision, index: number): boolean {
  for (let i = 0; i < decision.count; i++) if (decision.drawn[i] === index) return true;
  return false;
}
