import { describe, expect, it } from 'vitest';
import {
  type EndpointRamp,
  isRamping,
  newRamp,
  nextRamp,
  rampFactor,
  withoutRecovery,
} from '../../../src/health/endpoint-ramp.ts';
import { DEFAULT_STEERING, type RecoveryModel } from '../../../src/zone/zone-model.ts';

const ramped: RecoveryModel = { ramp: { seconds: 100, floor: 0.1 }, manualResume: false };

const factors = (state: EndpointRamp, times: number[]) => times.map((ms) => Number(rampFactor(state, ms).toFixed(3)));

describe('the weight of an endpoint', () => {
  it('is whole from the first sight, whatever is configured', () => {
    expect(rampFactor(newRamp(false, 1), 0)).toBe(1);
    expect(isRamping(nextRamp(newRamp(false, 1), false, 1, ramped, 0), 0)).toBe(false);
  });

  it('grows after an outage from the floor to the whole, where a ramp is configured', () => {
    const back = nextRamp(newRamp(true, 1), false, 1, ramped, 1_000);
    expect(factors(back, [1_000, 6_000, 11_000, 51_000, 101_000, 500_000])).toEqual([0.1, 0.1, 0.1, 0.5, 1, 1]);
    expect([isRamping(back, 100_999), isRamping(back, 101_000)]).toEqual([true, false]);
    expect(rampFactor(nextRamp(newRamp(true, 1), false, 1, DEFAULT_STEERING.recovery, 0), 0)).toBe(1);
  });

  it('begins anew when the endpoint goes out while it grows', () => {
    const back = nextRamp(newRamp(true, 1), false, 1, ramped, 0);
    const out = nextRamp(back, true, 1, ramped, 50_000);
    expect(isRamping(out, 50_000)).toBe(false);
    expect(rampFactor(nextRamp(out, false, 1, ramped, 60_000), 60_000)).toBe(0.1);
  });

  it('falls at once with a shift, and grows from there when it ends', () => {
    const shifted = nextRamp(newRamp(false, 1), false, 0.25, DEFAULT_STEERING.recovery, 0);
    expect(rampFactor(shifted, 0)).toBe(0.25);
    const ended = nextRamp(shifted, false, 1, DEFAULT_STEERING.recovery, 10_000);
    expect(factors(ended, [10_000, 25_000, 40_000, 70_000])).toEqual([0.25, 0.25, 0.5, 1]);
    const drained = nextRamp(newRamp(false, 1), false, 0, ramped, 0);
    expect(factors(nextRamp(drained, false, 1, ramped, 0), [0, 50_000, 100_000])).toEqual([0, 0.5, 1]);
  });

  it('goes on from where it is when one shift follows another', () => {
    let state = nextRamp(newRamp(false, 1), false, 0, ramped, 0);
    state = nextRamp(state, false, 0.5, ramped, 0);
    expect(factors(state, [0, 50_000])).toEqual([0, 0.25]);
    state = nextRamp(state, false, 1, ramped, 50_000);
    expect(factors(state, [50_000, 75_000, 100_000, 150_000])).toEqual([0.25, 0.25, 0.5, 1]);
  });

  it('never falls as time passes', () => {
    const state = nextRamp(newRamp(true, 1), false, 0.8, ramped, 0);
    let before = 0;
    for (let ms = 0; ms <= 120_000; ms += 500) {
      const factor = rampFactor(nextRamp(state, false, 0.8, ramped, ms), ms);
      expect(factor).toBeGreaterThanOrEqual(before);
      before = factor;
    }
    expect(before).toBeCloseTo(0.8);
  });

  it('is whole at once when the ramp of a recovery is waived, but not that of a shift', () => {
    const back = nextRamp(newRamp(true, 1), false, 1, ramped, 0);
    expect(rampFactor(withoutRecovery(back), 0)).toBe(1);
    const ended = nextRamp(newRamp(false, 0), false, 1, ramped, 0);
    expect(rampFactor(withoutRecovery(ended), 0)).toBe(0);
  });
});
