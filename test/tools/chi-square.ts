/** Pearson's chi-square against expected shares, and the value that chance exceeds once in a million. */

/** Sum of (observed - expected)^2 / expected; categories with share 0 must be empty. */
export function chiSquare(observed: readonly number[], shares: readonly number[]): number {
  const total = observed.reduce((sum, count) => sum + count, 0);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let sum = 0;
  for (const [i, count] of observed.entries()) {
    const expected = (total * shares[i]!) / whole;
    if (expected === 0) {
      if (count !== 0) return Number.POSITIVE_INFINITY;
      continue;
    }
    sum += (count - expected) ** 2 / expected;
  }
  return sum;
}

/** The 1 - 10^-6 quantile for `freedom` degrees of freedom (Wilson and Hilferty's approximation). */
export function chiSquareLimit(freedom: number): number {
  const z = 4.753;
  const k = 2 / (9 * freedom);
  return freedom * (1 - k + z * Math.sqrt(k)) ** 3;
}
