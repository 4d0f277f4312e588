/** Small lines of numbers over time, as the path of an SVG. What is not known is a gap and never a zero. */

/** A line of `points` over a box; `null` where nothing was measured. Empty for no points. */
export function sparkPath(points: readonly (number | null)[], width: number, height: number): string {
  const known = points.filter((point) => point !== null);
  if (known.length === 0) return '';
  const low = Math.min(...known);
  // A line that moves by a hair must not look like an alpine range: the box spans a fifth of its height at the least.
  const span = Math.max(Math.max(...known) - low, Math.abs(low) * 0.2, 1e-9);
  const step = points.length < 2 ? 0 : width / (points.length - 1);
  let path = '';
  let isDrawing = false;
  for (const [i, point] of points.entries()) {
    if (point === null) isDrawing = false;
    else {
      const y = height - ((point - low) / span) * height;
      path += `${isDrawing ? 'L' : 'M'}${short(i * step)} ${short(y)}`;
      // A lone point is a dot: a line of no length with round ends.
      if (!isDrawing && (points[i + 1] ?? null) === null) path += 'h0';
      isDrawing = true;
    }
  }
  return path;
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}
