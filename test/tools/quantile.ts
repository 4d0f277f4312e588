/** The first of the ascending `sorted` with more than the share `share` (0..1) of them at or before it, the last of them for 1: bars are held to a value that was measured. NaN of none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
