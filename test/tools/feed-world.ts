/** A health feed with its store and agents in a world where time passes only when told to. */

import { EndpointRegistry } from '../../src/health/endpoint-registry.ts';
import { createHealthTable, isEligibleWord } from '../../src/health/health-table.ts';
import type { CheckState } from '../../src/health/observation.ts';
import type { AgentSnapshot } from '../../src/health/report.ts';
import type { FeedEvent } from '../../src/redis/feed-event.ts';
import type { FeedState } from '../../src/redis/feed-state.ts';
import { HealthFeed } from '../../src/redis/health-feed.ts';
import { MemoryStore } from '../../src/redis/memory-store.ts';
import type { EndpointSpec } from '../../src/zone/zone-model.ts';
import { endpointSpec } from './endpoint-spec.ts';

/** The two checks of the world's endpoints, in the order of their slots. */
export const A = 'check:10.0.0.1';
export const B = 'check:10.0.0.2';

/** An agent that tells the truth it is given, once a second of the world's time by snapshot or heartbeat. */
export class FakeAgent {
  states: Record<string, CheckState> = { [A]: 'up', [B]: 'up' };
  isAlive = true;
  seq = 0;
  boot = 'boot1';
  readonly agent: string;
  readonly region: string;

  constructor(agent: string, region: string) {
    this.agent = agent;
    this.region = region;
  }

  message(states: Record<string, CheckState>): AgentSnapshot {
    this.seq++;
    const reports = Object.entries(states).map(([id, state]) => {
      const failing = state === 'down' ? 2 : 0;
      return {
        id,
        state,
        reason: `${state}!`,
        connectMs: 5,
        connectDevMs: 1,
        serverMs: 2,
        seq: this.seq,
        heldMs: 0,
        failing,
      };
    });
    return { agent: this.agent, region: this.region, boot: this.boot, seq: this.seq, intervalMs: 1000, reports };
  }
}

/** A node, its store, and agents in so many regions; time passes only in `pass`. */
export async function feedWorld(
  regions: number,
  options: { state?: FeedState; store?: MemoryStore; endpoint?: Partial<EndpointSpec> } = {},
) {
  let now = 1_000_000;
  const clock = { monotonicMs: () => now, wallMs: () => 1_790_000_000_000 + now };
  const store = options.store ?? new MemoryStore();
  const registry = new EndpointRegistry(createHealthTable(16));
  registry.claim(['10.0.0.1', '10.0.0.2'].map((value) => endpointSpec(value, options.endpoint)));
  const events: FeedEvent[] = [];
  const facts = () => ({ node: 'dns1', boot: 'boot1', version: '0', listen: [], zones: 1 });
  const feed = new HealthFeed({ store, registry, clock, log: (event) => events.push(event), facts });
  const agents = Array.from({ length: regions }, (_, i) => new FakeAgent(`a${i}`, `r${i}`));
  if (options.state) feed.importState(options.state);
  feed.start();
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  /** One second after the other: every living agent speaks, then the node looks at its clock. */
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      now += 1000;
      for (const agent of agents) {
        if (!agent.isAlive || store.state !== 'connected') continue;
        if (agent.seq % 10 === 0) await store.publishSnapshot(agent.message(agent.states));
        else await store.publishChanges(agent.message({}));
      }
      feed.tick();
      await settle();
    }
  };
  const say = async (agent: FakeAgent, states: Record<string, CheckState>) => {
    Object.assign(agent.states, states);
    await store.publishChanges(agent.message(states));
  };
  const eligible = () => [0, 1].map((slot) => isEligibleWord(registry.table[slot]!));
  const ofKind = <K extends FeedEvent['event']>(kind: K) =>
    events.filter((event): event is Extract<FeedEvent, { event: K }> => event.event === kind);
  await settle();
  return { feed, store, registry, agents, events, pass, say, eligible, ofKind, settle, clock };
}
