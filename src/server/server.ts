/**
 * One DNS node: the conductor that owns every thread, socket and timer of `meridian serve`. It loads zones and place,
 * listens to health, keeps the workers fed with tables, and says how it is. The `cli` floor builds one and waits.
 *
 *   files --FileWatch--> Snapshot <--BuildClient--> builder thread        (zones, location table, class tables)
 *                           | TableDelta
 *                           v
 *   store --NodeHealth--> health table  <--read--  WorkerPool: N udp workers, 1 stream worker
 */

import type { Logger } from 'pino';
import { createLivePolicy, setHeld } from '../answer/live-policy.ts';
import { hasError } from '../base/fault.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import { EndpointRegistry } from '../health/endpoint-registry.ts';
import { createHealthTable } from '../health/health-table.ts';
import { systemClock } from '../redis/system-clock.ts';
import { BuildClient } from './build-client.ts';
import type { CertificateFiles } from './certificate-files.ts';
import { chooseTransport } from './choose-transport.ts';
import { CookieSecrets } from './cookie-secrets.ts';
import type { DemandReport } from './demand-counts.ts';
import { EventLog } from './event-log.ts';
import { type ExplainGround, type Explanation, explainQuery } from './explanation.ts';
import { FileWatch } from './file-watch.ts';
import { LiveSettings, type SettingsNews } from './live-settings.ts';
import { flattenCounters } from './node-counters.ts';
import { NodeHealth } from './node-health.ts';
import { measureTables, type NodeMeasures } from './node-measures.ts';
import type { NodeStatus, ReloadReport } from './node-status.ts';
import { NodeView } from './node-view.ts';
import { NodeWatches } from './node-watches.ts';
import { pickPorts, pickTcpPorts } from './pick-ports.ts';
import { Planner } from './planner.ts';
import { logPool } from './pool-log.ts';
import { poolShares } from './pool-shares.ts';
import { type Replay, replayExplanation } from './replay.ts';
import type { ListenAddress, ServeOptions, StreamAddress } from './serve-options.ts';
import { Snapshot } from './snapshot.ts';
import { StartError } from './start-error.ts';
import { reasonOf, StateDir } from './state-dir.ts';
import { workerPolicy } from './worker-policy.ts';
import { WorkerPool } from './worker-pool.ts';
import { requireDirectory } from './zone-files.ts';

/** What the ready line tells. */
export type StartReport = {
  /** With the ports really bound. */
  readonly listen: readonly ListenAddress[];
  /** Encrypted transports. */
  readonly listenTls: readonly StreamAddress[];
  readonly zones: number;
  readonly refused: number;
  readonly state: 'embedded' | 'redis';
};

/** Owner of a node. Started once, stopped once. */
export class MeridianServer {
  readonly options: ServeOptions;
  readonly log: Logger;
  /** What has happened here of late. */
  readonly events = new EventLog(systemClock.wallMs);
  readonly view: NodeView;
  readonly #startedMs = systemClock.monotonicMs();
  readonly #warnings: string[] = [];
  readonly #state: StateDir;
  readonly #live = createLivePolicy();
  readonly #secrets: CookieSecrets;
  readonly #settings: LiveSettings;
  readonly #registry = new EndpointRegistry(createHealthTable());
  readonly #client: BuildClient;
  readonly #snapshot: Snapshot;
  readonly #watches: NodeWatches;
  /** What would be. */
  readonly planner: Planner;
  readonly #certificate: CertificateFiles | null;
  #listen: readonly ListenAddress[] = [];
  #listenTls: readonly StreamAddress[] = [];
  #transport: NodeStatus['transport'] = 'none';
  #health: NodeHealth | null = null;
  #pool: WorkerPool | null = null;
  #watch: FileWatch | null = null;
  #stopping: Promise<void> | null = null;

