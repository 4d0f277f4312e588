import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { A, B, feedWorld as world } from '../../tools/feed-world.ts';
import { loadPush } from '../../tools/load-push.ts';

type World = Awaited<ReturnType<typeof world>>;

/** Nodes on one store, whose endpoints follow connections. */
async function nodes(count: number) {
  const store = new MemoryStore();
  const options = { store, endpoint: { balance: 'least_connections' } } as const;
  const list: World[] = [];
  for (let i = 0; i < count; i++) list.push(await world(0, options));
  return { store, list, stop: () => list.forEach(({ feed }) => void feed.stop()) };
}

const loadOf = ({ feed }: World, check: string) => feed.measuresOf(check).load;
const factorOf = ({ feed, registry }: World, slot: number) => feed.correctionOf(registry.specOf(slot)!.key)!.factor;

describe('loads pushed to one node', () => {
  it('move the weights of all nodes', async () => {
    const { list, stop } = await nodes(2);
    const taken = await list[0]!.feed.loads.push([loadPush('10.0.0.1', 90), loadPush('10.0.0.2', 30)]);
    expect(taken).toEqual({ checks: 2, shared: true, trouble: null });
    for (const node of list) {
      await node.pass(4);
      expect(loadOf(node, A)).toMatchObject({ source: 'push', report: { current: 90 }, ageMs: 4_000 });
      expect([factorOf(node, 0) < 1, factorOf(node, 1) > 1]).toEqual([true, true]);
    }
    stop();
  });

  it('age on each node by its own clock: used, frozen, then forgotten by weights within five minutes', async () => {
    const { list, stop } = await nodes(1);
    const [node] = list as [World];
    await node.feed.loads.push([loadPush('10.0.0.1', 90), loadPush('10.0.0.2', 30)]);
    await node.pass(10);
    expect(loadOf(node, A).standing).toBe('used');
    await node.pass(2);
    const before = factorOf(node, 0);
    await node.pass(46);
    expect([loadOf(node, A).standing, factorOf(node, 0)]).toEqual(['frozen', before]);
    await node.pass(320);
    expect([loadOf(node, A).standing, factorOf(node, 0)]).toEqual(['stale', 1]);
    stop();
  });

  it('are used by the node that was asked while the store is lost, and by nobody else', async () => {
    const { store, list, stop } = await nodes(2);
    store.setConnected(false);
    const taken = await list[0]!.feed.loads.push([loadPush('10.0.0.1', 90)]);
    expect(taken).toMatchObject({ checks: 1, shared: false, trouble: expect.stringContaining('lost') });
    expect(list.map((node) => loadOf(node, A).report?.current ?? null)).toEqual([90, null]);
    stop();
  });

  it('that are refused change nothing anywhere', async () => {
    const { list, stop } = await nodes(2);
    const bad = [loadPush('10.0.0.1', 90), loadPush('192.0.2.1', 90)];
    expect(await list[0]!.feed.loads.push(bad)).toMatchObject({ index: 1 });
    expect(list.map((node) => loadOf(node, A).report)).toEqual([null, null]);
    stop();
  });

  it('are forgotten with their checks', async () => {
    const { list, stop } = await nodes(1);
    const [{ feed, registry }] = list as [World];
    await feed.loads.push([loadPush('10.0.0.1', 90), loadPush('10.0.0.2', 30)]);
    registry.keepOnly(new Set([registry.specOf(1)!.key]));
    feed.zonesChanged();
    expect([loadOf(list[0]!, A).report, loadOf(list[0]!, B).report?.current]).toEqual([null, 30]);
    stop();
  });
});

it('agents’ reports and pushes yield to whichever is newer', async () => {
  const node = await world(1);
  const [agent] = node.agents;
  agent!.isAlive = false;
  const say = async (current: number, ageMs: number) => {
    const message = agent!.message({ [A]: 'up' });
    const { load } = loadPush('', current, null, { ageMs });
    await node.store.publishSnapshot({ ...message, reports: message.reports.map((each) => ({ ...each, load })) });
    // Snapshots are read every half minute.
    await node.pass(31);
  };
  await say(1, 0);
  expect(loadOf(node, A)).toMatchObject({ source: 'agent', report: { current: 1 } });
  await node.feed.loads.push([loadPush('10.0.0.1', 2)]);
  expect(loadOf(node, A)).toMatchObject({ source: 'push', report: { current: 2 } });
  await say(3, 3_600_000);
  expect(loadOf(node, A)).toMatchObject({ source: 'push', report: { current: 2 } });
  await say(4, 0);
  expect(loadOf(node, A)).toMatchObject({ source: 'agent', report: { current: 4 } });
  node.feed.stop();
});
