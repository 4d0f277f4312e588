/** A difference of zones for people: what came, went and changed, then who moves. */

import { styleText } from 'node:util';
import { printable, renderTable } from './text-table.ts';
import { tellDemand } from './what-if-ground.ts';
import type { RecordShift, ZonesDifference } from './zone-diff.ts';

/** Text for a terminal. */
export function renderDifference({ same, zones, demand, notes }: ZonesDifference): string {
  const lines = zones
    .filter(({ state }) => state !== 'same')
    .flatMap(({ zone, state, added, removed, changed, weights, shifts }) => [
      `zone ${zone}${state === 'changed' ? '' : ` ${state}`}`,
      ...added.map((record) => paint('green', `+ ${record}`)),
      ...removed.map((record) => paint('red', `- ${record}`)),
      ...changed.map((record) => `~ ${record}`),
      ...weights.map((weight) => `  weight ${weight}`),
      ...(shifts ?? []).flatMap((shift) => ['', ...shiftLines(shift)]),
      '',
    ]);
  if (same) lines.push('no differences');
  if (demand !== null) lines.push(`${tellDemand(demand)}; everything is up`);
  lines.push(...notes.map((note) => `note: ${note}`));
  return `${lines
    .flatMap((line) => line.split('\n'))
    .map(printable)
    .join('\n')}\n`;
}

/** The lines that say who of one record moves. */
function shiftLines({ name, type, movedShare, pools }: RecordShift): string[] {
  const rows = pools.map(({ pool, before, after }) => [pool, percent(before), percent(after)]);
  return [
    `${name} ${type}: ${percent(movedShare)} of clients get another endpoint`,
    renderTable(['pool', 'before', 'after'], rows),
  ];
}

function percent(share: number): string {
  return share > 0 && share < 0.0005 ? 'under 0.1 %' : `${(share * 100).toFixed(1)} %`;
}

function paint(color: 'green' | 'red', text: string): string {
  return styleText(color, text, { stream: process.stdout });
}