  /**
   * `certificate` goes with `options.tls`, and is read by the caller: before it gives up the right to. `readSettings` reads the
   * configuration that `options` came from again.
   */
  constructor(
    options: ServeOptions,
    log: Logger,
    certificate: CertificateFiles | null = null,
    readSettings: (() => SettingsNews) | null = null,
  ) {
    this.options = options;
    this.log = this.events.over(log);
    this.#secrets = new CookieSecrets(options.cookieSecretFile, this.#live, this.log);
    this.#certificate = certificate;
    this.#settings = new LiveSettings(options.rateLimit, readSettings, this.log);
    this.#state = new StateDir(options.stateDir, (message) => this.#warn(message));
    const { zonesDir, zoneDefaults, geoDataDir, stateDir } = options;
    const places = { zonesDir, zoneDefaults, geoDataDir, stateDir };
    this.#client = new BuildClient(places, (message) => this.#warn(message));
    this.planner = new Planner(places, () => ({ words: this.healthWords(), facts: this.#snapshot.latencyFacts }));
    this.#snapshot = new Snapshot({
      client: this.#client,
      registry: this.#registry,
      clock: systemClock,
      log: this.log,
      zonesDir,
      publish: (delta) => {
        this.#watches.zoneTotals.look();
        this.#pool?.publish(delta);
      },
      onEndpoints: () => {
        this.#watches.shares.endpointsChanged();
        this.#health?.zonesChanged();
      },
    });
    const registry = this.#registry;
    const parts = { options, clock: systemClock, log: this.log, registry, snapshot: this.#snapshot };
    this.#watches = new NodeWatches({ ...parts, health: () => this.#health, pool: () => this.#pool });
    this.view = new NodeView({
      registry,
      health: () => this.#health,
      history: this.#watches.history,
      queries: this.#watches.queries,
      nowMs: systemClock.wallMs,
      counts: () => this.#watches.shares.read(),
      regions: () => this.#snapshot.regions,
    });
  }

  /** Resolves once every listen address answers; rejects with {@link StartError}, with nothing left running. */
  async start(): Promise<StartReport> {
    try {
      requireDirectory(this.options.zonesDir);
      this.#secrets.start();
      // Before the work of loading: a port that is taken should be told at once.
      this.#listen = await pickPorts(this.options.listen, this.options.overlap);
      this.#listenTls = await pickTcpPorts(this.options.tls?.listen ?? [], this.#listen, this.options.overlap);
      if (this.#listen.length > 0) this.#prepareWorkers();
      await this.#load();
      await this.#startHealth();
      await this.#watches.startTables(this.options.listen.length > 0);
      await this.#startWorkers();
      if (this.options.watchFiles) this.#startWatch();
    } catch (error) {
      await this.stop();
      if (error instanceof StartError) throw error;
      throw new StartError(`cannot start: ${reasonOf(error)}`);
    }
    const { serving, refused } = this.#snapshot.counts();
    return { listen: this.#listen, listenTls: this.#listenTls, zones: serving, refused, state: this.#stateKind() };
  }

  /** Reads every file again (SIGHUP). Never rejects for a fault in a file: those are in the report. */
  async reload(): Promise<ReloadReport> {
    this.#secrets.look();
    this.#lookAtCertificate();
    const { renewed, faults } = this.#settings.look();
    if (renewed) this.#pool?.renewPolicy();
    const report = await this.#snapshot.look(true);
    this.#watchDirectories();
    return { ...report, ok: report.ok && !hasError(faults), faults: [...faults, ...report.faults] };
  }

  /** Stops taking queries, answers what has come in, closes everything. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  status(): NodeStatus {
    const { options } = this;
    const pool = this.#pool;
    const counts = this.#watches.shares.read();
    const endpoints = this.#health?.endpoints(counts) ?? [];
    const { mode, modeReason } = this.#health?.mode() ?? { mode: 'HOLD', modeReason: 'starting' };
    return {
      node: options.nodeName,
      cluster: options.clusterName,
      pid: process.pid,
      uptimeSeconds: Math.round((systemClock.monotonicMs() - this.#startedMs) / 1000),
      state: this.#stateKind(),
      mode,
      modeReason,
      listen: this.#listen,
      transport: this.#transport,
      zones: this.#snapshot.zoneStatuses(),
      geo: this.#snapshot.geoStatus(),
      workers: pool?.statuses() ?? [],
      counters: pool === null ? {} : flattenCounters(pool.totals.dns(), pool.totals.sockets()),
      endpoints,
      agents: this.#health?.agents() ?? [],
      answerWindowSeconds: counts.windowSeconds,
      pools: poolShares(endpoints),
      lastResortAnswers: counts.lastResort,
      shifts: this.#health?.shifts() ?? [],
      held: this.#health?.held() ?? [],
      warnings: [
        this.#warnings,
        this.#watches.aliases.warnings(),
        this.#certificate?.warnings(systemClock.wallMs()) ?? [],
      ].flat(),
    };
  }

  /** What metrics tell beyond the status. */
  measures(): NodeMeasures {
    const dns = this.#pool?.totals.dns();
    const answers = dns === undefined ? null : { ...dns, ...this.#watches.zoneTotals.read() };
    const serviceTimes = this.#pool?.totals.serviceTimes() ?? null;
    const told = { events: this.events.counts, answers, serviceTimes, health: this.#health?.measures() ?? null };
    const certificateExpiresMs = this.#certificate?.expiresMs ?? null;
    return { ...told, ...measureTables(this.#snapshot, this.#registry), certificateExpiresMs };
  }

  /** Has the tables go by what agents measure now, and says what that is: for a node that only thinks, and has no watch. */
  async followLatencies(): Promise<LatencyFacts> {
    await this.#watches.latency.look();
    return this.#snapshot.latencyFacts;
  }

  /** How many steered queries come from where. */
  demand(): DemandReport {
    return this.#watches.demand.report();
  }

  /** The store's side of the node; null before it has started. */
  get health(): Pick<NodeHealth, 'agents' | 'shifts' | 'readNodes' | 'addShift' | 'removeShift' | 'pushLoads'> | null {
    return this.#health;
  }

  /** The health word of every endpoint in force, by its key. */
  healthWords(): ReadonlyMap<string, number> {
    const { table } = this.#registry;
    return new Map(Array.from(this.#registry.endpoints(), ({ slot, key }) => [key, table[slot]!] as const));
  }

  /**
   * Why a client at `client` (and, with `ecs`, a subnet behind a resolver there) gets which answer, by the tables in force.
   * Throws ExplainError for what cannot be a query.
   */
  explain(name: string, type: string, client: string, ecs: string | null): Explanation {
    return explainQuery({
      name,
      type,
      client,
      ecs,
      ...this.#explainGround(),
      seed: (Math.random() * 0x100000000) | 0,
    });
  }

  /** Makes the decisions of an explanation again, over the files of this node. Throws ReplayError for what is no explanation. */
  replay(explanation: unknown): Replay {
    return replayExplanation(explanation, this.#explainGround());
  }

  /** Has regional views go by the regions that are heard by now, which otherwise happens every few seconds. Never rejects. */
  followRegions(): Promise<void> {
    return this.#watches.regions.look();
  }

  #explainGround(): ExplainGround {
    const counts = this.#watches.shares.read();
    return {
      tables: this.#snapshot.serving,
      locations: this.#snapshot.openLocations(),
      regions: this.#snapshot.regions,
      facts: this.#snapshot.latencyFacts,
      agentRegions: this.#health?.regionNumbers() ?? [],
      endpointOf: (slot) => this.#health?.explainedEndpointOf(slot, counts) ?? null,
    };
  }

  async #load(): Promise<void> {
    await this.#snapshot.look(true);
    const { serving, refused } = this.#snapshot.counts();
    if (serving > 0) return;
    // Every query is REFUSED until a zone is good; a node that is meant to be up must not crash-loop for a file.
    const what = refused > 0 ? `none of ${refused} zones is good` : `${this.options.zonesDir} holds no zone file`;
    this.#warn(`${what}: every query is refused until one is saved there`);
  }

  async #startHealth(): Promise<void> {
    this.#health = new NodeHealth({
      options: this.options,
      registry: this.#registry,
      clock: systemClock,
      log: this.log,
      state: this.#state,
      onHold: (isHeld) => setHeld(this.#live, isHeld),
      facts: () => ({
        listen: this.#listen.map(({ address, port }) =>
          address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
        ),
        zones: this.#snapshot.counts().serving,
      }),
    });
    await this.#health.start();
  }

  /** Before the work of loading, since a thread needs about as long to be born as a small zone to be read. */
  #prepareWorkers(): void {
    const transport = chooseTransport(this.options.transport, this.#listen, (message) => this.#warn(message));
    this.#transport = transport;
    const certificate = this.#certificate;
    this.#pool = new WorkerPool({
      listen: this.#listen,
      udpWorkers: this.options.workers,
      transport,
      proxyFrom: this.options.proxyFrom,
      tls: certificate === null ? null : { listen: this.#listenTls, certificate: () => certificate.current },
      health: this.#registry.table,
      policy: () => workerPolicy(this.options, this.#live.buffer, this.#settings.rateLimit),
      allTables: () => this.#snapshot.allTables(),
      log: (event) => logPool(this.log, event),
    });
    this.#pool.prepare();
  }

  async #startWorkers(): Promise<void> {
    if (this.#pool === null) return;
    await this.#pool.start();
    this.#watches.startCounts();
  }

  #startWatch(): void {
    this.#watch = new FileWatch(() => void this.#lookQuietly());
    this.#watchDirectories();
    // What was saved while the workers started.
    void this.#lookQuietly();
  }

  /** Takes a renewed certificate into force; one with a fault is told, and in status until it is good. */
  #lookAtCertificate(): void {
    const look = this.#certificate?.look() ?? 'same';
    if (look === 'same') return;
    if (look === 'renewed') {
      this.#pool?.renewCertificate();
      this.log.info({ event: 'certificate-renewed' }, 'new connections get the renewed certificate');
    } else this.log.error({ event: 'certificate-refused' }, look.fault);
  }

  async #lookQuietly(): Promise<void> {
    this.#secrets.look();
    this.#lookAtCertificate();
    try {
      await this.#snapshot.look(false);
    } catch {
      // Told by the snapshot; the next look tries again.
    }
    this.#watchDirectories();
  }

  #watchDirectories(): void {
    const secrets = [...this.#secrets.directories, ...(this.#certificate?.directories ?? [])];
    this.#watch?.watch([...secrets, ...this.#snapshot.directories]);
  }

  async #stop(): Promise<void> {
    this.#watch?.close();
    this.#watches.stop();
    await this.planner.stop();
    await this.#pool?.stop();
    await this.#health?.stop();
    await this.#client.restart();
  }

  #stateKind(): 'embedded' | 'redis' {
    return this.options.redis === null ? 'embedded' : 'redis';
  }

  #warn(message: string): void {
    if (this.#warnings.includes(message)) return;
    this.#warnings.push(message);
    this.log.warn({ event: 'warning' }, message);
  }
}
