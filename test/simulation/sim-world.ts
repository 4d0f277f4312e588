/**
 * The whole way of a health fact in one process: the real agents, schedulers, observations, feeds, judges and words, in
 * invented time over an invented network. One seed decides everything that happens.
 */

import { RandomStream } from '../../src/base/random.ts';
import { EndpointRegistry } from '../../src/health/endpoint-registry.ts';
import { createHealthTable, isEligibleWord } from '../../src/health/health-table.ts';
import { ProbeAgent, type ProbeAgentOptions } from '../../src/probe/agent.ts';
import type { ProbeResult } from '../../src/probe/check-attempt.ts';
import type { RunCheck } from '../../src/probe/run-check.ts';
import type { FeedEvent } from '../../src/redis/feed-event.ts';
import { HealthFeed } from '../../src/redis/health-feed.ts';
import type { CheckSpec, EndpointSpec } from '../../src/zone/zone-model.ts';
import { endpointSpec } from '../tools/endpoint-spec.ts';
import { type LinkQuality, type SimClient, SimRedis } from './sim-redis.ts';
import { SimTime } from './sim-time.ts';

export type WorldOptions = {
  readonly seed: number;
  readonly agents?: number;
  readonly nodes?: number;
  readonly endpoints?: number;
  /** Part of the checks that fail though the endpoint is well. */
  readonly probeLoss?: number;
  readonly links?: Partial<LinkQuality>;
  /** How far the wall clocks of the machines are apart at most. */
  readonly skewMs?: number;
  readonly check?: Partial<CheckSpec>;
  readonly endpoint?: Partial<EndpointSpec>;
};

/** What an endpoint does. */
export type Behaviour = 'well' | 'refusing' | 'silent';

export type SimEndpoint = { behaviour: Behaviour; readonly spec: EndpointSpec; readonly slot: number };
export type SimAgent = { readonly agent: ProbeAgent; readonly store: SimClient; isBlind: boolean };
export type SimNode = {
  readonly feed: HealthFeed;
  readonly store: SimClient;
  readonly registry: EndpointRegistry;
  readonly events: FeedEvent[];
};

const SILENT_LOG = { debug: () => {}, info: () => {}, warn: () => {} } as unknown as ProbeAgentOptions['log'];
const QUIET_LINKS: LinkQuality = { delayMs: [1, 60], loss: 0, repeats: 0 };

