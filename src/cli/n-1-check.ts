/**
 * `meridian check --n-1`: every region lost in turn, with everything else up. A pool that would then pass its maximum is a fault of
 * the record that states it, so that a weight edit is refused where it is made.
 */

import type { Fault } from '../base/fault.ts';
import type { Ground } from '../decision/what-if-ground.ts';
import { type Comparison, type Excess, loseEachRegion, wordsOfNothing } from '../decision/what-if-report.ts';
import {
  type DemandReport,
  type FileGround,
  type GroundRequest,
  NO_EDITS,
  readGround,
  tellDemand,
} from './what-if-ground.ts';
import { tellExcess } from './what-if-view.ts';
import { during } from './work-line.ts';

/** What `check --n-1 --json` says under `nMinusOne`. */
export type NMinusOne = {
  readonly ok: boolean;
  readonly demand: DemandReport;
  readonly losses: ReadonlyArray<{
    readonly region: string;
    /** Mean over the records. */
    readonly movedShare: number;
    readonly regions: Comparison['regions'];
    readonly over: readonly Excess[];
  }>;
  readonly notes: readonly string[];
};

/** The report, and what it means as faults, by zone. */
export type LossCheck = { readonly report: NMinusOne; readonly faults: ReadonlyMap<string, readonly Fault[]> };

export type LossRequest = Pick<GroundRequest, 'models' | 'geoDataDir' | 'demand' | 'facts'> & {
  /** Planned load of each record, or null for what its capacities say. */
  readonly load: number | null;
};

/** Reckons over the models; null when none of them steers anything. */
export function checkLosses({ load, ...request }: LossRequest): LossCheck | null {
  if (request.models.every(({ dynamics }) => dynamics.length === 0)) return null;
  return judgeLosses(readGround({ ...request, name: null, edits: NO_EDITS }), load);
}

function judgeLosses({ ground, demand, notes }: FileGround, load: number | null): LossCheck {
  const losses = during('losing each region in turn', (progress) =>
    loseEachRegion(ground, wordsOfNothing(ground), load, progress),
  );
  const faults = new Map<string, Fault[]>();
  for (const { region, over } of losses) {
    for (const excess of over) {
      const ofZone = faults.get(excess.zone) ?? [];
      faults.set(excess.zone, ofZone);
      ofZone.push(faultOf(ground, region, excess));
    }
  }
  const report = {
    ok: faults.size === 0,
    demand,
    losses: losses.map(({ region, movedShare, regions, over }) => ({ region, movedShare, regions, over })),
    notes: [...notes, ...gapNotes(ground, losses.length)],
  };
  return { report, faults };
}

/** Lines for people, below the faults. */
export function tellLosses({ demand, losses, notes }: NMinusOne): string {
  const failed = losses.filter(({ over }) => over.length > 0).map(({ region }) => region);
  const tried = losses.map(({ region }) => region).join(', ');
  const verdict =
    failed.length > 0
      ? `the loss of ${failed.join(', ')} would take others past their max`
      : `the loss of any one of ${tried} takes no other past its max`;
  const lines = losses.length === 0 ? [] : [`n-1: ${verdict}`];
  return [...lines, `n-1: ${tellDemand(demand)}`, ...notes.map((note) => `n-1: ${note}`), ''].join('\n');
}

function faultOf({ records }: Ground, lost: string, excess: Excess): Fault {
  const { key, type, place } = records.find(
    (record) => record.zone === excess.zone && record.name === excess.name && record.type === excess.type,
  )!;
  const message = `without region ${lost}, ${tellExcess(excess)}`;
  return { ...place, severity: 'error', code: 'n-1-over-capacity', record: key, type, message };
}

/** Why the check may say less than it seems to. */
function gapNotes({ records }: Ground, regions: number): string[] {
  if (regions === 0) return ['no pool states a region (meridian.steering.pools.X.region): there is nothing to lose'];
  const has = records.filter(({ before }) => before.pools.some(({ capacity }) => capacity !== null)).length;
  if (has === records.length) return [];
  return [`${records.length - has} of ${records.length} steered records state no capacity and cannot fail this check`];
}
