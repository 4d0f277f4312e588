/**
 * The node's ear for health: the store (Redis, or in this process), the feed that turns it into words of the health table,
 * the agent of region `local` when the node is alone, and the file that keeps verdicts over a restart. Built by
 * `server.ts` once the zones are loaded.
 */

import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { NumberedRegion } from '../geo/nearest-regions.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import { FACTOR_ONE, unpackHealth, Verdict } from '../health/health-table.ts';
import type { RegionLatency } from '../health/latency-book.ts';
import type { LoadPush } from '../health/load-push.ts';
import type { Override } from '../health/override.ts';
import type { PushFault } from '../health/pushed-loads.ts';
import { ProbeAgent } from '../probe/agent.ts';
import type { FeedEvent } from '../redis/feed-event.ts';
import { decodeFeedState, encodeFeedState } from '../redis/feed-state.ts';
import type { FeedStatus } from '../redis/feed-status.ts';
import { HealthFeed } from '../redis/health-feed.ts';
import type { LoadsTaken } from '../redis/load-feed.ts';
import { MemoryStore } from '../redis/memory-store.ts';
import { RedisStore } from '../redis/redis-store.ts';
import type { NodesRead, StateStore } from '../redis/state-store.ts';
import type { AnswerReading } from './answer-shares.ts';
import { checksToMake } from './checks-to-make.ts';
import { HealthTallies } from './health-tallies.ts';
import type { NodeMeasures } from './node-measures.ts';
import type { AgentStatus, EndpointStatus, ExplainedEndpoint, HeldEndpoint, ShiftStatus } from './node-status.ts';
import { SelfChecker } from './self-checker.ts';
import type { ServeOptions } from './serve-options.ts';
import type { StateDir } from './state-dir.ts';

export type NodeHealthOptions = {
  readonly options: ServeOptions;
  readonly registry: EndpointRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly state: StateDir;
  /** Told whether verdicts are held, at the start and whenever that changes. */
  readonly onHold: (isHeld: boolean) => void;
  /** What the node says of itself in Redis: listen addresses, and how many zones it serves. */
  readonly facts: () => { readonly listen: readonly string[]; readonly zones: number };
};

const MODE_MEANINGS: Readonly<Record<string, string>> = {
  HOLD: 'verdicts are held as they are',
  SELF: 'this node checks the endpoints itself',
  BLIND: 'this node sees no endpoint either, and serves all that are not drained',
};
const STATE_FILE = 'health.json';
/** Verdicts are kept at least this often; a clean stop keeps them too. */
const SAVE_MS = 30_000;
/** How long a start waits to hear from Redis: what is down should be known before the first answer, if it can be. */
const FIRST_NEWS_MS_MAX = 500;

/** Owner of the store, the feed, the agent and a timer. */
export class NodeHealth {
  readonly #options: NodeHealthOptions;
  readonly #store: StateStore;
  readonly #feed: HealthFeed;
  readonly #agent: ProbeAgent | null;
  readonly #self: SelfChecker | null;
  readonly #tallies = new HealthTallies();
  #timer: NodeJS.Timeout | null = null;

