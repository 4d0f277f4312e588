/** The card of a map: which record, as a map or as a table, and what part of all clients each region serves. */

import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { AnswerFlow } from './answer-flows.ts';
import type { MapRecord, RegionsAnswer } from './api-answers.ts';
import { CountryTable } from './country-table.tsx';
import { percentText } from './figures.ts';
import { recordKey, type ServedCountry, servedCountries, servedNames, totalShares } from './map-shares.ts';
import { paintRegions, type RegionPaint } from './region-palette.ts';
import { Card, Swatch } from './view-parts.tsx';
import { WorldChart } from './world-chart.tsx';

type Served = ReadonlyMap<string, ServedCountry>;

type Input = {
  readonly title: string;
  readonly label: string;
  readonly records: readonly MapRecord[];
  readonly record: MapRecord | undefined;
  readonly onRecord: (key: string) => void;
  readonly countries: Served;
  readonly regions: RegionsAnswer['regions'];
  readonly paints: ReadonlyMap<string, RegionPaint>;
  /** How clients are counted, and by which geo data. */
  readonly counted: { readonly source: string; readonly geo: string } | null;
  readonly marked?: ReadonlySet<string>;
  readonly down?: ReadonlySet<string>;
  readonly flows?: readonly AnswerFlow[];
  readonly isFlowing?: boolean;
  readonly onPick?: (code: string) => void;
  /** What stands above the map. */
  readonly children?: ComponentChildren;
};

/** Paints for every region known and everybody who serves, so that a colour means the same on each map of a view. */
export function usePaints(regions: RegionsAnswer['regions'], before: Served, after: Served): Input['paints'] {
  return useMemo(
    () => paintRegions([...regions.map(({ region }) => region), ...servedNames(before), ...servedNames(after)]),
    [regions, before, after],
  );
}

/** The record that was chosen, else the one whose countries look to the most places: there is the most to see. */
export function chooseRecord(records: readonly MapRecord[], key: string | undefined): MapRecord | undefined {
  const chosen = records.find((each) => recordKey(each) === key);
  if (chosen !== undefined) return chosen;
  const places = records.map((each) => new Set([...servedCountries(each).values()].map(({ by }) => by)).size);
  return records[places.indexOf(Math.max(...places))];
}

/** The card. */
export function ServedMap({ title, label, records, record, onRecord, children, ...map }: Input) {
  const [isTable, setIsTable] = useState(false);
  const { countries, regions, paints, counted, marked, down, onPick, flows, isFlowing } = map;
  const picking = onPick === undefined ? {} : { onPick };
  const tools = records.length > 0 && (
    <div class="card-tools">
      <label>
        <span class="unseen">Steered record</span>
        <select
          value={record === undefined ? '' : recordKey(record)}
          onChange={(event) => onRecord(event.currentTarget.value)}
        >
          {records.map((each) => (
            <option key={recordKey(each)}>{recordKey(each)}</option>
          ))}
        </select>
      </label>
      <button type="button" class="small" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
        Table
      </button>
    </div>
  );
  return (
    <Card title={title} id="map-title" kind="map-card" aside={tools}>
      {children}
      {isTable ? (
        <CountryTable countries={countries} paints={paints} {...picking} />
      ) : (
        <WorldChart
          countries={countries}
          regions={regions}
          paints={paints}
          label={`${label}; the button "Table" shows the same as a table`}
          {...picking}
          {...(marked === undefined ? {} : { marked })}
          {...(down === undefined ? {} : { down })}
          {...(flows === undefined ? {} : { flows, isFlowing: isFlowing === true })}
        />
      )}
      <Legend
        countries={countries}
        paints={paints}
        counted={counted}
        hasFlows={flows !== undefined && flows.length > 0}
      />
    </Card>
  );
}

type LegendInput = Pick<Input, 'countries' | 'paints' | 'counted'> & { readonly hasFlows: boolean };

function Legend({ countries, paints, counted, hasFlows }: LegendInput) {
  return (
    <div class="legend">
      <ul>
        {totalShares(countries.values()).map(({ by, share }) => (
          <li key={by}>
            <Swatch paint={paints.get(by)} /> {by} <span class="quiet">{percentText(share)}</span>
          </li>
        ))}
      </ul>
      {counted !== null && (
        <p class="quiet">
          Clients counted by {counted.source === 'ipv4-addresses' ? 'their IPv4 addresses' : counted.source}; places by{' '}
          {counted.geo}.{hasFlows && ' Bows: steered answers of this node, wider for more.'} Dots below a region: its
          agents, hollow when silent.
        </p>
      )}
    </div>
  );
}
