/**
 * One run of the benchmark: its options, its folder, the servers it can start, the tables it has made so far. Workloads get it and
 * add tables; `run-bench.ts` makes it and writes it down.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchOptions } from './bench-options.ts';
import type { Scenario } from './bench-scenario.ts';
import { type ServerKind, type ServerProcess, startServer } from './server-kind.ts';

/** A table of results, ready to print. */
export type ResultTable = {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
};

/** What a run knows. */
export type BenchRun = {
  readonly options: BenchOptions;
  /** Everything of the run lies here, and goes with it. */
  readonly folder: string;
  readonly geoDatabase: string;
  readonly healthPort: number;
  /** The servers that can run here, ours first. */
  readonly kinds: readonly ServerKind[];
  readonly tables: ResultTable[];
  /** What could not be measured, and why. */
  readonly missing: string[];
  /** Says on stderr what is going on. */
  readonly say: (text: string) => void;
};

/** Processors of the servers and of the load when they are kept apart. */
export const SERVER_PROCESSOR = 0;
export const LOAD_PROCESSOR = 1;

const START_WITHIN_MS = 120_000;
const OURS = /^(meridian|[\d,]+ names)/;

let folders = 0;

/** A folder of its own below the run's. */
export function newFolder(run: BenchRun, name: string): string {
  const folder = join(run.folder, `${name.replaceAll(' ', '-')}-${folders++}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Starts one server of each kind for `names` steered names; a peer that does not come up is left out with a word, ours must. */
export async function startAll(
  run: BenchRun,
  names: number,
  kinds: readonly ServerKind[] = run.kinds,
): Promise<ServerProcess[]> {
  const servers: ServerProcess[] = [];
  for (const kind of kinds) {
    try {
      servers.push(await startServer(kind, scenarioOf(run, names), placeOf(run, kind.name), START_WITHIN_MS));
    } catch (error) {
      if (OURS.test(kind.name)) {
        await stopAll(servers);
        throw error;
      }
      run.say(`left out: ${(error as Error).message}`);
      run.missing.push(`${kind.name}, which did not come up`);
    }
  }
  if (servers.length === 0) throw new Error('no server came up');
  return servers;
}

/** What a run's servers serve. */
export function scenarioOf(run: BenchRun, names: number): Scenario {
  return { names, geoDatabase: run.geoDatabase, healthPort: run.healthPort };
}

/** Where a server of this run lives. */
export function placeOf(run: BenchRun, name: string): { folder: string; processor: number | null } {
  return { folder: newFolder(run, name), processor: run.options.pin ? SERVER_PROCESSOR : null };
}

/** Ends servers, one after the other. */
export async function stopAll(servers: readonly ServerProcess[]): Promise<void> {
  for (const server of servers) await server.stop();
}

/** The middle of `values`; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
