/** Zones as they are served, and what is wrong with their files, at the line. */

import type { ZonesAnswer } from './api-answers.ts';
import { useLoaded } from './console-context.tsx';
import { concernsZones } from './event-kinds.ts';
import { amountText, clockText, countText } from './figures.ts';
import { Card, Failure, Quiet, StateMark } from './view-parts.tsx';

const ZONES_MS = 15_000;

/** One card for each zone, those with faults first. */
export function ZonesView() {
  const loaded = useLoaded<ZonesAnswer>('zones', (client, signal) => client.get('zones', signal), {
    everyMs: ZONES_MS,
    concerns: concernsZones,
  });
  const zones = [...(loaded.value?.zones ?? [])].sort((a, b) => b.errors - a.errors || b.warnings - a.warnings);
  return (
    <div class="view">
      <h1 class="unseen">Zones</h1>
      {loaded.error !== null && (
        <Failure message={`Zones could not be had: ${loaded.error}.`} onRetry={loaded.reload} />
      )}
      {loaded.value !== null && zones.length === 0 && (
        <Quiet>
          No zones. Put a file named after your zone into the folder of --zones; it is served as soon as it is saved.
        </Quiet>
      )}
      {zones.map((zone, i) => (
        <ZoneCard key={zone.zone} zone={zone} id={`zone-${i}`} />
      ))}
    </div>
  );
}

const STATES = {
  serving: ['up', 'serving'],
  'last-good': ['held', 'serving the last good version'],
  refused: ['down', 'refused'],
} as const;

function ZoneCard({ zone, id }: { readonly zone: ZonesAnswer['zones'][number]; readonly id: string }) {
  const [state, word] = STATES[zone.state];
  const told = zone.faults.length;
  const rest = zone.errors + zone.warnings - told;
  return (
    <Card title={zone.zone} id={id} aside={<StateMark state={state} word={word} />}>
      <p class="quiet">
        {zone.state === 'refused'
          ? 'There never was a good version, so queries for this zone are refused.'
          : `serial ${zone.serial}, ${countText(zone.names, 'name')}, ${countText(zone.records, 'record')}, ${amountText(zone.dynamics)} steered, loaded at ${clockText(zone.loadedAtMs)}`}
      </p>
      {told > 0 && (
        <ol class="faults">
          {zone.faults.map((fault) => (
            <li key={`${fault.file}:${fault.line}:${fault.column}:${fault.code}`}>
              <StateMark state={fault.severity === 'error' ? 'down' : 'held'} word={fault.severity} />{' '}
              <code class="place">
                {fault.file}
                {fault.line > 0 && `:${fault.line}:${fault.column}`}
              </code>
              {fault.record !== null && (
                <span class="quiet">
                  {' '}
                  {fault.record === '' ? '@' : fault.record} {fault.type}
                </span>
              )}
              <p>{fault.message}</p>
              <span class="quiet">{fault.code}</span>
            </li>
          ))}
          {rest > 0 && <li class="quiet">and {amountText(rest)} more; "meridian check" lists all</li>}
        </ol>
      )}
    </Card>
  );
}
