import { describe, expect, it } from 'vitest';
import { feedFacts, feedStatus } from '../../../src/redis/feed-status.ts';
import { A, feedWorld as world } from '../../tools/feed-world.ts';

const AGENT = { agent: 'a0', region: 'r0', boot: 'b', seq: 7, silentMs: 20, checks: 3, fresh: true, lagMs: 1 };
const PARTS = {
  store: { state: 'lost', trouble: 'refused' },
  mode: {
    state: { mode: 'HOLD', reason: 'store unreachable', sinceMs: 4_000 },
    regions: { known: 3, fresh: 1 },
  },
  judge: {
    checks: new Set([
      { id: 'one', verdict: 'up' },
      { id: 'two', verdict: 'down' },
      { id: 'three', verdict: 'down' },
      { id: 'four', verdict: 'unknown' },
    ]),
  },
  ledger: { standings: (nowMs: number) => [{ ...AGENT, silentMs: nowMs }] },
  refusals: { total: 5 },
} as unknown as Parameters<typeof feedStatus>[0];
const COUNTS = { checksUp: 1, checksDown: 2, checksUnknown: 1, regionsFresh: 1, regionsKnown: 3 };
const MODE = { mode: 'HOLD', modeReason: 'store unreachable', modeHeldMs: 2_500 };

describe('the status of a feed', () => {
  it('tells mode, store, counts and agents as of the moment asked for', () => {
    expect(feedStatus(PARTS, 6_500)).toEqual({
      ...MODE,
      ...COUNTS,
      store: 'lost',
      trouble: 'refused',
      refused: 5,
      agents: [{ ...AGENT, silentMs: 6_500 }],
    });
  });

  it('publishes what other nodes can use of it, and the names of what is not up', () => {
    expect(feedFacts(PARTS, 6_500)).toEqual({
      ...MODE,
      ...COUNTS,
      downChecks: ['two', 'three'],
      unknownChecks: ['four'],
    });
  });
});

describe("a node's status in the store", () => {
  it('has its mode within a second of every change of mode', async () => {
    const { feed, store, pass } = await world(3);
    await pass(4);
    expect((await store.readNodes()).nodes).toMatchObject([{ mode: feed.status().mode }]);
    feed.stop();
  });

  it('names what is down, within a second of every change', async () => {
    const { feed, store, agents, pass, say } = await world(3);
    await pass(4);
    for (const agent of agents) await say(agent, { [A]: 'down' });
    await pass(2);
    expect((await store.readNodes()).nodes).toMatchObject([{ checksDown: 1, downChecks: [A], unknownChecks: [] }]);
    feed.stop();
  });
});
