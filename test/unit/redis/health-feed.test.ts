import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEligibleWord } from '../../../src/health/health-table.ts';
import { parseAgentChanges } from '../../../src/health/report.ts';
import { decodeFeedState, encodeFeedState, type FeedState } from '../../../src/redis/feed-state.ts';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import type { ChangesBatch } from '../../../src/redis/state-store.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { A, B, feedWorld as world } from '../../tools/feed-world.ts';

const NOTHING = { epoch: 3, agents: [], up: [], down: [], waiting: [], flaps: [], shifts: { version: 0, held: [] } };

/** A store from whose stream messages are trimmed before they are read. */
class LossyStore extends MemoryStore {
  losesChanges = false;

  override subscribe(listener: (batch: ChangesBatch) => void): () => void {
    return super.subscribe((batch) => {
      if (!this.losesChanges) listener(batch);
    });
  }
}

describe('agreement', () => {
  it('begins in HOLD with everything served, and is NORMAL once the agents are heard', async () => {
    const { feed, pass, eligible, ofKind } = await world(3);
    expect(feed.status()).toMatchObject({ mode: 'HOLD', modeReason: 'starting', checksUnknown: 2 });
    expect(eligible()).toEqual([true, true]);
    await pass(3);
    expect(feed.status()).toMatchObject({ mode: 'NORMAL', checksUp: 2, regionsFresh: 3, regionsKnown: 3 });
    expect(ofKind('mode')).toEqual([{ event: 'mode', mode: 'NORMAL', previous: 'HOLD', reason: null }]);
    feed.stop();
  });

  it('lets the first agents heard after a boot not decide alone', async () => {
    const { feed, store, agents, pass, eligible, ofKind, settle } = await world(3);
    for (const agent of agents) agent.isAlive = false;
    await pass(5);
    await store.publishSnapshot(agents[0]!.message({ [A]: 'down', [B]: 'down' }));
    await settle();
    expect(feed.status()).toMatchObject({ mode: 'HOLD', regionsKnown: 1, regionsFresh: 1 });
    expect(feed.votesOf(A).regions).toMatchObject([{ region: 'r0', vote: 'down' }]);
    for (const agent of agents.slice(1)) agent.isAlive = true;
    await pass(5);
    expect(feed.status()).toMatchObject({ mode: 'NORMAL', checksUp: 2 });
    expect(eligible()).toEqual([true, true]);
    expect(ofKind('verdict').filter(({ verdict }) => verdict === 'down')).toEqual([]);
    feed.stop();
  });

  it('takes an endpoint out at the very message that makes a majority, and back in the same way', async () => {
    const { feed, agents, pass, say, eligible, ofKind } = await world(3);
    await pass(4);
    await say(agents[0]!, { [A]: 'down' });
    expect(eligible()).toEqual([true, true]);
    await say(agents[1]!, { [A]: 'down' });
    expect(eligible()).toEqual([false, true]);
    expect(ofKind('verdict').at(-1)).toEqual({
      event: 'verdict',
      check: A,
      verdict: 'down',
      previous: 'up',
      regions: { r0: 'down', r1: 'down', r2: 'up' },
      reason: 'down!',
    });
    await say(agents[1]!, { [A]: 'up' });
    expect(eligible()).toEqual([true, true]);
    feed.stop();
  });

  it('is not moved by one liar of five, whatever it says and however long', async () => {
    const { feed, agents, pass, eligible, ofKind } = await world(5);
    await pass(4);
    const before = ofKind('verdict').length;
    for (let i = 0; i < 30; i++) {
      agents[4]!.states = { [A]: i % 2 === 0 ? 'down' : 'up', [B]: 'down' };
      agents[4]!.seq = Math.ceil(agents[4]!.seq / 10) * 10;
      await pass(1);
      expect(eligible()).toEqual([true, true]);
    }
    expect(ofKind('verdict')).toHaveLength(before);
    expect(feed.status().mode).toBe('NORMAL');
    feed.stop();
  });

  it('shows every voice behind a verdict', async () => {
    const { feed, agents, pass, say } = await world(2);
    await pass(3);
    await say(agents[1]!, { [A]: 'down' });
    const votes = feed.votesOf(A);
    expect(votes.verdict).toBe('up');
    expect(votes.regions.map(({ region, vote }) => [region, vote])).toEqual([
      ['r0', 'up'],
      ['r1', 'down'],
    ]);
    expect(votes.regions[1]?.agents[0]).toMatchObject({ agent: 'a1', state: 'down', reason: 'down!', fresh: true });
    expect(feed.votesOf('check:nobody')).toEqual({
      verdict: 'unknown',
      regions: expect.arrayContaining([expect.objectContaining({ vote: 'unknown' })]),
    });
    feed.stop();
  });
});

