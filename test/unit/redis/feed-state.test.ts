import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFeedState, encodeFeedState, type FeedState } from '../../../src/redis/feed-state.ts';
import { shift } from '../../tools/override.ts';

const state: FeedState = {
  savedMs: 1_790_000_000_000,
  epoch: 42,
  agents: [{ agent: 'a1', region: 'eu-west', boot: 'b1', seq: 9, intervalMs: 5000 }],
  up: ['check 1', '__proto__'],
  down: ['check 2'],
  shifts: {
    version: 3,
    held: [{ override: shift('one'), leftMs: 5_000 }],
  },
  waiting: [{ key: 'zone|name|A|pool|192.0.2.1', sinceMs: 5 }],
  flaps: [{ check: 'check 2', penalty: 2_500, heldMs: 521_000 }],
};
const text = (fields: object) => JSON.stringify({ v: 1, ...state, ...fields });

describe('the state of the feed', () => {
  it('reads back as it was written', () => {
    expect(decodeFeedState(encodeFeedState(state))).toEqual(state);
  });

  it.each<[string, string]>([
    ['an empty file', ''],
    ['half a file', encodeFeedState(state).slice(0, -10)],
    ['null', 'null'],
    ['another version', text({ v: 2 })],
    ['a time in words', text({ savedMs: 'now' })],
    ['an epoch below 0', text({ epoch: -1 })],
    ['checks that are no list', text({ up: {} })],
    ['checks that are no texts', text({ down: [1] })],
    ['waiting that is no list', text({ waiting: {} })],
    ['flaps that are no list', text({ flaps: {} })],
    ['a flap without a penalty', text({ flaps: [{ check: 'x', heldMs: 0 }] })],
    ['a flap of nothing', text({ flaps: [null] })],
    ['a flap for ever', text({ flaps: [{ check: 'x', penalty: 1, heldMs: 1e300 }] })],
    ['waiting without a time', text({ waiting: [{ key: 'x' }] })],
    ['waiting without a key', text({ waiting: [{ sinceMs: 1 }, null] })],
    ['agents that are no list', text({ agents: {} })],
    ['an agent that is null', text({ agents: [null] })],
    ['an agent without a region', text({ agents: [{ ...state.agents[0], region: undefined }] })],
    ['300 agents', text({ agents: Array.from({ length: 300 }, () => state.agents[0]) })],
  ])('is refused whole from %s', (_, hostile) => {
    expect(decodeFeedState(hostile)).toHaveProperty('fault');
  });

  it('never throws, whatever the file holds', () => {
    const mutated = fc
      .tuple(fc.constantFrom(...Object.keys(state)), fc.jsonValue())
      .map(([key, value]) => text({ [key]: value }));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), mutated), (hostile) => void decodeFeedState(hostile)));
  });
});
