import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable, isEligibleWord } from '../../../src/health/health-table.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import type { AgentSnapshot } from '../../../src/health/report.ts';
import type { FeedEvent } from '../../../src/redis/feed-event.ts';
import { HealthFeed } from '../../../src/redis/health-feed.ts';
import { RedisStore } from '../../../src/redis/redis-store.ts';
import { systemClock } from '../../../src/redis/system-clock.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { accessTo, hasRedisServer, type RedisServer, startRedis } from '../../tools/redis-server.ts';
import { until } from '../../tools/until.ts';

const A = 'check:10.0.0.1';
const B = 'check:10.0.0.2';

/** An agent as `meridian probe` will be one: a snapshot at first and when Redis is back, a beat every 200 ms. */
class BeatingAgent {
  readonly states: Record<string, CheckState> = { [A]: 'up', [B]: 'up' };
  readonly store: RedisStore;
  readonly #name: string;
  readonly #timer: NodeJS.Timeout;
  #seq = 0;
  #wasConnected = false;

  constructor(url: string, name: string) {
    this.#name = name;
    this.store = new RedisStore({ access: accessTo(url), cluster: 'test', clientName: name });
    this.#timer = setInterval(() => this.#beat(), 200);
  }

  message(states: Record<string, CheckState>): AgentSnapshot {
    const seq = ++this.#seq;
    const reports = Object.entries(states).map(([id, state]) => {
      return {
        id,
        state,
        reason: '',
        connectMs: 1,
        connectDevMs: 1,
        serverMs: 1,
        seq,
        heldMs: 0,
        failing: state === 'down' ? 2 : 0,
      };
    });
    return { agent: this.#name, region: `r-${this.#name}`, boot: 'b1', seq, intervalMs: 200, reports };
  }

  async say(states: Record<string, CheckState>): Promise<void> {
    Object.assign(this.states, states);
    await this.store.publishChanges(this.message(states)).catch(() => {});
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.store.close();
  }

  #beat(): void {
    const isConnected = this.store.state === 'connected';
    const isWhole = isConnected && !this.#wasConnected;
    this.#wasConnected = isConnected;
    const message = this.message(isWhole ? this.states : {});
    (isWhole ? this.store.publishSnapshot(message) : this.store.publishChanges(message)).catch(() => {
      this.#wasConnected = false;
    });
  }
}

describe.skipIf(!hasRedisServer())('the feed on a real Redis', () => {
  let redis: RedisServer;
  let store: RedisStore;
  let feed: HealthFeed;
  let agents: BeatingAgent[];
  let events: FeedEvent[];
  let eligible: () => boolean[];

  beforeEach(async () => {
    redis = await startRedis();
    const registry = new EndpointRegistry(createHealthTable(4));
    registry.claim([endpointSpec('10.0.0.1'), endpointSpec('10.0.0.2')]);
    eligible = () => [0, 1].map((slot) => isEligibleWord(registry.table[slot]!));
    store = new RedisStore({ access: redis.access, cluster: 'test', clientName: 'dns1' });
    events = [];
    const facts = () => ({ node: 'dns1', boot: 'b', version: '0', listen: [], zones: 1 });
    feed = new HealthFeed({ store, registry, clock: systemClock, log: (event) => events.push(event), facts });
    feed.start();
    agents = ['a1', 'a2', 'a3'].map((name) => new BeatingAgent(redis.url, name));
    await until('NORMAL with all known', () => feed.status().mode === 'NORMAL' && feed.status().checksUp === 2);
  });
  afterEach(async () => {
    feed.stop();
    await Promise.all([store.close(), ...agents.map((agent) => agent.end())]);
    await redis.stop();
  });
  const downs = () => events.filter((event) => event.event === 'verdict' && event.verdict === 'down').length;

  it('follows two regions of three at once, and lists itself', async () => {
    await agents[0]!.say({ [A]: 'down' });
    await agents[1]!.say({ [A]: 'down' });
    const ms = await until('down', () => !eligible()[0]);
    expect(ms).toBeLessThan(5_000);
    for (const agent of agents) await agent.say({ [A]: 'up' });
    await until('up', () => eligible()[0] === true);
    const { nodes } = await store.readNodes();
    expect(nodes.map(({ node }) => node)).toEqual(['dns1']);
  });

  it('killed and back empty: HOLD with all states kept, then NORMAL without a false down', async () => {
    for (const agent of agents) await agent.say({ [B]: 'down' });
    await until('B down', () => !eligible()[1]);
    const before = downs();
    await redis.kill();
    const held = await until('HOLD', () => feed.status().mode === 'HOLD');
    expect(feed.status()).toMatchObject({ modeReason: 'store-lost', store: 'lost', checksUp: 1, checksDown: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(eligible()).toEqual([true, false]);
    await redis.restart({ empty: true });
    const back = await until('NORMAL', () => feed.status().mode === 'NORMAL', 12_000);
    console.log(
      `feed: HOLD ${held.toFixed(0)} ms after kill -9, NORMAL ${back.toFixed(0)} ms after an empty Redis came back`,
    );
    expect(eligible()).toEqual([true, false]);
    expect(downs()).toBe(before);
    for (const agent of agents) await agent.say({ [B]: 'up', [A]: 'down' });
    await until('the new truth', () => !eligible()[0] && eligible()[1] === true);
  });

  it('restored from an old copy: HOLD, no old word comes back, NORMAL without a false down', async () => {
    for (const agent of agents) await agent.say({ [B]: 'down' });
    await until('B down', () => !eligible()[1]);
    await redis.save();
    for (const agent of agents) await agent.say({ [B]: 'up' });
    await until('B up', () => eligible()[1] === true);
    await store.publishSnapshot({ agent: 'a9', region: 'r9', boot: 'b', seq: 1, intervalMs: 200, reports: [] });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = downs();
    await redis.restart({ empty: false });
    await until('HOLD', () => feed.status().mode === 'HOLD');
    await until('NORMAL', () => feed.status().mode === 'NORMAL', 12_000);
    expect(eligible()).toEqual([true, true]);
    expect(downs()).toBe(before);
  });

  it('hanging for a while: HOLD, states kept, NORMAL again', async () => {
    redis.freeze();
    try {
      await until('HOLD', () => feed.status().mode === 'HOLD', 6000);
      expect(eligible()).toEqual([true, true]);
    } finally {
      redis.thaw();
    }
    await until('NORMAL', () => feed.status().mode === 'NORMAL', 8000);
    expect(downs()).toBe(0);
  });
});
