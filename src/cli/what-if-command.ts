/**
 * `meridian whatif`: what would move, and who would be over capacity, if regions were lost or weights and biases were others. By
 * the files alone everything else is up; with --redis it starts from what the agents and operators say now.
 */

import { type Ground, isEdited, type PoolEdits } from '../decision/what-if-ground.ts';
import { compareGround, regionsOf, wordsOfNothing } from '../decision/what-if-report.ts';
import { NO_LATENCY_FACTS } from '../geo/pool-costs.ts';
import { wordsWithout } from '../health/planned-words.ts';
import { ExitCode, usageFailure } from './command-failure.ts';
import { readLiveState, wordsIn } from './live-state.ts';
import { readName } from './query-command.ts';
import { dataDirectories, zoneDefaults } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { readGround } from './what-if-ground.ts';
import { renderWhatIf, type WhatIfView } from './what-if-view.ts';
import { checkZonesDirectory } from './zone-check.ts';

const WEIGHT_MAX = 1_000_000;

/** Exit code 0: nothing passes its maximum. 1: something would. Throws a usage failure for what cannot be asked. */
export async function runWhatIf(settings: Settings): Promise<number> {
  const edits = readEdits(settings);
  const down = settings.down ?? [];
  const { zonesDir, geoDataDir } = dataDirectories(settings);
  const { zones } = checkZonesDirectory(zonesDir, zoneDefaults(settings));
  const models = zones.flatMap(({ model }) => model ?? []);
  const notes = zones
    .filter(({ model }) => model === null)
    .map(({ source }) => `${source.zone} has faults and is left out; "meridian check" lists them`);
  const name = settings.name === undefined ? null : readName(settings.name);
  const live = settings.redis === undefined ? null : await readLiveState(settings);
  const facts = live?.facts ?? NO_LATENCY_FACTS;
  const read = readGround({ models, geoDataDir, demand: settings.demand ?? null, name, edits, facts });
  const { ground, demand } = read;
  checkTargets(ground, down, edits, settings.name);
  const before = live === null ? wordsOfNothing(ground) : wordsIn(ground, live);
  const after = wordsWithout(before, ground.endpoints, new Set(down));
  const comparison = compareGround(ground, { before, after }, settings.load ?? null);
  const view: WhatIfView = {
    ok: comparison.over.length === 0,
    demand,
    change: { down, weights: edits.weights, biases: edits.biases },
    health: live === null ? 'files' : 'redis',
    ...comparison,
    notes: [...read.notes, ...notes, ...(live?.notes ?? []), ...pinnedNotes(ground, down), ...idleNotes(ground, edits)],
  };
  process.stdout.write(settings.json ? `${JSON.stringify(view, null, 2)}\n` : renderWhatIf(view));
  return view.ok ? ExitCode.GOOD : ExitCode.FAILED;
}

function readEdits(settings: Settings): PoolEdits {
  const weights = (settings.set ?? []).map((text) => {
    const match = /^(.+)\.weight=(\d{1,7})$/.exec(text);
    const weight = Number(match?.[2]);
    if (match === null || weight > WEIGHT_MAX)
      throw usageFailure(
        `--set ${JSON.stringify(text)}: write POOL.weight=N or REGION.weight=N, N from 0 to ${WEIGHT_MAX}`,
      );
    return { target: match[1]!, weight };
  });
  const biases = (settings.bias ?? []).map((text) => {
    const match = /^(.+)=([+-]?\d{1,2})$/.exec(text);
    if (match === null) throw usageFailure(`--bias ${JSON.stringify(text)}: write POOL=N, N from -99 to 99`);
    return { target: match[1]!, bias: Number(match[2]) };
  });
  return { weights, biases };
}

/** A name that nothing has is a slip, and would make a gate that never closes. */
function checkTargets(ground: Ground, down: readonly string[], edits: PoolEdits, name: string | undefined): void {
  if (ground.records.length === 0) {
    throw usageFailure(name === undefined ? 'no zone has a steered record' : `there is no steered record ${name}`);
  }
  const regions = regionsOf(ground);
  const listed = regions.length === 0 ? 'no pool states a region' : `pools stand for ${regions.join(', ')}`;
  for (const region of down) {
    if (!regions.includes(region)) throw usageFailure(`--down ${region}: no pool stands for that region; ${listed}`);
  }
  for (const { target } of [...edits.weights, ...edits.biases]) {
    if (!poolsOf(ground).some((pool) => isEdited(target, pool.name, pool.region)))
      throw usageFailure(`${target} is neither a pool nor a region of one; ${listed}`);
  }
}

function poolsOf({ records }: Ground) {
  return records.flatMap(({ before, method }) => before.pools.map(({ name, region }) => ({ name, region, method })));
}

function pinnedNotes({ endpoints }: Ground, down: readonly string[]): string[] {
  const pinned = endpoints.filter(({ region, status }) => status === 'up' && region !== null && down.includes(region));
  if (pinned.length === 0) return [];
  const what = pinned.length === 1 ? '1 endpoint there has' : `${pinned.length} endpoints there have`;
  return [`${what} "status: up", which no check takes out: reckoned as drained by an operator (meridian shift add)`];
}

/** Edits that no record's method looks at. */
function idleNotes(ground: Ground, { weights, biases }: PoolEdits): string[] {
  const isIdle = (target: string, methods: readonly string[]) =>
    poolsOf(ground).every(({ name, region, method }) => !isEdited(target, name, region) || !methods.includes(method));
  const idle = [
    ...weights
      .filter(({ target }) => isIdle(target, ['weighted', 'nearest', 'latency']))
      .map(({ target }) => `the weight of ${target}`),
    ...biases
      .filter(({ target }) => isIdle(target, ['nearest', 'latency']))
      .map(({ target }) => `the bias of ${target}`),
  ];
  return idle.map((what) => `${what} changes nothing: no method of its records goes by it`);
}
