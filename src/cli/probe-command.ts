/**
 * `meridian probe`: one agent, which checks the endpoints of the zones from its region and publishes what it sees through
 * Redis. It starts and goes on without Redis, and tells everything once Redis is there.
 */

import type { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { AgentServer } from '../admin/agent-server.ts';
import { ProbeAgent } from '../probe/agent.ts';
import { formatRedisAddress } from '../redis/redis-address.ts';
import { RedisStore } from '../redis/redis-store.ts';
import { systemClock } from '../redis/system-clock.ts';
import { FileWatch } from '../server/file-watch.ts';
import { programBeside, startThread } from '../server/thread-start.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import { ExitCode, usageFailure } from './command-failure.ts';
import type { ProbeZoneSetup, ProbeZonesLook } from './probe-zones.ts';
import { openProcessLog } from './process-log.ts';
import { clusterName, redisAccess } from './redis-settings.ts';
import { dataDirectories, hostName, zoneDefaults } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { formatSocketAddress } from './socket-address.ts';
import { watchStopSignals } from './stop-signals.ts';

/** Runs until SIGTERM or SIGINT. Throws a usage failure for settings that cannot work. */
export async function runProbe(settings: Settings): Promise<number> {
  const { region } = settings;
  if (region === undefined) throw usageFailure('probe needs --region NAME: the region that this agent observes from');
  const access = redisAccess(settings);
  if (access === null) {
    throw usageFailure(
      'probe needs --redis URL, through which DNS nodes hear of it; without Redis "meridian serve" checks by itself',
    );
  }
  const { zonesDir } = dataDirectories(settings);
  const agentId = settings.agent ?? hostName();
  const { log, flush } = await openProcessLog(settings['log-level'] ?? 'info');
  const signals = watchStopSignals();
  const files = new ZoneThread({ zonesDir, zoneDefaults: zoneDefaults(settings) }, log);
  const store = new RedisStore({
    access,
    cluster: clusterName(settings),
    clientName: `meridian-probe-${agentId}`,
    onWarning: (warning) => log.warn({ event: 'redis-warning' }, warning),
  });
  store.onState((state) => log.info({ event: 'store', state, trouble: store.trouble }, `redis ${state}`));
  let metrics: AgentServer | null = null;
  let agent: ProbeAgent | null = null;
  try {
    const first = await files.firstLook;
    const checks = byId(first.checks ?? []);
    const { metadataTargets } = zoneDefaults(settings);
    agent = new ProbeAgent({ agentId, region, checks, store, clock: systemClock, log, metadataTargets });
    const status = agent.status.bind(agent);
    if (settings.metrics !== undefined) {
      metrics = new AgentServer(status, () => files.faultCount);
      const at = await metrics.listen(settings.metrics);
      log.info({ event: 'metrics', url: `http://${formatSocketAddress(at)}/metrics` }, 'metrics are served');
    }
    files.onChecks((checks) => agent?.setChecks(byId(checks)));
    agent.start();
    process.stdout.write(
      `meridian probe ready: region ${region}, agent ${agentId}, ${status().scheduler.checks} checks, redis ${formatRedisAddress(access.address)}\n`,
    );
    signals.onReload(() => files.look());
    const signal = await signals.stopped;
    log.info({ signal }, 'stopping');
    return ExitCode.GOOD;
  } finally {
    await files.close();
    await agent?.stop();
    await metrics?.close();
    await store.close();
    await flush();
  }
}

/** Owner of the thread that reads zones, and of the watch that says when. */
class ZoneThread {
  readonly firstLook: Promise<ProbeZonesLook>;
  readonly #worker: Worker;
  readonly #watch: FileWatch;
  readonly #log: Logger;
  #onChecks: (checks: readonly CheckSpec[]) => void = () => {};
  /** Errors in the zone files at the last look. */
  faultCount = 0;
  #isLooking = false;
  #isLookWanted = false;

  constructor(setup: ProbeZoneSetup, log: Logger) {
    this.#log = log;
    this.#worker = startThread(programBeside(import.meta.url, 'probe-zone-thread'), { workerData: setup });
    this.#watch = new FileWatch(() => this.look());
    this.firstLook = new Promise((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
    });
    this.#worker.on('message', (look: ProbeZonesLook) => this.#take(look));
    this.look();
  }

  onChecks(listener: (checks: readonly CheckSpec[]) => void): void {
    this.#onChecks = listener;
  }

  /** Reads the files soon; wishes that come while a look is under way are one more look. */
  look(): void {
    if (this.#isLooking) {
      this.#isLookWanted = true;
      return;
    }
    this.#isLooking = true;
    this.#worker.postMessage('look');
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#worker.terminate();
  }

  #take(look: ProbeZonesLook): void {
    this.#isLooking = false;
    this.#watch.watch(look.directories);
    this.faultCount = look.faultCount;
    for (const fault of look.faults) this.#log.error({ event: 'zone-fault' }, fault);
    if (look.checks !== null) {
      this.#log.info({ event: 'zones', zones: look.zones, checks: look.checks.length }, 'zones read');
      this.#onChecks(look.checks);
    }
    if (this.#isLookWanted) {
      this.#isLookWanted = false;
      this.look();
    }
  }
}

function byId(checks: readonly CheckSpec[]): Map<string, CheckSpec> {
  return new Map(checks.map((check) => [check.id, check]));
}
