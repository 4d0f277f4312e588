import { expect, it } from 'vitest';
import { drawToKnown } from '../../../src/geo/known-round-trip.ts';

it('a prediction is drawn to what is known as far as that was measured often', () => {
  const known = (count: number) => ({ from: 'EU-DE', ms: 30, count });
  expect(drawToKnown(60, known(20))).toBe(45);
  expect(drawToKnown(60, known(1))).toBeCloseTo((30 + 20 * 60) / 21, 12);
  expect(drawToKnown(60, known(1_000_000))).toBeCloseTo(30, 2);
  expect(drawToKnown(Number.NaN, known(1))).toBe(30);
});
