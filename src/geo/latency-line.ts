/**
 * What a round trip takes over a distance when nobody has measured it: a straight line, g(d) = a + b x d (02-steering, `latency`), and how
 * agents' own measurements draw it. Pure.
 */

import { LATENCY_POINTS_MAX } from '../base/limits.ts';

/** Milliseconds at distance 0, and for each kilometre of great circle. */
export type LatencyLine = { readonly baseMs: number; readonly msPerKm: number };

/** A measured round trip over a distance. */
export type LatencyPoint = { readonly km: number; readonly ms: number };

/** The line before anything is measured. */
export const DEFAULT_LATENCY_LINE: LatencyLine = { baseMs: 5, msPerKm: 0.02 };

/** Light in fibre there and back. */
export const MS_PER_KM_MIN = 0.01;
/** Five times as much is no path that anybody keeps. */
const MS_PER_KM_MAX = 0.05;
/** Last miles and a slow accept; more than this at no distance is a fault of what was measured. */
const BASE_MS_MAX = 30;
/** Fewer points than this, or all of them within so few kilometres, draw no line. */
const POINTS_MIN = 4;
const SPAN_KM_MIN = 1_000;
/** Two points nearer to each other than this say nothing of the slope. */
const STEP_KM_MIN = 200;

/** The round trip in milliseconds over `km` by `line`. */
export function roundTripOver(line: LatencyLine, km: number): number {
  return line.baseMs + line.msPerKm * km;
}

/**
 * The line through `points`: the median of the slopes of all pairs, then the median height (Theil and Sen), which bears nearly three in
 * ten points that are nonsense; within what cables can do. Null: too little was measured to say.
 */
export function fitLatencyLine(points: readonly LatencyPoint[]): LatencyLine | null {
  const sound = points.filter(({ km, ms }) => km >= 0 && ms > 0 && ms < Number.POSITIVE_INFINITY);
  const sorted = thinOut(sound.sort((x, y) => x.km - y.km || x.ms - y.ms));
  const [first] = sorted;
  if (first === undefined || sorted.length < POINTS_MIN || sorted.at(-1)!.km - first.km < SPAN_KM_MIN) return null;
  const slopes: number[] = [];
  for (const [i, near] of sorted.entries()) {
    for (const far of sorted.slice(i + 1)) {
      if (far.km - near.km >= STEP_KM_MIN) slopes.push((far.ms - near.ms) / (far.km - near.km));
    }
  }
  const msPerKm = within(medianOf(slopes), MS_PER_KM_MIN, MS_PER_KM_MAX);
  const baseMs = within(medianOf(sorted.map(({ km, ms }) => ms - msPerKm * km)), 0, BASE_MS_MAX);
  return { baseMs, msPerKm };
}

/** The middle of `values`, of two the mean; NaN of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Every n-th of too many, so that near and far keep their proportion. */
function thinOut(sorted: readonly LatencyPoint[]): readonly LatencyPoint[] {
  if (sorted.length <= LATENCY_POINTS_MAX) return sorted;
  const step = sorted.length / LATENCY_POINTS_MAX;
  return Array.from({ length: LATENCY_POINTS_MAX }, (_, i) => sorted[Math.floor(i * step)]!);
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