/** Owner of everything in the simulation. */
export class SimWorld {
  readonly seed: number;
  readonly time = new SimTime();
  readonly random: RandomStream;
  readonly redis: SimRedis;
  readonly endpoints: SimEndpoint[];
  readonly agents: SimAgent[];
  readonly nodes: SimNode[];
  checksRun = 0;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.seed = options.seed;
    this.random = new RandomStream(options.seed);
    this.redis = new SimRedis(this.time, this.random, { ...QUIET_LINKS, ...options.links });
    const count = options.endpoints ?? 50;
    const specs = Array.from({ length: count }, (_, i) => {
      const value = `10.0.${i >> 8}.${i & 255}`;
      const spec = endpointSpec(value, options.endpoint);
      return { ...spec, check: { ...spec.check, ...options.check } };
    });
    this.endpoints = specs.map((spec, slot) => ({ behaviour: 'well', spec, slot }));
    this.agents = Array.from({ length: options.agents ?? 5 }, (_, i) => this.#makeAgent(i, specs));
    this.nodes = Array.from({ length: options.nodes ?? 1 }, () => this.#makeNode(specs));
  }

  /** A further node, which starts now, as after an upgrade. */
  addNode(): SimNode {
    const node = this.#makeNode(this.endpoints.map(({ spec }) => spec));
    this.nodes.push(node);
    node.feed.start();
    return node;
  }

  /** A number in [0, 1) from the world's seed. */
  draw(): number {
    return this.random.nextBits() / 2 ** 32;
  }

  /** Starts everybody, agents within an interval of each other, and lets them find their order. */
  async start(): Promise<void> {
    for (const { feed } of this.nodes) feed.start();
    for (const { agent } of this.agents) this.time.timers.after(this.draw() * 5_000, () => agent.start());
    await this.time.pass(45_000);
  }

  /** Ends everything; promises that wait for the world's time are let go. */
  async stop(): Promise<void> {
    for (const { feed } of this.nodes) feed.stop();
    const stopped = Promise.all(this.agents.map(({ agent }) => agent.stop()));
    await this.time.pass(10_000);
    await stopped;
  }

  /** True if every node has the endpoint out of its answers. */
  isOut(endpoint: SimEndpoint): boolean {
    return this.nodes.every(({ registry }) => !isEligibleWord(registry.table[endpoint.slot]!));
  }

  /** How many verdicts "down" the nodes have come to. */
  downs(): number {
    let downs = 0;
    for (const { events } of this.nodes)
      for (const event of events) {
        if (event.event === 'verdict' && event.verdict === 'down') downs++;
        if (event.event === 'verdicts') downs += event.down;
      }
    return downs;
  }

  #skew(): number {
    return Math.round((this.draw() * 2 - 1) * (this.#options.skewMs ?? 20));
  }

  #makeAgent(index: number, specs: readonly EndpointSpec[]): SimAgent {
    const store = this.redis.client();
    const self: { isBlind: boolean } = { isBlind: false };
    // Fixed for each pair: an agent is as far from an endpoint as it is.
    const distances = specs.map(() => 2 + this.draw() * 150);
    const places = new Map(specs.map(({ check }, i) => [check.id, i]));
    const runCheck: RunCheck = (spec, signal) =>
      new Promise<ProbeResult>((resolve) => {
        this.checksRun++;
        const place = places.get(spec.id)!;
        const rttMs = distances[place]! * (1 + this.draw() * 0.2);
        const end = (ms: number, ok: boolean, reason: string) =>
          this.time.timers.after(ms, () =>
            resolve({
              outcome: ok ? 'ok' : 'failed',
              reason,
              connectMs: ok ? rttMs : null,
              tlsMs: null,
              certificateExpiresMs: null,
              serverMs: null,
            }),
          );
        signal.addEventListener('abort', () =>
          resolve({
            outcome: 'unknown',
            reason: 'cancelled',
            connectMs: null,
            tlsMs: null,
            certificateExpiresMs: null,
            serverMs: null,
          }),
        );
        const isLost = this.redis.chance(this.#options.probeLoss ?? 0);
        if (self.isBlind || isLost) {
          end(spec.timeoutMs, false, 'timeout');
          return;
        }
        this.time.timers.after(rttMs / 2, () => {
          const { behaviour } = this.endpoints[place]!;
          if (behaviour === 'silent') end(spec.timeoutMs - rttMs / 2, false, 'timeout');
          else end(rttMs / 2, behaviour === 'well', behaviour === 'well' ? '' : 'connect refused');
        });
      });
    const agent = new ProbeAgent({
      agentId: `agent-${index}`,
      region: `region-${index}`,
      checks: new Map(specs.map(({ check }) => [check.id, check])),
      store,
      clock: this.time.clock(this.#skew()),
      timers: this.time.timers,
      log: SILENT_LOG,
      runCheck,
    });
    return Object.assign(self, { agent, store });
  }

  #makeNode(specs: readonly EndpointSpec[]): SimNode {
    const store = this.redis.client();
    const registry = new EndpointRegistry(createHealthTable(specs.length));
    registry.claim(specs);
    const events: FeedEvent[] = [];
    const feed = new HealthFeed({
      store,
      registry,
      clock: this.time.clock(this.#skew()),
      timers: this.time.timers,
      log: (event) => events.push(event),
    });
    return { feed, store, registry, events };
  }
}
