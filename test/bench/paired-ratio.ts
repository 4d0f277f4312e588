/**
 * Two things measured in turn, round by round, compared within each round. A shared machine's speed wanders by tens of percent within
 * seconds, but what it does meets all that is measured in one round alike; the quotient of two medians, each of which may come out of
 * another round, has it in full.
 */

import { quantile } from '../tools/quantile.ts';

/** Of the ratios of all rounds: the middle one, and between which two values the middle half of them lies. */
export type PairedRatio = { readonly median: number; readonly low: number; readonly high: number };

/** `over` by `under`: values of the same rounds in the same order. */
export function pairedRatio(over: readonly number[], under: readonly number[]): PairedRatio {
  if (over.length !== under.length) throw new Error(`${over.length} rounds cannot be paired with ${under.length}`);
  const ratios = over.map((value, round) => value / under[round]!).sort((a, b) => a - b);
  return { median: quantile(ratios, 0.5), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
}