describe('absence', () => {
  it('of one agent changes nothing: no verdict, no mode', async () => {
    const { feed, agents, pass, eligible, ofKind } = await world(3);
    await pass(4);
    const before = ofKind('verdict').length;
    agents[0]!.isAlive = false;
    await pass(700);
    expect(eligible()).toEqual([true, true]);
    expect(ofKind('verdict')).toHaveLength(before);
    expect(ofKind('mode')).toHaveLength(1);
    expect(feed.status()).toMatchObject({ mode: 'NORMAL', regionsFresh: 2 });
    expect(feed.status().agents.map(({ fresh }) => fresh)).toEqual([false, true, true]);
    feed.stop();
  });

  it('of an agent that last said down makes nothing up or down by itself', async () => {
    const { feed, agents, pass, say, eligible } = await world(3);
    await pass(4);
    for (const agent of agents) await say(agent, { [A]: 'down' });
    for (const agent of agents) agent.isAlive = false;
    await pass(60);
    expect(eligible()).toEqual([false, true]);
    feed.stop();
  });

  it('of those who said down lets the others bring the endpoint up', async () => {
    const { feed, agents, pass, say, eligible } = await world(5);
    await pass(4);
    for (const agent of agents.slice(0, 3)) await say(agent, { [A]: 'down' });
    expect(eligible()).toEqual([false, true]);
    agents[0]!.isAlive = false;
    agents[1]!.isAlive = false;
    await pass(17);
    expect(eligible()).toEqual([true, true]);
    feed.stop();
  });

  it('of all agents is HOLD with every verdict frozen', async () => {
    const { feed, agents, pass, say, eligible } = await world(3);
    await pass(4);
    for (const agent of agents) await say(agent, { [B]: 'down' });
    for (const agent of agents) agent.isAlive = false;
    await pass(17);
    expect(feed.status()).toMatchObject({ mode: 'HOLD', modeReason: 'agents-gone', checksUp: 1, checksDown: 1 });
    await pass(2000);
    expect(eligible()).toEqual([true, false]);
    for (const agent of agents) agent.isAlive = true;
    await pass(4);
    expect(feed.status().mode).toBe('NORMAL');
    feed.stop();
  });

  it('of a majority lets the rest bring up, not take down, until ten minutes have passed', async () => {
    const { feed, agents, pass, say, eligible } = await world(3);
    await pass(4);
    for (const agent of agents) await say(agent, { [B]: 'down' });
    agents[0]!.isAlive = false;
    agents[1]!.isAlive = false;
    await pass(20);
    expect(feed.status()).toMatchObject({ mode: 'HOLD', modeReason: 'minority' });
    await say(agents[2]!, { [A]: 'down', [B]: 'up' });
    expect(eligible()).toEqual([true, true]);
    await pass(600);
    expect(feed.status().mode).toBe('NORMAL');
    expect(eligible()).toEqual([false, true]);
    feed.stop();
  });

  it('of one region of two leaves the other able to act: its own loss may be what it tells of', async () => {
    const { feed, agents, pass, say, eligible } = await world(2);
    await pass(4);
    agents[0]!.isAlive = false;
    await pass(20);
    await say(agents[1]!, { [A]: 'down' });
    expect(eligible()).toEqual([false, true]);
    feed.stop();
  });

  it('of votes on a new check lets the first regions that load it not decide alone', async () => {
    const { feed, registry, agents, pass, say } = await world(5);
    await pass(4);
    const late = endpointSpec('10.0.0.3');
    const [slot] = registry.claim([late]);
    feed.zonesChanged();
    for (const [i, agent] of agents.entries()) {
      await say(agent, { [late.check.id]: 'down' });
      expect(isEligibleWord(registry.table[slot!]!)).toBe(i < 2);
    }
    feed.stop();
  });
});

