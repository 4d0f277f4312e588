import { describe, expect, it } from 'vitest';
import { DistanceHistogram } from '../../../src/decision/distance-histogram.ts';

describe('added distance', () => {
  it('has mean, quantile and worst by clients, not by entries', () => {
    const histogram = new DistanceHistogram();
    histogram.add(100, 0.94);
    histogram.add(1_000, 0.04);
    histogram.add(-200, 0.01);
    histogram.add(9_000.4, 0.01);
    const report = histogram.report() ?? expect.fail('nothing');
    expect(report.clients).toBeCloseTo(1, 9);
    expect(report.meanKm).toBeCloseTo(94 + 40 - 2 + 90.004, 6);
    // 0.01 + 0.94 are 95 %.
    expect(report.p95Km).toBe(100);
    expect(report.worstKm).toBe(9_000.4);
  });

  it('is nothing when nobody moves, or only what rounding makes of nobody', () => {
    const histogram = new DistanceHistogram();
    histogram.add(5_000, 1e-15);
    expect(histogram.report()).toBeNull();
  });

  it('adds up over records', () => {
    const [a, b, all] = [new DistanceHistogram(), new DistanceHistogram(), new DistanceHistogram()];
    a.add(10, 1);
    b.add(30, 0.5);
    all.addAll(a, 0.5);
    all.addAll(b, 0.5);
    expect(all.report()).toEqual({ clients: 0.75, meanKm: 12.5 / 0.75, p95Km: 30, worstKm: 30 });
  });
});
