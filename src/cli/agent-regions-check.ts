/**
 * Whether agents run where zones need them: `check --redis` compares the regions that pools stand for, and regions.yaml, with the
 * agents that Redis has heard of within two minutes. Nothing is wrong with the answers of a zone without such an agent: it is
 * watched from elsewhere, and steered by distance where it asks for latency. Hence warnings.
 */

import type { Fault } from '../base/fault.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { CommandFailure } from './command-failure.ts';
import { openRedis } from './open-redis.ts';
import type { Settings } from './settings.ts';

/** Agents by region, as they name themselves. */
export type HeardAgents = ReadonlyMap<string, readonly string[]>;

/** Names of regions in a message. */
const NAMED_MAX = 8;

/** The agents with a snapshot in Redis, or why none can be named. */
export async function hearAgents(settings: Settings): Promise<HeardAgents | { readonly trouble: string }> {
  try {
    const redis = await openRedis(settings);
    if (redis === null) return new Map();
    try {
      const { snapshots } = await redis.store.readSnapshots();
      const agents = Map.groupBy(snapshots, ({ region }) => region);
      return new Map(Array.from(agents, ([region, all]) => [region, all.map(({ agent }) => agent).sort()]));
    } finally {
      await redis.store.close();
    }
  } catch (error) {
    if (error instanceof CommandFailure) return { trouble: error.message };
    throw error;
  }
}

/** Warnings about regions in which pools of the zone have endpoints to be checked, and no agent runs: one for each. */
export function unwatchedRegions({ dynamics }: ZoneModel, heard: HeardAgents): Fault[] {
  const warnings = new Map<string, Fault>();
  for (const { pools, place, key, type } of dynamics) {
    for (const { region, name, endpoints } of pools) {
      if (region === null || heard.has(region) || warnings.has(region)) continue;
      if (!endpoints.some(({ status }) => status === 'obey')) continue;
      const message = `pool "${name}" stands for region "${region}", where no agent runs${whoWatches(heard)}`;
      const code = 'region-without-agent';
      warnings.set(region, { ...place, severity: 'warning', code, record: key, type, message });
    }
  }
  return [...warnings.values()];
}

/** Warnings about agents that run in a region which `regions`, those of the file at `path`, do not have: nobody knows where that is. */
export function misplacedAgents(path: string, regions: ReadonlySet<string>, heard: HeardAgents): Fault[] {
  return [...heard]
    .filter(([region]) => !regions.has(region))
    .map(([region, agents]) => {
      const who = agents.length === 1 ? `agent "${agents[0]}" runs` : `${agents.length} agents run`;
      const message = `${who} in region "${region}", which regions.yaml does not have`;
      const place = { file: path, line: 0, column: 0 };
      return { ...place, severity: 'warning', code: 'agent-unknown-region', record: null, type: null, message };
    });
}

function whoWatches(heard: HeardAgents): string {
  const names = [...heard.keys()].sort();
  if (names.length === 0) return ', nor anywhere else';
  const rest = names.length - NAMED_MAX;
  return `: it is watched from ${names.slice(0, NAMED_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