describe('the store', () => {
  it('lost is HOLD at once, frozen; back with its content it is NORMAL without a change', async () => {
    const { feed, store, agents, pass, say, eligible, ofKind } = await world(3);
    await pass(4);
    for (const agent of agents) await say(agent, { [A]: 'down' });
    const before = ofKind('verdict').length;
    store.setConnected(false);
    expect(feed.status()).toMatchObject({ mode: 'HOLD', modeReason: 'store-lost', store: 'lost' });
    await pass(120);
    expect(eligible()).toEqual([false, true]);
    store.setConnected(true);
    await pass(4);
    expect(feed.status()).toMatchObject({ mode: 'NORMAL', store: 'connected' });
    expect(ofKind('verdict')).toHaveLength(before);
    feed.stop();
  });

  it('back and empty is HOLD until a quorum of regions has published, and never a false down', async () => {
    const { feed, store, agents, pass, eligible, ofKind } = await world(3);
    await pass(4);
    const before = ofKind('verdict').length;
    store.setConnected(false);
    await pass(1);
    store.clear();
    for (const agent of agents) agent.isAlive = false;
    store.setConnected(true);
    await pass(5);
    expect(feed.status()).toMatchObject({ mode: 'HOLD', modeReason: 'store-reset', regionsFresh: 0 });
    agents[0]!.isAlive = true;
    agents[0]!.states = { [A]: 'down', [B]: 'down' };
    agents[0]!.seq = 20;
    await pass(5);
    expect(feed.status()).toMatchObject({ mode: 'HOLD', regionsFresh: 1 });
    expect(eligible()).toEqual([true, true]);
    agents[1]!.isAlive = true;
    agents[2]!.isAlive = true;
    await pass(4);
    expect(feed.status().mode).toBe('NORMAL');
    expect(eligible()).toEqual([true, true]);
    expect(ofKind('verdict')).toHaveLength(before);
    feed.stop();
  });

  it('emptied under a standing connection loses nothing', async () => {
    const { feed, store, pass, eligible } = await world(3);
    await pass(15);
    store.clear();
    await pass(40);
    expect(feed.status()).toMatchObject({ mode: 'NORMAL', checksUp: 2, checksUnknown: 0 });
    expect(eligible()).toEqual([true, true]);
    feed.stop();
  });

  it('restored from an old copy brings no old word back', async () => {
    const { feed, store, agents, pass, eligible } = await world(3);
    await pass(4);
    const old = agents.map((agent) => ({ ...agent.message({ [A]: 'down', [B]: 'down' }), seq: 2 }));
    await pass(20);
    store.setConnected(false);
    store.clear();
    store.setConnected(true);
    for (const snapshot of old) await store.publishSnapshot(snapshot);
    for (const agent of agents) agent.isAlive = false;
    await pass(10);
    expect(eligible()).toEqual([true, true]);
    expect(feed.status()).toMatchObject({ regionsFresh: 0, mode: 'HOLD' });
    feed.stop();
  });

  it('is read again when an agent’s number shows that changes were lost', async () => {
    const store = new LossyStore();
    const { feed, agents, pass, eligible, settle } = await world(2, { store });
    await pass(12);
    const loseOne = async (check: string) => {
      for (const agent of agents) {
        agent.states[check] = 'down';
        store.losesChanges = true;
        await store.publishSnapshot(agent.message(agent.states));
        store.losesChanges = false;
        await store.publishChanges(agent.message({}));
      }
    };
    await loseOne(A);
    await pass(3);
    expect(eligible()).toEqual([false, true]);
    // The second agent's loss comes right after a reading: it waits for its turn, and needs no further word of anyone.
    for (const agent of agents) agent.isAlive = false;
    await loseOne(B);
    await settle();
    expect(eligible()).toEqual([false, true]);
    await pass(3);
    expect(eligible()).toEqual([false, false]);
    feed.stop();
  });
});

