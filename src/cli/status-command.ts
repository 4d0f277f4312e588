/**
 * `meridian status`: how nodes, agents, zones and endpoints are. Asks the API of one node, which knows everything about itself
 * and answers also when Redis is gone; with --redis it asks Redis, which knows all nodes and agents but no zones.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { AgentLedger, type RegionVotes } from '../health/agent-ledger.ts';
import { endpointVerdict } from '../health/verdict.ts';
import type { RedisStore } from '../redis/redis-store.ts';
import type { EndpointStatus, NodeStatus } from '../server/node-status.ts';
import { adminUrl, fetchAdmin } from './admin-client.ts';
import { CommandFailure, ExitCode } from './command-failure.ts';
import { openRedis } from './open-redis.ts';
import { redactUrl } from './redact-url.ts';
import type { ResolvedSettings } from './resolve-settings.ts';
import { ADMIN_DEFAULT, CLUSTER_DEFAULT } from './serve-command.ts';
import { formatSocketAddress, type Settings } from './settings.ts';
import { type AgentLine, type NodeLine, renderStatus, type StatusView, type VerdictLine } from './status-view.ts';

const WATCH_PERIOD_MS = 1_000;

/** Prints the status once, or each second with --watch until interrupted. */
export async function runStatus(resolved: ResolvedSettings): Promise<number> {
  const { settings } = resolved;
  const source = await openSource(resolved);
  try {
    if (!settings.watch) {
      process.stdout.write(print(await source.read(), settings.json ?? false));
      return ExitCode.GOOD;
    }
    for (;;) {
      const text = await source.read().then(
        (view) => print(view, settings.json ?? false),
        // While watching, a node that goes away is something to see, not the end.
        (error: unknown) => {
          if (error instanceof CommandFailure) return `${error.message}\n`;
          throw error;
        },
      );
      process.stdout.write(process.stdout.isTTY && !settings.json ? `\x1b[2J\x1b[H${text}` : text);
      await sleep(WATCH_PERIOD_MS);
    }
  } finally {
    await source.close();
  }
}

type StatusSource = { readonly read: () => Promise<StatusView>; readonly close: () => Promise<void> };

/** Redis when told by flag, or by file or environment while it answers; else the API of the node. */
async function openSource({ settings, sources }: ResolvedSettings): Promise<StatusSource> {
  if (settings.redis !== undefined && sources.get('admin') !== 'flag') {
    try {
      const store = await openRedis(settings.redis, settings.cluster ?? CLUSTER_DEFAULT);
      return redisSource(store, redactUrl(settings.redis));
    } catch (error) {
      if (sources.get('redis') === 'flag' || !(error instanceof CommandFailure)) throw error;
      process.stderr.write(`meridian: ${error.message}; asking the node instead\n`);
    }
  }
  return nodeSource(settings);
}

function nodeSource(settings: Settings): StatusSource {
  const admin = settings.admin === 'off' ? ADMIN_DEFAULT : (settings.admin ?? ADMIN_DEFAULT);
  return {
    read: async () => viewOfNode(await fetchAdmin<NodeStatus>(admin, '/api/v1/status'), adminUrl(admin)),
    close: async () => {},
  };
}

function print(view: StatusView, json: boolean): string {
  return json ? `${JSON.stringify(view, null, 2)}\n` : renderStatus(view);
}

/** A node's own word. */
export function viewOfNode(status: NodeStatus, source: string): StatusView {
  const count = (verdict: string) => status.endpoints.filter((endpoint) => endpoint.verdict === verdict).length;
  const node: NodeLine = {
    node: status.node,
    mode: status.mode,
    modeReason: null,
    uptimeSeconds: status.uptimeSeconds,
    state: status.state,
    listen: status.listen.map(formatSocketAddress),
    zones: status.zones.filter((zone) => zone.state !== 'refused').length,
    up: count('up'),
    down: count('down'),
    unknown: count('unknown'),
  };
  return {
    source,
    nodes: [node],
    agents: status.agents.map((agent): AgentLine => ({ ...agent, checks: null })),
    zones: status.zones,
    endpoints: status.endpoints.map(endpointLine),
    geo: status.geo.note === null ? status.geo.source : `${status.geo.source} (${status.geo.note})`,
    warnings: status.warnings,
  };
}

function endpointLine(endpoint: EndpointStatus): VerdictLine {
  const { name, type, pool, value, status, verdict, votes } = endpoint;
  const reason = status === 'obey' ? null : `status: ${status} in the zone file`;
  return { subject: `${name} ${type} ${pool} ${value}`, verdict, votes, reason };
}

function redisSource(store: RedisStore, source: string): StatusSource {
  const ledger = new AgentLedger();
  return {
    read: async () => {
      const [agents, nodes] = await Promise.all([store.readSnapshots(), store.readNodes()]);
      const nowMs = performance.now();
      for (const snapshot of agents.snapshots) ledger.applySnapshot(snapshot, nowMs);
      ledger.age(nowMs);
      const checks = new Set(agents.snapshots.flatMap((snapshot) => snapshot.reports.map((report) => report.id)));
      const refused = [...agents.refused, ...nodes.refused].map(
        (refusal) => `${refusal.source} is not believed: ${refusal.reason}`,
      );
      return {
        source,
        nodes: nodes.nodes.map(
          (node): NodeLine => ({
            node: node.node,
            mode: node.mode,
            modeReason: node.modeReason,
            uptimeSeconds: node.uptimeMs / 1_000,
            state: 'redis',
            listen: node.listen,
            zones: node.zones,
            up: node.checksUp,
            down: node.checksDown,
            unknown: node.checksUnknown,
          }),
        ),
        agents: ledger
          .standings(nowMs)
          .map(({ agent, region, checks: count }) => ({ agent, region, fresh: null, ageSeconds: null, checks: count })),
        zones: [],
        endpoints: [...checks].sort().map((id) => verdictLine(id, ledger.votesOf(id, nowMs))),
        geo: null,
        warnings: refused,
      };
    },
    close: () => store.close(),
  };
}

/** By a majority of the regions, as most checks are judged; a check of another quorum is judged so by the nodes. */
export function verdictLine(id: string, regions: readonly RegionVotes[]): VerdictLine {
  const ups = regions.filter((region) => region.vote === 'up').length;
  const downs = regions.filter((region) => region.vote === 'down').length;
  const verdict = endpointVerdict(ups, downs, 'majority', 'unknown', true);
  const speaker = regions.flatMap((region) => region.agents).find((agent) => agent.state === verdict);
  return {
    subject: id,
    verdict,
    votes: regions.map(({ region, vote }) => ({ region, vote })),
    reason: verdict === 'down' ? (speaker?.reason ?? null) : null,
  };
}
