/**
 * The tables of `status` that tell where answers go: the share of each endpoint and pool beside what the file says, the operators'
 * shifts, and who is kept out of answers without being down. Used by `status-view.ts`.
 */

import type { HeldEndpoint, PoolShare, ShiftStatus } from '../server/node-status.ts';
import { renderTable } from './text-table.ts';

/** Rows of one table on a terminal; `--json` gives all. */
const ROWS_MAX = 200;

/** Pools with their endpoints below them, those that were answered most first. */
export function shareTable(pools: readonly PoolShare[]): string {
  const rows = pools
    .toSorted((a, b) => b.answers - a.answers)
    .flatMap((pool) => [
      [
        `${pool.name} ${pool.type} ${pool.pool}`,
        percent(pool.configuredShare),
        '',
        '',
        String(pool.answers),
        percent(pool.answeredShare),
      ],
      ...pool.endpoints.map((endpoint) => [
        `  ${endpoint.value}`,
        percent(endpoint.configuredShare),
        `${weightText(endpoint.effectiveWeight)} of ${endpoint.weight}`,
        percent(endpoint.effectiveShare),
        String(endpoint.answers),
        percent(endpoint.answeredShare),
      ]),
    ]);
  const head = ['pool, endpoint', 'configured', 'weight now', 'share now', 'answers', 'answered'];
  return renderTable(head, rows.slice(0, ROWS_MAX)) + more(rows.length - ROWS_MAX);
}

/** The shifts in force, the next to end first. */
export function shiftTable(shifts: readonly ShiftStatus[]): string {
  return renderTable(
    ['shift', 'for', 'factor', 'left', 'by', 'reason'],
    shifts
      .slice(0, ROWS_MAX)
      .map(({ id, scope, target, factor, isResume, leftSeconds, by, reason }) => [
        id,
        `${scope} ${target}`,
        isResume ? 'resume' : String(factor),
        duration(leftSeconds),
        by,
        reason,
      ]),
  );
}

/** Endpoints that are not down and get no answers all the same. */
export function heldTable(held: readonly HeldEndpoint[]): string {
  const table = renderTable(
    ['endpoint', 'waits for', 'since'],
    held
      .slice(0, ROWS_MAX)
      .map(({ name, type, pool, value, cause, sinceSeconds, penalty, untilSeconds }) => [
        `${name} ${type} ${pool} ${value}`,
        cause === 'manual_resume' ? 'an operator (shift add --resume)' : flapText(penalty, untilSeconds),
        sinceSeconds === null ? '-' : duration(sinceSeconds),
      ]),
  );
  return table + more(held.length - ROWS_MAX);
}

function flapText(penalty: number, untilSeconds: number | null): string {
  return `quiet after its flaps (penalty ${penalty}${untilSeconds === null ? '' : `, ${duration(untilSeconds)} left`})`;
}

/** `3 s`, `12 min`, `5 h`, `9 d`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** What a table on a terminal leaves out. */
export function more(count: number): string {
  return count > 0 ? `\n… and ${count} more; --json lists all` : '';
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

function weightText(weight: number): string {
  return String(Number(weight.toFixed(2)));
}
