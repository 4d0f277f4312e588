import { describe, expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable, isEligibleWord, unpackHealth } from '../../../src/health/health-table.ts';
import type { SelfSight } from '../../../src/health/node-mode.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import { HealthFeed } from '../../../src/redis/health-feed.ts';
import { MemoryStore } from '../../../src/redis/memory-store.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { A, B, FakeAgent } from '../../tools/feed-world.ts';

/** Eyes that see what they are told. */
class FakeEyes {
  sight: SelfSight = 'untried';
  isOpen = false;
  states = new Map<string, CheckState>();
  #onChange: (ids: readonly string[]) => void = () => {};
  open(onChange: (ids: readonly string[]) => void): void {
    this.isOpen = true;
    this.#onChange = onChange;
  }
  close(): void {
    this.isOpen = false;
  }
  stateOf(id: string): CheckState {
    return this.states.get(id) ?? 'unknown';
  }
  see(id: string, state: CheckState): void {
    this.states.set(id, state);
    this.#onChange([id]);
  }
}

describe('a node without agents', () => {
  it('holds, then sees for itself, then serves all when blind, and believes the agents once they are back', async () => {
    let now = 1_000;
    const store = new MemoryStore();
    const registry = new EndpointRegistry(createHealthTable(16));
    registry.claim(['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((value) => endpointSpec(value)));
    const self = new FakeEyes();
    const modes: string[] = [];
    const feed = new HealthFeed({
      store,
      registry,
      clock: { monotonicMs: () => now, wallMs: () => now },
      self,
      log: (event) => {
        // A new reason for the same mode is told as well.
        if (event.event === 'mode' && modes.at(-1) !== event.mode) modes.push(event.mode);
      },
    });
    feed.start();
    const agent = new FakeAgent('a', 'r');
    const pass = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        now += 1_000;
        if (store.state === 'connected') await store.publishSnapshot(agent.message(agent.states));
        feed.tick();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const eligible = () => [0, 1].map((slot) => isEligibleWord(registry.table[slot]!));
    await pass(5);
    expect(feed.status().mode).toBe('NORMAL');
    store.setConnected(false);
    await pass(599);
    expect([feed.status().mode, self.isOpen]).toEqual(['HOLD', false]);
    await pass(2);
    expect([feed.status().mode, self.isOpen]).toEqual(['SELF', true]);
    expect(eligible()).toEqual([true, true]);
    self.sight = 'sees';
    self.see(A, 'down');
    expect(eligible()).toEqual([false, true]);
    self.see(A, 'up');
    self.see(B, 'down');
    expect(eligible()).toEqual([true, false]);
    self.sight = 'blind';
    await pass(17);
    expect(feed.status().mode).toBe('BLIND');
    expect(eligible()).toEqual([true, true]);
    expect(unpackHealth(registry.table[0]!).ttlSeconds).toBe(1);
    self.sight = 'sees';
    await pass(17);
    expect(feed.status().mode).toBe('SELF');
    expect(eligible()).toEqual([true, false]);
    store.setConnected(true);
    await pass(5);
    expect([feed.status().mode, self.isOpen]).toEqual(['NORMAL', false]);
    expect(eligible()).toEqual([true, true]);
    expect(modes).toEqual(['NORMAL', 'HOLD', 'SELF', 'BLIND', 'SELF', 'NORMAL']);
    feed.stop();
  });
});
