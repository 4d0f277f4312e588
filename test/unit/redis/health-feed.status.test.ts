import { describe, expect, it } from 'vitest';
import { A, feedWorld as world } from '../../tools/feed-world.ts';

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
