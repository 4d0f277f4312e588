/**
 * What agents and operators say now, for commands that reckon by files: the health words that a node which listens to Redis would
 * decide, and the round trips it would steer by. Used by `whatif`, `check --n-1` and `shift add`.
 */

import type { Ground } from '../decision/what-if-ground.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import { createHealthTable, type HealthTable } from '../health/health-table.ts';
import { awaitVerdicts, thinkBy } from './explain-command.ts';
import type { Settings } from './settings.ts';

export type LiveState = {
  /** By key of the endpoint. */
  readonly words: ReadonlyMap<string, number>;
  readonly facts: LatencyFacts;
  readonly notes: readonly string[];
};

/** Listens for some seconds at most; what is not heard by then is in the notes. */
export async function readLiveState(settings: Settings): Promise<LiveState> {
  return thinkBy(settings, async (server) => {
    const notes = await awaitVerdicts(server);
    const facts = await server.followLatencies();
    return { words: server.healthWords(), facts, notes };
  });
}

/** The words in the slots of `ground`. */
export function wordsIn(ground: Ground, { words }: LiveState): HealthTable {
  const table = createHealthTable(Math.max(1, ground.endpoints.length));
  for (const [slot, { key }] of ground.endpoints.entries()) table[slot] = words.get(key) ?? table[slot]!;
  return table;
}
