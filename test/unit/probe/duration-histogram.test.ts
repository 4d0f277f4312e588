import { expect, it } from 'vitest';
import { DurationHistogram } from '../../../src/probe/duration-histogram.ts';

it('counts each duration within the least bound that holds it', () => {
  const histogram = new DurationHistogram();
  for (const ms of [0, 1, 1.5, 499, 500, 60_001, 1e9]) histogram.add(ms);
  const { boundsMs, counts, sumMs } = histogram.durations();
  const counted = Object.fromEntries(
    counts.map((count, i) => [boundsMs[i] ?? 'more', count]).filter(([, n]) => n !== 0),
  );
  expect(counted).toEqual({ 1: 2, 2: 1, 500: 2, more: 2 });
  expect(sumMs).toBeCloseTo(1e9 + 61_002.5);
  expect(counts).toHaveLength(boundsMs.length + 1);
});
