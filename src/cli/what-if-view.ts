/** A what-if for people: what is over first, then regions, then every record. */

import { styleText } from 'node:util';
import type { AddedDistance } from '../decision/distance-histogram.ts';
import type { BiasEdit, WeightEdit } from '../decision/what-if-ground.ts';
import type { Comparison, Excess, PoolReport, RecordReport } from '../decision/what-if-report.ts';
import { KM_PER_MS } from '../geo/pool-costs.ts';
import { printable, renderTable } from './text-table.ts';
import { type DemandReport, tellDemand } from './what-if-ground.ts';

/** What `whatif --json` prints (README). */
export type WhatIfView = Comparison & {
  readonly ok: boolean;
  readonly demand: DemandReport;
  readonly change: {
    readonly down: readonly string[];
    readonly weights: readonly WeightEdit[];
    readonly biases: readonly BiasEdit[];
  };
  /** From which health it starts: `files`, everything up, or `redis`, as it is now. */
  readonly health: 'files' | 'redis';
  readonly notes: readonly string[];
};

/** Text for a terminal. */
export function renderWhatIf(view: WhatIfView): string {
  const { change } = view;
  const changes = [
    ...change.down.map((region) => `${region} down`),
    ...change.weights.map(({ target, weight }) => `${target} weight ${weight}`),
    ...change.biases.map(({ target, bias }) => `${target} bias ${bias}`),
  ];
  const lines = [
    `what if: ${changes.length === 0 ? 'nothing changes' : changes.join(', ')}`,
    ...verdictLines(view),
    `${percent(view.movedShare)} of clients get another endpoint${tellAdded(view.added)}`,
    '',
    regionTable(view.regions),
    ...view.records.flatMap((record) => ['', ...recordLines(record)]),
    '',
    `${tellDemand(view.demand)}; ${view.health === 'redis' ? 'health as it is now' : 'everything else is up'}`,
    ...view.notes.map((note) => `note: ${note}`),
  ];
  return `${lines
    .flatMap((line) => line.split('\n'))
    .map(printable)
    .join('\n')}\n`;
}

function verdictLines({ over, records }: WhatIfView): string[] {
  if (records.every(({ load }) => load === null)) return ['no pool states a capacity, so none can be over it'];
  if (over.length === 0) return ['no pool passes its max'];
  return over.map((excess) => styleText('red', `OVER: ${tellExcess(excess)}`));
}

/** `eu of www.example.com. A: 1600 conn, 400 over its max of 1200`. */
export function tellExcess({ name, type, pool, region, load, max, unit, overBy }: Excess): string {
  const where = region === null || region === pool ? pool : `${pool} (${region})`;
  const by = `${amount(overBy)} (${percent(overBy / max)})`;
  return `${where} of ${name} ${type} would have ${amount(load)} ${unit}, ${by} over its max of ${amount(max)}`;
}

function regionTable(regions: Comparison['regions']): string {
  const rows = regions.map(({ region, before, after }) => [
    region ?? '(no region)',
    percent(before),
    percent(after),
    signedPercent(after - before),
  ]);
  return renderTable(['region', 'before', 'after', 'change'], rows);
}

function recordLines(record: RecordReport): string[] {
  const { name, type, method, movedShare, added, load, pools, values, nothing } = record;
  const rows = pools.map((pool) => poolRow(pool, load !== null));
  if (values.before > 0 || values.after > 0) rows.push(plainRow('(values)', values));
  if (nothing.before > 0 || nothing.after > 0) rows.push(plainRow('(no answer)', nothing));
  const head = ['pool', 'region', 'before', 'after', ...(load === null ? [] : ['load', 'target', 'max', ''])];
  return [
    `${name} ${type} (${method}): ${percent(movedShare)} of clients move${tellAdded(added)}`,
    renderTable(head, rows),
  ];
}

function poolRow(pool: PoolReport, hasLoad: boolean): string[] {
  const { capacity, loadBefore, loadAfter, overBy } = pool;
  const shares = [pool.pool, pool.region ?? '-', percent(pool.before), percent(pool.after)];
  if (!hasLoad) return shares;
  const verdict = overBy > 0 ? styleText('red', `OVER by ${amount(overBy)}`) : isPastTarget(pool) ? 'past target' : '';
  return [
    ...shares,
    `${amount(loadBefore ?? 0)} -> ${amount(loadAfter ?? 0)}`,
    capacity === null ? '-' : amount(capacity.target),
    capacity === null ? '-' : `${amount(capacity.max)} ${capacity.unit}`,
    verdict,
  ];
}

function isPastTarget({ capacity, loadAfter }: PoolReport): boolean {
  return capacity !== null && loadAfter !== null && loadAfter > capacity.target * (1 + 1e-9);
}

function plainRow(label: string, { before, after }: { readonly before: number; readonly after: number }): string[] {
  return [label, '-', percent(before), percent(after)];
}

/** Of those that another pool answers. */
function tellAdded(added: AddedDistance | null): string {
  if (added === null) return '';
  const { meanKm, p95Km, worstKm } = added;
  return `; farther by ${far(meanKm)} in the mean, ${far(p95Km)} p95, ${far(worstKm)} worst`;
}

function far(km: number): string {
  return `${Math.round(km)} km (~${Math.round(km / KM_PER_MS)} ms)`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function signedPercent(share: number): string {
  return Math.abs(share) < 0.0005 ? '' : `${share > 0 ? '+' : ''}${percent(share)}`;
}

function amount(load: number): string {
  return load >= 100 ? String(Math.round(load)) : String(Math.round(load * 100) / 100);
}
