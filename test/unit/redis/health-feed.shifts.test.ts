import { describe, expect, it } from 'vitest';
import { factorOfWord, unpackHealth } from '../../../src/health/health-table.ts';
import { decodeFeedState, encodeFeedState, type FeedState } from '../../../src/redis/feed-state.ts';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { A, feedWorld as world } from '../../tools/feed-world.ts';
import { shift } from '../../tools/override.ts';

describe('the word of an operator', () => {
  it('is in the words of the endpoints it is for, until it ends, and weights grow back then', async () => {
    const { registry, store, pass, clock, ofKind } = await world(3);
    const factors = () => [0, 1].map((slot) => factorOfWord(registry.table[slot]!));
    await pass(4);
    await store.putOverride(shift('one', { scope: 'endpoint', target: '10.0.0.1', createdMs: clock.wallMs() }));
    await pass(3);
    expect(factors()).toEqual([0, 1024]);
    expect(unpackHealth(registry.table[0]!)).toMatchObject({ shifted: true, ttlSeconds: 1 });
    store.setConnected(false);
    await pass(3_600);
    expect(unpackHealth(registry.table[0]!).shifted).toBe(false);
    expect(factors()[0]).toBeLessThan(100);
    await pass(60);
    expect(factors()).toEqual([1024, 1024]);
    expect(ofKind('shift').map(({ change }) => change)).toEqual(['added', 'expired']);
  });

  it('stands from the first moment after a restart without the store', async () => {
    const first = await world(3);
    await first.store.putOverride(
      shift('one', { scope: 'name', target: 'example.com.', createdMs: first.clock.wallMs() }),
    );
    await first.pass(4);
    const state = decodeFeedState(encodeFeedState(first.feed.exportState())) as FeedState;
    const second = await world(3, { state });
    expect([0, 1].map((slot) => factorOfWord(second.registry.table[slot]!))).toEqual([0, 0]);
    expect(second.feed.exportState().shifts.held).toHaveLength(1);
  });

  it('lets an endpoint back in that is held back after flaps', async () => {
    const { agents, say, store, pass, eligible, clock } = await world(3);
    await pass(4);
    for (let i = 0; i < 3; i++) {
      for (const agent of agents) await say(agent, { [A]: 'down' });
      for (const agent of agents) await say(agent, { [A]: 'up' });
    }
    expect(eligible()).toEqual([false, true]);
    const resume = {
      scope: 'region',
      target: 'nowhere',
      isResume: true,
      factor: 1,
      createdMs: clock.wallMs(),
    } as const;
    await store.putOverride(shift('elsewhere', resume));
    await pass(3);
    expect(eligible()).toEqual([false, true]);
    await store.putOverride(shift('here', { ...resume, scope: 'name', target: 'www.example.com.' }));
    await pass(3);
    expect(eligible()).toEqual([true, true]);
  });

  it("compares an operator's moment with that of a down by the store's clock, whatever the node's own says", async () => {
    const endpoint = { recovery: { ramp: null, manualResume: true } };
    let sharedMs = 5_000_000;
    const store = Object.assign(new MemoryStore(), { clockMs: () => sharedMs });
    const { agents, pass, say, eligible } = await world(3, { endpoint, store });
    await pass(4);
    for (const agent of agents) await say(agent, { [A]: 'down' });
    for (const agent of agents) await say(agent, { [A]: 'up' });
    sharedMs += 1_000;
    const read = store.readOverrides.bind(store);
    store.readOverrides = async (known) => {
      const overrides = await read(known);
      return overrides === null ? null : { ...overrides, nowMs: sharedMs };
    };
    const resume = { scope: 'endpoint', target: '10.0.0.1', isResume: true, factor: 1 } as const;
    await store.putOverride(shift('now', { ...resume, createdMs: sharedMs }));
    await pass(3);
    expect(eligible()).toEqual([true, true]);
  });

  it('lets endpoints with manual_resume back in, over a restart too, and only those that waited then', async () => {
    const endpoint = { recovery: { ramp: null, manualResume: true } };
    const first = await world(3, { endpoint });
    await first.pass(4);
    for (const agent of first.agents) await first.say(agent, { [A]: 'down' });
    for (const agent of first.agents) await first.say(agent, { [A]: 'up' });
    expect(first.feed.verdictOf(A)).toBe('up');
    expect(first.eligible()).toEqual([false, true]);
    const state = decodeFeedState(encodeFeedState(first.feed.exportState())) as FeedState;
    const { store, pass, eligible, clock } = await world(3, { endpoint, state });
    await pass(4);
    expect(eligible()).toEqual([false, true]);
    const resume = { scope: 'endpoint', target: '10.0.0.1', isResume: true, factor: 1 } as const;
    await store.putOverride(shift('early', { ...resume, createdMs: state.waiting[0]!.sinceMs - 1 }));
    await pass(3);
    expect(eligible()).toEqual([false, true]);
    await store.putOverride(shift('late', { ...resume, createdMs: clock.wallMs() }));
    await pass(3);
    expect(eligible()).toEqual([true, true]);
  });
});
