/** The first view: the world as it is served now, the rate of queries, the regions, and what needs somebody. */

import { useCallback, useMemo } from 'preact/hooks';
import { answerFlows } from './answer-flows.ts';
import type { DemandAnswer, HistoryAnswer, MapAnswer, RegionsAnswer } from './api-answers.ts';
import { AttentionList } from './attention-list.tsx';
import { useGround, useLive, useLoaded } from './console-context.tsx';
import { movesClients } from './event-kinds.ts';
import { amountText, countText } from './figures.ts';
import { recordKey, servedCountries } from './map-shares.ts';
import { writeRoute } from './page-route.ts';
import { RateChart, type RatePoint } from './rate-chart.tsx';
import { RegionTable } from './region-table.tsx';
import { chooseRecord, ServedMap, usePaints } from './served-map.tsx';
import { Card, Failure, Quiet } from './view-parts.tsx';

const MAP_MS = 30_000;
const REGIONS_MS = 10_000;
const HISTORY_MS = 15_000;
const DEMAND_MS = 5_000;

/** The map and all around it. */
export function WorldView({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const moving = { concerns: movesClients };
  const map = useLoaded<MapAnswer>('map', (client, signal) => client.get('map', signal), {
    everyMs: MAP_MS,
    ...moving,
  });
  const regions = useLoaded<RegionsAnswer>('regions', (client, signal) => client.get('regions', signal), {
    everyMs: REGIONS_MS,
    ...moving,
  });
  const history = useLoaded<HistoryAnswer>('history', (client, signal) => client.get('history?limit=1', signal), {
    everyMs: HISTORY_MS,
  });
  const demand = useLoaded<DemandAnswer>('demand', (client, signal) => client.get('demand', signal), {
    everyMs: DEMAND_MS,
  });
  const records = map.value?.records ?? NO_RECORDS;
  const record = chooseRecord(records, query.record);
  const countries = useMemo(() => (record === undefined ? NOTHING_SERVED : servedCountries(record)), [record]);
  const known = regions.value?.regions ?? NO_REGIONS;
  const paints = usePaints(known, countries, countries);
  const flows = useMemo(
    () => (demand.value === null ? [] : answerFlows(demand.value, countries)),
    [demand.value, countries],
  );
  const isFlowing = useIsAsked();
  const pick = useCallback(
    (code: string) => {
      if (record !== undefined)
        location.hash = writeRoute('explain', { name: record.name, type: record.type, country: code });
    },
    [record],
  );
  return (
    <div class="view world-view">
      <h1 class="unseen">The world as it is served</h1>
      <ServedMap
        title="Who serves whom"
        label={`World map of who serves the clients of ${record === undefined ? 'each country' : recordKey(record)}`}
        records={records}
        record={record}
        onRecord={(key) => {
          location.hash = writeRoute('world', { record: key });
        }}
        countries={countries}
        regions={known}
        paints={paints}
        counted={map.value}
        flows={flows}
        isFlowing={isFlowing}
        onPick={pick}
      >
        {map.error !== null && <Failure message={`The map could not be had: ${map.error}.`} onRetry={map.reload} />}
        {map.value !== null && records.length === 0 && (
          <Quiet>No zone has a steered record yet. Give a record pools, and the countries they serve show here.</Quiet>
        )}
      </ServedMap>
      <QueryCard history={history.value} />
      <AttentionList />
      <Card title="Regions" id="regions-title" kind="regions-card">
        {regions.error !== null && (
          <Failure message={`The regions could not be had: ${regions.error}.`} onRetry={regions.reload} />
        )}
        {regions.value !== null && <RegionTable regions={known} history={history.value} paints={paints} />}
      </Card>
    </div>
  );
}

// The same objects each time, so that nothing is drawn anew for them.
const NO_RECORDS: MapAnswer['records'] = [];
const NO_REGIONS: RegionsAnswer['regions'] = [];
const NOTHING_SERVED: ReturnType<typeof servedCountries> = new Map();

/** Queries come in now. */
function useIsAsked(): boolean {
  const { feed } = useGround();
  const { link, pulses } = useLive(feed);
  return link === 'live' && (pulses.at(-1)?.queriesPerSecond ?? 0) > 0;
}

function QueryCard({ history }: { readonly history: HistoryAnswer | null }) {
  const { feed, node } = useGround();
  const live = useLive(feed);
  const points = useMemo(() => ratePoints(history, live.pulses), [history, live.pulses]);
  const pulse = live.pulses.at(-1);
  const rate = pulse?.queriesPerSecond ?? node?.queriesPerSecond ?? null;
  const endpoints = pulse?.endpoints ?? node?.endpoints;
  return (
    <Card title="Queries" id="queries-title" kind="queries-card">
      <p class="figure">
        <strong>{amountText(rate)}</strong> <span class="quiet">a second</span>
      </p>
      <RateChart points={points} />
      <dl class="facts">
        <div>
          <dt>Since start</dt>
          <dd>{amountText(pulse?.queries ?? node?.queries)}</dd>
        </div>
        <div>
          <dt>Endpoints out</dt>
          <dd class={endpoints !== undefined && endpoints.barred > 0 ? 'is-bad' : ''}>
            {amountText(endpoints?.barred)}
          </dd>
        </div>
        <div>
          <dt>Zones</dt>
          <dd>{node === null ? '–' : countText(node.zones.serving + node.zones.lastGood, 'served', 'served')}</dd>
        </div>
      </dl>
    </Card>
  );
}

/** The node's own samples, and the pulses that came after them. */
function ratePoints(
  history: HistoryAnswer | null,
  pulses: readonly { readonly nowMs: number; readonly queriesPerSecond: number | null }[],
): RatePoint[] {
  const past = (history?.queriesPerSecond ?? []).map((rate, i, all) => ({
    atMs: history!.endMs - (all.length - 1 - i) * history!.intervalMs,
    rate,
  }));
  const endMs = past.at(-1)?.atMs ?? 0;
  const fresh = pulses.filter(({ nowMs }) => nowMs > endMs);
  return [...past, ...fresh.map(({ nowMs, queriesPerSecond }) => ({ atMs: nowMs, rate: queriesPerSecond }))];
}
