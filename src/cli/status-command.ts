/**
 * `meridian status`: how nodes, agents, zones and endpoints are. Asks the API of one node, which knows everything about itself
 * and answers also when Redis is gone; with --redis it asks Redis, which knows all nodes and agents but no zones.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { AgentLedger } from '../health/agent-ledger.ts';
import type { NodeStatus } from '../server/node-status.ts';
import { adminUrl, fetchAdmin } from './admin-client.ts';
import { CommandFailure, ExitCode } from './command-failure.ts';
import { LiveScreen } from './live-screen.ts';
import { viewOfNode } from './node-view.ts';
import { type OpenRedis, openRedis } from './open-redis.ts';
import { viewOfRedis } from './redis-view.ts';
import type { ResolvedSettings } from './resolve-settings.ts';
import { ADMIN_DEFAULT } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { renderStatus, type StatusView } from './status-view.ts';

const WATCH_PERIOD_MS = 1_000;

/** Prints the status once; with --watch each second until interrupted, on a terminal as a screen of its own that `q` ends. */
export async function runStatus(resolved: ResolvedSettings): Promise<number> {
  const { settings } = resolved;
  const source = await openSource(resolved);
  try {
    if (!settings.watch) {
      process.stdout.write(print(await source.read(), settings.json ?? false));
      return ExitCode.GOOD;
    }
    const look = () =>
      source.read().then(
        (view) => print(view, settings.json ?? false),
        // While watching, a node that goes away is something to see, not the end.
        (error: unknown) => {
          if (error instanceof CommandFailure) return `${error.message}\n`;
          throw error;
        },
      );
    if (process.stdout.isTTY && process.stdin.isTTY && !settings.json) {
      await new LiveScreen(process.stdin, process.stdout).show(look, WATCH_PERIOD_MS);
      return ExitCode.GOOD;
    }
    for (;;) {
      process.stdout.write(await look());
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
      const redis = await openRedis(settings);
      if (redis !== null) return redisSource(redis);
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

function redisSource({ store, source }: OpenRedis): StatusSource {
  // Kept between two looks of --watch: an agent that says nothing new grows old.
  const ledger = new AgentLedger();
  return {
    read: async () => {
      const [snapshots, nodes, shifts] = await Promise.all([
        store.readSnapshots(),
        store.readNodes(),
        store.readOverrides(-1),
      ]);
      const noShifts = { overrides: [], refused: [], version: 0, nowMs: null };
      const wallMs = shifts?.nowMs ?? Date.now();
      return viewOfRedis(snapshots, nodes, shifts ?? noShifts, ledger, performance.now(), wallMs, source);
    },
    close: () => store.close(),
  };
}
