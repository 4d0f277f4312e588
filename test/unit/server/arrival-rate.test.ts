import { expect, it } from 'vitest';
import { UDP_GATHER_FROM_PER_SECOND, UDP_GATHER_LOOK_MS } from '../../../src/base/limits.ts';
import { ArrivalRate } from '../../../src/server/arrival-rate.ts';

const BATCH = 64;

it('is high from the limit on, and no longer when messages come slower', () => {
  let nowMs = 5;
  const rate = new ArrivalRate(() => nowMs);
  const come = (perSecond: number) => {
    // For two looks, and the batches after which the clock is read.
    for (const end = nowMs + 2 * UDP_GATHER_LOOK_MS + (4 * BATCH * 2_000) / perSecond; nowMs < end; ) {
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

it('is not high for the burst that a stall of the machine leaves behind', () => {
  let nowMs = 0;
  const rate = new ArrivalRate(() => nowMs);
  const perMs = UDP_GATHER_FROM_PER_SECOND / 2_000;
  for (let stall = 0; stall < 50; stall++) {
    // Nothing for 8 ms, then all of it within 1 ms.
    nowMs += 8;
    for (let i = 0; i < 9; i++) {
      rate.add(perMs);
      nowMs += 1 / 9;
      expect(rate.isHigh).toBe(false);
    }
  }
});
