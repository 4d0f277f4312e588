import { describe, expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import { HealthFeed } from '../../../src/redis/health-feed.ts';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { FakeAgent } from '../../tools/feed-world.ts';

describe('the cost', () => {
  it('of 10,000 checks of 20 agents is small: a quiet second, a change, a change of everything', async () => {
    const registry = new EndpointRegistry(createHealthTable(10_000));
    const specs = Array.from({ length: 10_000 }, (_, i) => endpointSpec(`10.1.${i >> 8}.${i & 255}`));
    registry.claim(specs);
    let now = 0;
    const clock = { monotonicMs: () => now, wallMs: () => now };
    const store = new MemoryStore();
    const feed = new HealthFeed({ store, registry, clock, log: () => {} });
    feed.start();
    const all = (state: CheckState) => Object.fromEntries(specs.map((spec) => [spec.check.id, state]));
    const agents = Array.from({ length: 20 }, (_, i) => new FakeAgent(`a${i}`, `r${i % 5}`));
    const up = all('up');
    for (const agent of agents) await store.publishSnapshot(agent.message(up));
    for (now = 0; now < 6000; now += 1000) {
      feed.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(feed.status()).toMatchObject({ mode: 'NORMAL', checksUp: 10_000 });
    const timeOf = async (work: () => unknown) => {
      const before = performance.now();
      await work();
      return performance.now() - before;
    };
    const quiet = await timeOf(() => feed.tick());
    await store.publishChanges(agents[1]!.message({ [specs[1]!.check.id]: 'down' }));
    const one = await timeOf(() => store.publishChanges(agents[0]!.message({ [specs[0]!.check.id]: 'down' })));
    const down = agents.map((agent) => agent.message(all('down')));
    const everything = await timeOf(async () => {
      for (const message of down) await store.publishChanges(message);
    });
    expect(feed.status().checksDown).toBe(10_000);
    const back = agents.map((agent) => agent.message(up));
    const recovered = await timeOf(async () => {
      for (const message of back) await store.publishChanges(message);
    });
    expect(feed.status().checksUp).toBe(10_000);
    // What a node of five regions with an agent each has to take in until all are down: the word of three.
    const few = agents.slice(0, 5).map((agent) => agent.message(all('down')));
    const five = await timeOf(async () => {
      for (const message of few) await store.publishChanges(message);
    });
    console.log(
      `feed, 10,000 checks x 20 agents: quiet ${quiet.toFixed(2)} ms, one ${one.toFixed(2)} ms, all down ${everything.toFixed(0)} ms, all up ${recovered.toFixed(0)} ms; ` +
        `changes of all by 5 agents ${five.toFixed(0)} ms`,
    );
    // Measured 0.02, 0.1 and 200 ms; the bounds only tell a cost of another order from a busy machine.
    expect(quiet).toBeLessThan(500);
    expect(one).toBeLessThan(500);
    expect(everything).toBeLessThan(15_000);
    feed.stop();
  });
});
