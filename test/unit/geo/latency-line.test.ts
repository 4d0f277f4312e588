import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { DEFAULT_LATENCY_LINE, fitLatencyLine, medianOf, roundTripOver } from '../../../src/geo/latency-line.ts';

const KM = [200, 900, 1_500, 3_000, 5_500, 7_000, 9_000, 12_000];

describe('the line of latency over distance', () => {
  it('is 5 ms and 0.02 ms/km before anything is measured', () => {
    expect(roundTripOver(DEFAULT_LATENCY_LINE, 1_000)).toBe(25);
  });

  it('is found again in what lies on it', () => {
    const line = fitLatencyLine(KM.map((km) => ({ km, ms: 3 + 0.016 * km })))!;
    expect(line.baseMs).toBeCloseTo(3);
    expect(line.msPerKm).toBeCloseTo(0.016);
  });

  it('bears a quarter of nonsense among its points', () => {
    const random = new RandomStream(2);
    const points = Array.from({ length: 80 }, (_, i) => {
      const km = random.nextBelow(14_000);
      return { km, ms: i % 4 === 0 ? 1 + random.nextBelow(2_000) : 4 + 0.018 * km + random.nextBelow(7) - 3 };
    });
    const line = fitLatencyLine(points)!;
    expect(line.msPerKm).toBeGreaterThan(0.0155);
    expect(line.msPerKm).toBeLessThan(0.0225);
  });

  it('stays within what cables can do, whatever is claimed', () => {
    expect(fitLatencyLine(KM.map((km) => ({ km, ms: 0.001 * km + 0.1 })))).toEqual({ baseMs: 0, msPerKm: 0.01 });
    expect(fitLatencyLine(KM.map((km) => ({ km, ms: 400 + km })))).toEqual({ baseMs: 30, msPerKm: 0.05 });
  });

  it('is not drawn through too little: few points, near ones, or none that is a time', () => {
    expect(fitLatencyLine([])).toBeNull();
    expect(fitLatencyLine(KM.slice(0, 3).map((km) => ({ km, ms: km })))).toBeNull();
    expect(fitLatencyLine([0, 100, 300, 900].map((km) => ({ km, ms: 5 + km / 50 })))).toBeNull();
    expect(fitLatencyLine(KM.map((km) => ({ km, ms: Number.NaN })))).toBeNull();
    expect(fitLatencyLine(KM.map((km) => ({ km, ms: -1 })))).toBeNull();
  });

  it('is drawn through ten thousand points in bounded time', () => {
    const line = fitLatencyLine(Array.from({ length: 10_000 }, (_, i) => ({ km: i, ms: 5 + 0.02 * i })))!;
    expect(line.msPerKm).toBeCloseTo(0.02);
  });
});

describe('medianOf', () => {
  it('is the middle, of two the mean', () => {
    expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3]), medianOf([])]).toEqual([2, 2.5, Number.NaN]);
  });
});