describe('a restart of the node', () => {
  it('beside a store in use knows what is down before the first second has passed', async () => {
    const first = await world(3);
    await first.pass(4);
    for (const agent of first.agents) await first.say(agent, { [A]: 'down' });
    await first.pass(40);
    const second = await world(0, { store: first.store });
    expect(second.eligible()).toEqual([false, true]);
    expect(second.feed.status()).toMatchObject({ mode: 'NORMAL', checksUp: 1, checksDown: 1 });
    first.feed.stop();
    second.feed.stop();
  });

  it('without the store answers as before', async () => {
    const first = await world(3);
    await first.pass(4);
    for (const agent of first.agents) await first.say(agent, { [A]: 'down' });
    const state = decodeFeedState(encodeFeedState(first.feed.exportState())) as FeedState;
    first.feed.stop();
    const store = new MemoryStore();
    store.setConnected(false);
    const second = await world(3, { state, store });
    await second.pass(60);
    expect(second.eligible()).toEqual([false, true]);
    expect(second.feed.status()).toMatchObject({ mode: 'HOLD', modeReason: 'store-lost', checksUp: 1, checksDown: 1 });
    second.feed.stop();
  });

  it('long after serves everything, since the past says nothing of now', async () => {
    const state = { ...NOTHING, savedMs: 1_790_000_000_000 - 3_600_000, down: [A] };
    const { feed, eligible } = await world(0, { state });
    expect(eligible()).toEqual([true, true]);
    feed.stop();
  });

  it('does not let one region of those known before decide alone', async () => {
    const header = { boot: 'boot0', seq: 9, intervalMs: 1000 };
    const agents = [0, 1, 2].map((i) => ({ ...header, agent: `old${i}`, region: `r${i}` }));
    const state = { ...NOTHING, savedMs: 1_790_001_000_000, agents, up: [A] };
    const { feed, agents: living, pass, eligible } = await world(1, { state });
    living[0]!.states = { [A]: 'down', [B]: 'down' };
    await pass(20);
    expect(eligible()).toEqual([true, true]);
    expect(feed.status()).toMatchObject({ mode: 'HOLD', regionsKnown: 3, regionsFresh: 1 });
    feed.stop();
  });
});

describe('a reload of zones', () => {
  it('gives new endpoints of a known check its verdict at once, and forgets checks that are gone', async () => {
    const { feed, registry, agents, pass, say } = await world(3);
    await pass(4);
    for (const agent of agents) await say(agent, { [A]: 'down' });
    const twin = endpointSpec('10.0.0.1', { name: 'api.example.com.' });
    const [slot] = registry.claim([twin]);
    registry.keepOnly(new Set([twin.key]));
    feed.zonesChanged();
    expect(isEligibleWord(registry.table[slot!]!)).toBe(false);
    expect(feed.verdictOf(B)).toBe('unknown');
    expect(feed.status()).toMatchObject({ checksDown: 1, checksUp: 0, checksUnknown: 0 });
    feed.stop();
  });
});

describe('hostile records', () => {
  it('are counted, told once, and change nothing', async () => {
    const { feed, store, agents, pass, eligible, ofKind } = await world(3);
    await pass(4);
    const before = JSON.stringify({ ...feed.status(), refused: 0 });
    const replay = { ...agents[0]!.message({ [A]: 'down' }), region: 'elsewhere' };
    agents[0]!.seq--;
    for (let i = 0; i < 10; i++) await store.publishChanges(replay);
    expect(eligible()).toEqual([true, true]);
    expect(JSON.stringify({ ...feed.status(), refused: 0 })).toBe(before);
    expect(feed.status().refused).toBe(10);
    expect(ofKind('refused')).toHaveLength(1);
    feed.stop();
  });

  it('from one stranger, whatever well-formed thing they say, take nothing out', async () => {
    const { feed, store, pass, eligible } = await world(3);
    await pass(4);
    const state = fc.constantFrom('up', 'down', 'unknown');
    const name = fc.constantFrom('a9', 'zz', '__proto__', 'constructor');
    const row = fc.tuple(fc.constantFrom(A, B, '__proto__', 'x'), state, fc.string({ maxLength: 5 }), fc.nat());
    const hostile = fc.record({
      boot: name,
      seq: fc.integer({ min: 1 }),
      rows: fc.uniqueArray(row, { selector: ([id]) => id }),
    });
    await fc.assert(
      fc.asyncProperty(hostile, async ({ boot, seq, rows }) => {
        const reports = rows.map(([id, said, reason, version]) => [id, said, reason, 1, 1, 1, version, 0]);
        const header = { v: 1, kind: 'changes', agent: 'stranger', region: 'nowhere', boot, seq, intervalMs: 1 };
        const changes = parseAgentChanges(JSON.stringify({ ...header, reports }));
        if (!('fault' in changes)) await store.publishChanges(changes);
        expect(eligible()).toEqual([true, true]);
      }),
      { numRuns: 500 },
    );
    feed.stop();
  });
});
