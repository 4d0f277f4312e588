import { expect, it } from 'vitest';
import { UDP_GATHER_FROM_PER_SECOND } from '../../../src/base/limits.ts';
import { ArrivalRate } from '../../../src/server/arrival-rate.ts';

const BATCH = 64;

it('is high from the limit on, and no longer when messages come slower', () => {
  let nowMs = 5;
  const rate = new ArrivalRate(() => nowMs);
  const come = (perSecond: number) => {
    for (let i = 0; i < 4; i++) {
      nowMs += (BATCH / perSecond) * 1_000;
      rate.add(BATCH);
    }
    return rate.isHigh;
  };
  expect(rate.isHigh).toBe(false);
  expect(come(UDP_GATHER_FROM_PER_SECOND * 0.99)).toBe(false);
  expect(come(UDP_GATHER_FROM_PER_SECOND * 1.01)).toBe(true);
  expect(come(UDP_GATHER_FROM_PER_SECOND * 10)).toBe(true);
  expect(come(1_000)).toBe(false);
});

it('is not high for a burst after a long silence', () => {
  let nowMs = 0;
  const rate = new ArrivalRate(() => nowMs);
  nowMs = 60_000;
  for (let i = 0; i < 4; i++) rate.add(BATCH);
  expect(rate.isHigh).toBe(false);
});
