/**
 * `meridian whatif`: what would move, and who would be over capacity, if regions were lost or weights and biases were others. By
 * the files alone everything else is up; with --redis it starts from what the agents and operators say now.
 */

import { compareChange, PlanError } from '../decision/planned-change.ts';
import type { PoolEdits } from '../decision/what-if-ground.ts';
import { wordsOfNothing } from '../decision/what-if-report.ts';
import { NO_LATENCY_FACTS } from '../geo/pool-costs.ts';
import { checkZonesDirectory } from '../server/zone-directory.ts';
import { ExitCode, usageFailure } from './command-failure.ts';
import { readLiveState, wordsIn } from './live-state.ts';
import { readName } from './query-command.ts';
import { dataDirectories, zoneDefaults } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { readGround } from './what-if-ground.ts';
import { renderWhatIf, type WhatIfView } from './what-if-view.ts';
import { during } from './work-line.ts';

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
  const before = live === null ? wordsOfNothing(ground) : wordsIn(ground, live);
  const change = { down, edits, name: settings.name ?? null, load: settings.load ?? null };
  const comparison = asked(() => during('reckoning', (progress) => compareChange(ground, before, change, progress)));
  const view: WhatIfView = {
    ...comparison,
    demand,
    health: live === null ? 'files' : 'redis',
    notes: [...read.notes, ...notes, ...(live?.notes ?? []), ...comparison.notes],
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

/** A change that cannot be asked for is wrong usage. */
function asked<T>(plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (error instanceof PlanError) throw usageFailure(error.message);
    throw error;
  }
}
