/**
 * Two things measured in turn, round by round, compared within each round. A shared machine's speed wanders by tens of percent within
 * seconds, but what it does meets all that is measured in one round alike; the quotient of two medians, each of which may come out of
 * another round, has it in full.
 */

/** Of the ratios of all rounds: the middle one, and between which two values the middle half of them lies. */
export type PairedRatio = { readonly median: number; readonly low: number; readonly high: number };

/** `over` by `under`: values of the same rounds in the same order. */
export function pairedRatio(over: readonly number[], under: readonly number[]): PairedRatio {
  if (over.length !== under.length) throw new Error(`${over.length} rounds cannot be paired with ${under.length}`);
  const ratios = over.map((value, round) => value / under[round]!).sort((a, b) => a - b);
  return { median: between(ratios, 0.5), low: between(ratios, 0.25), high: between(ratios, 0.75) };
}

/** The value at the share `at` of the way through the ascending `sorted`, between two of them in proportion; NaN of none. */
function between(sorted: readonly number[], at: number): number {
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place % 1);
}
