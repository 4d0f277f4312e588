/**
 * A colour for each region, or pool where pools state none. Colours keep apart for people who see red and green alike (after Paul
 * Tol's and Okabe and Ito's sets); from the ninth region on they come again with a hatch, and every place that shows a colour shows
 * the name too. The colours themselves are in `console.css`, one set for light and one for dark.
 */

/** How many colours `console.css` has: `--region-0` and so on. */
export const REGION_COLOURS = 8;

/** How a region is drawn: which colour, and whether hatched. */
export type RegionPaint = { readonly colour: number; readonly isHatched: boolean };

/** A paint for each of `regions`, the same whatever their order and however often they are named. */
export function paintRegions(regions: Iterable<string>): ReadonlyMap<string, RegionPaint> {
  const sorted = [...new Set(regions)].sort((a, b) => (a < b ? -1 : 1));
  return new Map(sorted.map((region, i) => [region, { colour: i % REGION_COLOURS, isHatched: i >= REGION_COLOURS }]));
}

/** The value of `fill` for a paint; without one, that of land that nobody serves. */
export function fillOf(paint: RegionPaint | undefined): string {
  if (paint === undefined) return 'var(--land)';
  return paint.isHatched ? `url(#hatch-${paint.colour})` : `var(--region-${paint.colour})`;
}
