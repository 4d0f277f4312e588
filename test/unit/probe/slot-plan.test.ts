import { describe, expect, it } from 'vitest';
import { hashText, nextSlot, SlotPlan, shortShift } from '../../../src/probe/slot-plan.ts';

const NAMES = ['eu-1', 'us-1', 'ap-1', 'af-1'];

describe('the slots of a check', () => {
  it('are spread evenly over the interval among all agents that know each other', () => {
    for (const check of ['http://a', 'http://b', 'tcp://c']) {
      const phases = NAMES.map((name) => {
        const plan = new SlotPlan(name, 0);
        plan.setPeers(NAMES.filter((other) => other !== name));
        return plan.phaseOf(hashText(check));
      }).sort();
      const gaps = phases.map((phase, i) => ((phases[i + 1] ?? phases[0]! + 1) - phase).toFixed(6));
      expect(gaps).toEqual(Array(NAMES.length).fill('0.250000'));
    }
  });

  it('stand anywhere for an agent that knows no other', () => {
    const plan = new SlotPlan('eu-1', 0);
    const phases = Array.from({ length: 1_000 }, (_, i) => plan.phaseOf(hashText(`check ${i}`)));
    for (let part = 0; part < 10; part++)
      expect(phases.filter((phase) => Math.floor(phase * 10) === part).length).toBeGreaterThan(50);
  });

  it('are counted by the clock that all share, and follow it when it has moved by more than the way to the store', () => {
    const plan = new SlotPlan('eu-1', 1_000_000);
    expect(plan.slotBefore(0.25, 4_000, 5_000)).toBe(5_000);
    expect(plan.slotBefore(0.5, 4_000, 5_000)).toBe(2_000);
    expect(plan.follow(1_005_100, 5_000)).toBe(0);
    expect(plan.follow(1_006_000, 5_000)).toBe(1_000);
    expect(plan.follow(1_006_000, 5_000)).toBe(0);
    expect(plan.slotBefore(0.25, 4_000, 5_000)).toBe(4_000);
    // A clock before 1970 is a clock all the same.
    expect(new SlotPlan('eu-1', -1_000_000).slotBefore(0.25, 4_000, 5_000)).toBe(5_000);
  });

  it('move the short way round, and come half an interval after a run at the earliest', () => {
    expect([0.2, 0.7, -0.7, 1.1].map((share) => shortShift(share).toFixed(1))).toEqual(['0.2', '-0.3', '0.3', '0.1']);
    expect(nextSlot(1_000, 1_000, 1_000)).toBe(2_000);
    expect(nextSlot(1_000, 1_000, 1_499)).toBe(2_000);
    expect(nextSlot(1_000, 1_000, 1_501)).toBe(3_000);
    expect(nextSlot(1_000, 1_000, 9_200)).toBe(10_000);
  });
});

it('hashes a text alike on every machine', () => {
  expect(hashText('eu-west-1')).toBe(hashText('eu-west-1'));
  expect(new Set(Array.from({ length: 1_000 }, (_, i) => hashText(`x${i}`))).size).toBe(1_000);
});
