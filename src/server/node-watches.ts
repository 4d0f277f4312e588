/**
 * Everything on a node that looks at something every so often, off the query's way: what the workers counted (shares, zones, demand),
 * how the node has fared, which latencies and regions agents tell of, where ALIAS targets are. Each looks when it likes; this file says what
 * each is shown. Owned by the server (control thread).
 */

import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import { type AliasWatch, openAliasWatch } from './alias-watch.ts';
import { AnswerShares } from './answer-shares.ts';
import { DemandCounts } from './demand-counts.ts';
import { LatencyWatch } from './latency-watch.ts';
import type { NodeHealth } from './node-health.ts';
import { NodeHistory } from './node-history.ts';
import { RegionWatch } from './region-watch.ts';
import type { ServeOptions } from './serve-options.ts';
import type { Snapshot } from './snapshot.ts';
import type { WorkerPool } from './worker-pool.ts';
import { ZoneTotals } from './zone-totals.ts';

export type NodeWatchesInput = {
  readonly options: ServeOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: EndpointRegistry;
  readonly snapshot: Snapshot;
  /** Null before it has started. */
  readonly health: () => NodeHealth | null;
  /** Null before there are workers, and where nothing is answered. */
  readonly pool: () => WorkerPool | null;
};

/** Owner of the watches and their timers. */
export class NodeWatches {
  readonly shares: AnswerShares;
  readonly zoneTotals: ZoneTotals;
  readonly demand: DemandCounts;
  readonly history: NodeHistory;
  readonly latency: LatencyWatch;
  readonly regions: RegionWatch;
  readonly aliases: AliasWatch;
  /** Queries of all transports since the start. */
  readonly queries: () => number;

  constructor({ options, clock, log, registry, snapshot, health, pool }: NodeWatchesInput) {
    this.queries = () => Object.values(pool()?.totals.dns().queries ?? {}).reduce((sum, count) => sum + count, 0);
    this.shares = new AnswerShares(registry, () => pool()?.tallies() ?? [], clock.monotonicMs);
    this.zoneTotals = new ZoneTotals(
      () => pool()?.totals.dnsWords() ?? [],
      () => snapshot.serving.zones,
    );
    this.demand = new DemandCounts({
      samples: () => pool()?.samples() ?? [],
      locations: () => snapshot.openLocations(),
      nowMs: clock.monotonicMs,
    });
    this.history = new NodeHistory({
      registry,
      queries: this.queries,
      latenciesOf: (check) => health()?.measuresOf(check).latencies ?? [],
      nowMs: clock.wallMs,
    });
    this.latency = new LatencyWatch({
      clock,
      log,
      checks: () => snapshot.latencyChecks(),
      endpoints: () => registry.endpoints(),
      regions: () => snapshot.regions,
      measured: () => health()?.latencies() ?? null,
      follow: (facts) => snapshot.followLatencies(facts),
    });
    this.regions = new RegionWatch({
      log,
      regions: () => snapshot.regions,
      agentRegions: () => health()?.regionNumbers() ?? [],
      follow: (spec) => snapshot.followNearest(spec),
    });
    this.aliases = openAliasWatch(options, clock, log, snapshot.serving, (delta) => pool()?.publish(delta));
  }

  /** What other tables come from; once health has started. `isListening`: queries will be answered here. */
  async startTables(isListening: boolean): Promise<void> {
    if (isListening) this.latency.start();
    await this.regions.look();
    this.regions.start();
    this.aliases.start();
  }

  /** What counts; once there are workers. */
  startCounts(): void {
    for (const watch of [this.shares, this.demand, this.history]) watch.start();
  }

  stop(): void {
    const { shares, demand, history, latency, regions, aliases } = this;
    for (const watch of [shares, demand, history, latency, regions, aliases]) watch.stop();
  }
}