  constructor(input: NodeHealthOptions) {
    const { options, registry, clock, log } = input;
    const { metadataTargets } = options.zoneDefaults;
    this.#options = input;
    this.#store =
      options.redis === null
        ? new MemoryStore()
        : new RedisStore({
            access: options.redis,
            cluster: options.clusterName,
            clientName: options.nodeName,
            onWarning: (warning) => log.warn({ event: 'redis-warning' }, warning),
          });
    const boot = randomBytes(9).toString('hex');
    const isListed = options.listen.length > 0;
    // Alone, the node's agent is its eyes at all times; a command that only looks has none.
    this.#self =
      options.redis !== null && isListed
        ? new SelfChecker({ checks: () => checksToMake(registry), clock, log, metadataTargets })
        : null;
    this.#feed = new HealthFeed({
      store: this.#store,
      registry,
      clock,
      log: (event) => {
        if (event.event === 'mode') input.onHold(event.mode === 'HOLD');
        this.#tallies.note(event);
        logFeed(log, event);
      },
      onShifts: () => this.#save(),
      isAlone: options.redis === null,
      ...(this.#self === null ? {} : { self: this.#self }),
      ...(isListed
        ? { facts: () => ({ node: options.nodeName, boot, version: readVersion(), ...input.facts() }) }
        : {}),
    });
    this.#agent =
      options.redis === null && options.embeddedAgent
        ? new ProbeAgent({
            agentId: 'local',
            region: 'local',
            checks: checksToMake(registry),
            store: this.#store,
            clock,
            log,
            metadataTargets,
          })
        : null;
  }

  /** Takes over the verdicts of the last run and begins to listen; with Redis, waits a moment for the first news. */
  async start(): Promise<void> {
    this.#recall();
    this.#options.onHold(this.#feed.status().mode === 'HOLD');
    this.#feed.start();
    this.#agent?.start();
    this.#timer = setInterval(() => this.#save(), SAVE_MS).unref();
    if (this.#options.options.redis === null) return;
    const { clock } = this.#options;
    for (const end = clock.monotonicMs() + FIRST_NEWS_MS_MAX; clock.monotonicMs() < end; await sleep(10)) {
      if (this.#feed.status().regionsFresh > 0) return;
    }
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#agent?.stop();
    this.#feed.stop();
    this.#self?.close();
    if (this.#timer !== null) this.#save();
    this.#timer = null;
    await this.#store.close();
  }

  /** The registry has been given other endpoints. */
  zonesChanged(): void {
    this.#feed.zonesChanged();
    this.#agent?.setChecks(checksToMake(this.#options.registry));
    this.#self?.zonesChanged();
  }

  /** What agents measure of a check by region, or null while the node does not go by their word. */
  latencies(): ((check: string) => RegionLatency[]) | null {
    return this.#feed.latencies();
  }

  /** The regions with agents, by the numbers under which health words speak of them. */
  regionNumbers(): NumberedRegion[] {
    return this.#feed.regionNumbers();
  }

  /** Mode and the state of the store, in short. Costs the number of checks. */
  mode(): Pick<FeedStatus, 'mode' | 'modeReason' | 'modeHeldMs' | 'trouble' | 'regionsFresh' | 'regionsKnown'> {
    return this.#feed.status();
  }

  /** What metrics tell of health and the store. Costs the number of checks. */
  measures(): NonNullable<NodeMeasures['health']> {
    const { store: state, refused, modeHeldMs, regionsFresh, regionsKnown } = this.#feed.status();
    const store = { state, refused, pushedLoads: this.#feed.loads.taken };
    return { ...this.#tallies.read(), ...store, modeHeldSeconds: modeHeldMs / 1000, regionsFresh, regionsKnown };
  }

  /** What is measured of a check, and how its flaps are damped. */
  measuresOf(check: string) {
    return { ...this.#feed.measuresOf(check), flap: this.#feed.flapOf(check) };
  }

  /** Every node heard of within a minute; rejects with StoreError. */
  readNodes(): Promise<NodesRead> {
    return this.#store.readNodes();
  }

  /** Makes a shift known to all nodes, this one too, within two seconds; rejects with StoreError. */
  addShift(override: Override): Promise<Override> {
    return this.#store.putOverride(override);
  }

  /** Takes a shift back; false when there is none of that id. Rejects with StoreError. */
  removeShift(id: string): Promise<boolean> {
    return this.#store.removeOverride(id);
  }

  /** Goes by loads that were pushed here, and makes them known to all nodes. Never rejects for the store's trouble. */
  pushLoads(pushes: readonly LoadPush[]): Promise<LoadsTaken | PushFault> {
    return this.#feed.loads.push(pushes);
  }

  agents(): AgentStatus[] {
    return this.#feed.status().agents.map(({ agent, region, fresh, silentMs, boot, checks, lagMs }) => {
      return { agent, region, fresh, ageSeconds: Math.round(silentMs / 1000), boot, checks, lagMs };
    });
  }

  /** The operators' shifts in force, the next to end first. */
  shifts(): ShiftStatus[] {
    const { held } = this.#feed.exportState().shifts;
    return held
      .map(({ override, leftMs }) => {
        const { id, scope, target, factor, isResume, by, reason } = override;
        return { id, scope, target, factor, isResume, by, reason, leftSeconds: Math.ceil(leftMs / 1000) };
      })
      .sort((a, b) => a.leftSeconds - b.leftSeconds);
  }

  /** The endpoints that are kept out although they are not down. */
  held(): HeldEndpoint[] {
    const { registry, clock } = this.#options;
    const waiting = new Map(this.#feed.exportState().waiting.map(({ key, sinceMs }) => [key, sinceMs]));
    const sharedMs = this.#store.clockMs?.() ?? clock.wallMs();
    const held: HeldEndpoint[] = [];
    for (const { slot, spec } of registry.endpoints()) {
      const { verdict, barred } = unpackHealth(registry.table[slot]!);
      if (!barred || verdict === Verdict.DOWN || spec.status !== 'obey') continue;
      const sinceMs = waiting.get(spec.key);
      const flap = this.#feed.flapOf(spec.check.id);
      const { key, name, type, pool, value } = spec;
      held.push({
        key,
        name,
        type,
        pool,
        value,
        cause: sinceMs === undefined ? 'flapping' : 'manual_resume',
        penalty: flap?.penalty ?? 0,
        untilSeconds: sinceMs === undefined && flap !== null ? Math.ceil(flap.heldMs / 1000) : null,
        sinceSeconds: sinceMs === undefined ? null : Math.max(0, Math.round((sharedMs - sinceMs) / 1000)),
      });
    }
    return held;
  }

  endpoints(counts: AnswerReading): EndpointStatus[] {
    return Array.from(this.#options.registry.endpoints(), ({ slot }) => this.endpointOf(slot, counts)!);
  }

  /** The endpoint in `slot` with its health and votes, or null. */
  endpointOf(slot: number, counts: AnswerReading): EndpointStatus | null {
    const { registry } = this.#options;
    const spec = registry.specOf(slot);
    if (spec === null) return null;
    const { verdict, barred, factor } = unpackHealth(registry.table[slot]!);
    const { key, zone, name, type, pool, region, value, weight, status, check, drawWeight, poolShare } = spec;
    const votes = this.#feed.votesOf(check.id).regions.map((votes) => ({ region: votes.region, vote: votes.vote }));
    const word = verdict === Verdict.UP ? 'up' : verdict === Verdict.DOWN ? 'down' : 'unknown';
    return {
      key,
      zone,
      name,
      type,
      pool,
      region,
      value,
      weight,
      status,
      verdict: word,
      barred,
      check: check.id,
      votes,
      correction: this.#feed.correctionOf(key),
      drawWeight,
      factor: factor / FACTOR_ONE,
      poolShare,
      answers: counts.countOf(slot),
    };
  }

  /** The same with every agent's voice. */
  explainedEndpointOf(slot: number, counts: AnswerReading): ExplainedEndpoint | null {
    const status = this.endpointOf(slot, counts);
    if (status === null) return null;
    const voices = this.#feed.votesOf(status.check).regions.flatMap(({ region, agents }) =>
      agents.map(({ agent, state, reason, connectMs, ageMs, fresh }) => {
        return { agent, region, vote: state, reason, connectMs, ageSeconds: Math.round(ageMs / 1000), fresh };
      }),
    );
    return { ...status, voices, flap: this.#feed.flapOf(status.check) };
  }

  #recall(): void {
    const { state, log, options } = this.#options;
    const bytes = state.read(STATE_FILE);
    if (bytes === null) return;
    const kept = decodeFeedState(new TextDecoder().decode(bytes));
    if ('fault' in kept) {
      log.warn({ event: 'health-state', reason: kept.fault }, 'the verdicts of the last run cannot be read');
      return;
    }
    // The store inside the process starts from nothing with it: what it said before is no measure of what it says now.
    this.#feed.importState(
      options.redis === null ? { ...kept, epoch: 0, agents: [], shifts: { ...kept.shifts, version: 1 } } : kept,
    );
  }

  #save(): void {
    // A command that only looks must not overwrite what the serving node keeps.
    if (this.#options.options.listen.length === 0) return;
    this.#options.state.write(STATE_FILE, new TextEncoder().encode(encodeFeedState(this.#feed.exportState())));
  }
}

/** `version` of the package. */
export function readVersion(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return version;
}

function logFeed(log: Logger, event: FeedEvent): void {
  switch (event.event) {
    case 'verdict':
      if (event.verdict === 'down') log.warn(event, `endpoint down: ${event.check}`);
      else log.info(event, `endpoint ${event.verdict}: ${event.check}`);
      return;
    case 'mode':
      if (event.mode === 'NORMAL') log.info(event, 'mode NORMAL: verdicts follow the agents');
      else log.warn(event, `mode ${event.mode}: ${MODE_MEANINGS[event.mode] ?? ''} (${event.reason})`);
      return;
    case 'guard':
      if (event.state === 'begins')
        log.warn(event, 'more than half of the weight would go down: waiting for every region');
      else log.info(event, 'the guard against mistaken observers has ended');
      return;
    case 'shift':
      log.warn(
        event,
        `shift ${event.change}: ${event.scope} ${event.target} to ${event.factor} by ${event.by}: ${event.reason}`,
      );
      return;
    case 'store':
      if (event.state === 'lost') log.warn(event, 'the state store is lost; answering goes on');
      else log.info(event, `the state store is ${event.state}`);
      return;
    case 'refused':
      log.warn(event, `a record of ${event.source} was not believed: ${event.reason}`);
      return;
    default:
      log.info(event, event.event);
  }
}
