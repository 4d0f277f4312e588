/** Agents whose checks are made up: each publishes through a real store what it is told to. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckState } from '../../src/health/observation.ts';
import type { AgentReport } from '../../src/health/report.ts';
import { RedisStore } from '../../src/redis/redis-store.ts';
import type { MeridianProcess } from '../tools/meridian-process.ts';
import type { RedisServer } from '../tools/redis-server.ts';
import { until } from '../tools/until.ts';

/** Regions over which agents are spread. */
const REGIONS = 5;
const NORMAL_TRIES = 600;
const NORMAL_STEP_MS = 200;

/** An agent that says what it is told to. */
export class ToldAgent {
  readonly store: RedisStore;
  readonly #name: string;
  readonly #region: string;
  readonly #reports: Map<string, AgentReport>;
  #seq = 0;

  constructor(redis: RedisServer, cluster: string, index: number, ids: readonly string[]) {
    this.#name = `agent-${index}`;
    this.#region = `region-${index % REGIONS}`;
    this.store = new RedisStore({ access: redis.access, cluster, clientName: this.#name });
    this.#reports = new Map(ids.map((id) => [id, report(id, 'up', 1)]));
  }

  /** Publishes the snapshot of all checks. */
  publishAll(): Promise<void> {
    return this.store.publishSnapshot(this.#message([...this.#reports.values()]));
  }

  /** Publishes that the checks `ids` are `state` now; done when Redis has it. */
  say(ids: readonly string[], state: CheckState): Promise<void> {
    const reports = ids.map((id) => report(id, state, this.#reports.get(id)!.seq + 1));
    for (const each of reports) this.#reports.set(each.id, each);
    return this.store.publishChanges(this.#message(reports));
  }

  #message(reports: readonly AgentReport[]) {
    return { agent: this.#name, region: this.#region, boot: 'boot1', seq: ++this.#seq, intervalMs: 60_000, reports };
  }
}

function report(id: string, state: CheckState, seq: number): AgentReport {
  const failing = state === 'down' ? 2 : 0;
  return { id, state, reason: '', connectMs: 12.345, connectDevMs: 1.5, serverMs: 3.2, seq, heldMs: 0, failing };
}

/** `count` agents that have published a snapshot in which all `ids` are up. */
export async function startToldAgents(
  redis: RedisServer,
  ids: readonly string[],
  count: number,
  cluster: string,
): Promise<ToldAgent[]> {
  const agents = Array.from({ length: count }, (_, i) => new ToldAgent(redis, cluster, i, ids));
  for (const agent of agents) {
    await until('connected', () => agent.store.state === 'connected');
    await agent.publishAll();
  }
  return agents;
}

/** Waits until `node` follows the agents and calls every endpoint up. */
export async function untilAllUp(node: MeridianProcess): Promise<void> {
  for (let i = 0; i < NORMAL_TRIES; i++) {
    const status = (await (await fetch(`${node.adminUrl}/api/v1/status`)).json()) as {
      mode: string;
      endpoints: { verdict: string }[];
    };
    if (status.mode === 'NORMAL' && status.endpoints.every(({ verdict }) => verdict === 'up')) return;
    await sleep(NORMAL_STEP_MS);
  }
  throw new Error('the node does not follow the agents');
}
