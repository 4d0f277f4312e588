import { expect, it } from 'vitest';
import { Voice } from '../../../src/health/voice.ts';
import { VoteCounter, type Voter } from '../../../src/health/vote-count.ts';

/** Voters in the columns of their index; a region each unless said otherwise. */
const voters = (regions: readonly number[], stale: readonly number[] = []): Voter[] =>
  regions.map((regionIndex, column) => ({ column, regionIndex, fresh: !stale.includes(column) }));
const bitOf = (region: number) => 1 << region;

it('is by region and by agent, those in doubt both ways', () => {
  const row = Uint8Array.of(Voice.UP, Voice.FAILING, Voice.DOWN, Voice.RECOVERING, Voice.UNKNOWN);
  expect(new VoteCounter().count(row, voters([0, 1, 2, 3, 4]), 5, bitOf)).toEqual({
    ups: 2,
    downs: 2,
    downRegions: 0b1100,
    doubtingUps: 1,
    doubtingDowns: 3,
    agents: 4,
    failing: 2,
    confirmed: 1,
  });
});

it('is of fresh agents that have said something, and of nothing that was counted before', () => {
  const counter = new VoteCounter();
  const row = Uint8Array.of(Voice.DOWN, Voice.DOWN, Voice.UP);
  expect(counter.count(row, voters([0, 1, 2]), 3, bitOf)).toMatchObject({ ups: 1, downs: 2, agents: 3 });
  expect(counter.count(row, voters([0, 1, 2, 3], [0, 2]), 4, bitOf)).toMatchObject({ ups: 0, downs: 1, agents: 1 });
});

it('lets a region abstain that is divided', () => {
  const row = Uint8Array.of(Voice.DOWN, Voice.UP, Voice.DOWN, Voice.DOWN, Voice.UP);
  const count = new VoteCounter().count(row, voters([0, 0, 1, 1, 1]), 2, bitOf);
  expect(count).toMatchObject({ ups: 0, downs: 1, downRegions: 0b10, agents: 5 });
});
