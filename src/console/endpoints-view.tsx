/** Every endpoint: what each region says of it, how far it is, how it has been, and what part of the answers it has. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { EndpointAnswer, HistoryAnswer, SharesAnswer } from './api-answers.ts';
import { useLoaded } from './console-context.tsx';
import { endpointState } from './endpoint-state.ts';
import { movesClients } from './event-kinds.ts';
import { amountText, clockText, countText, durationText, millisecondsText, percentText } from './figures.ts';
import { type AllEndpoints, loadEndpoints } from './load-endpoints.ts';
import { writeRoute } from './page-route.ts';
import { ShareBar, ShareTable } from './share-table.tsx';
import { filterRows, PAGE_ROWS, pageOf } from './table-page.ts';
import { Card, Failure, FilterField, Pager, Quiet, Scroll, Sparkline, StateMark, StateStrip } from './view-parts.tsx';

const ENDPOINTS_MS = 10_000;
const HISTORY_MS = 10_000;

/** The table with its filter and pages. */
export function EndpointsView({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const [filter, setFilter] = useState(query.filter ?? '');
  const [wanted, setWanted] = useState(0);
  useEffect(() => setFilter(query.filter ?? ''), [query.filter]);
  const all = useLoaded<AllEndpoints>('endpoints', loadEndpoints, { everyMs: ENDPOINTS_MS, concerns: movesClients });
  const endpoints = all.value?.endpoints ?? [];
  const found = useMemo(() => filterRows(endpoints, filter, textOf), [endpoints, filter]);
  const page = pageOf(found, wanted);
  const history = useHistory(endpoints, page.rows);
  const shares = useLoaded<SharesAnswer>('shares', (client, signal) => client.get('shares', signal), {
    everyMs: ENDPOINTS_MS,
  });
  const shareOf = useMemo(
    () => new Map((shares.value?.pools ?? []).flatMap((pool) => pool.endpoints.map((each) => [each.key, each]))),
    [shares.value],
  );
  const more = (all.value?.total ?? 0) - endpoints.length;
  return (
    <div class="view">
      <h1 class="unseen">Endpoints</h1>
      <Card
        title="Endpoints"
        id="endpoints-title"
        aside={
          <FilterField
            value={filter}
            hint="address, name, pool, region, state"
            onFilter={(words) => {
              setFilter(words);
              setWanted(0);
            }}
          />
        }
      >
        {all.error !== null && <Failure message={`Endpoints could not be had: ${all.error}.`} onRetry={all.reload} />}
        {all.value !== null && endpoints.length === 0 && (
          <Quiet>No endpoints: no zone that is served has a record with pools.</Quiet>
        )}
        {endpoints.length > 0 && (
          <>
            <p class="quiet" role="status">
              {found.length === endpoints.length
                ? countText(found.length, 'endpoint')
                : `${found.length} of ${countText(endpoints.length, 'endpoint')}`}
              {more > 0 && `; ${amountText(more)} more are not listed here, "meridian status" has all`}
            </p>
            <EndpointTable rows={page.rows} history={history} shareOf={shareOf} />
            {found.length === 0 && <Quiet>No endpoint has all these words.</Quiet>}
            <Pager page={page} onPage={setWanted} />
          </>
        )}
      </Card>
      <Card title="Answered against configured" id="shares-title">
        {shares.error !== null && (
          <Failure message={`Shares could not be had: ${shares.error}.`} onRetry={shares.reload} />
        )}
        {shares.value !== null && <ShareTable shares={shares.value} />}
      </Card>
    </div>
  );
}

function textOf(endpoint: EndpointAnswer): string {
  const { value, name, type, pool, region, check } = endpoint;
  return [value, name, type, pool, region ?? '', check, endpointState(endpoint).word].join(' ');
}

type EndpointShare = SharesAnswer['pools'][number]['endpoints'][number];
type Past = { readonly states: string; readonly latencyMs: readonly (number | null)[] };

/** The history of the rows shown, block by block: a filter may have torn them apart. */
function useHistory(all: readonly EndpointAnswer[], shown: readonly EndpointAnswer[]): ReadonlyMap<string, Past> {
  const blocks = useMemo(() => {
    const places = new Map(all.map(({ key }, i) => [key, i]));
    return [...new Set(shown.map(({ key }) => Math.floor((places.get(key) ?? 0) / PAGE_ROWS)))].slice(0, 6);
  }, [all, shown]);
  const loaded = useLoaded<readonly HistoryAnswer[]>(
    `history ${blocks.join(' ')}`,
    (client, signal) =>
      Promise.all(
        blocks.map((block) =>
          client.get<HistoryAnswer>(`history?offset=${block * PAGE_ROWS}&limit=${PAGE_ROWS}`, signal),
        ),
      ),
    { everyMs: HISTORY_MS, concerns: ({ kind }) => kind === 'verdict' },
  );
  return useMemo(
    () => new Map((loaded.value ?? []).flatMap(({ endpoints }) => endpoints.map((each) => [each.key, each]))),
    [loaded.value],
  );
}

function EndpointTable({
  rows,
  history,
  shareOf,
}: {
  readonly rows: readonly EndpointAnswer[];
  readonly history: ReadonlyMap<string, Past>;
  readonly shareOf: ReadonlyMap<string, EndpointShare>;
}) {
  return (
    <Scroll label="Table of endpoints">
      <table class="endpoint-table">
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            <th scope="col">State</th>
            <th scope="col">Record and pool</th>
            <th scope="col">Votes</th>
            <th scope="col" class="number">
              Latency
            </th>
            <th scope="col">Over time</th>
            <th scope="col" class="number">
              Weight
            </th>
            <th scope="col">Answered of its pool</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((endpoint) => (
            <EndpointRow
              key={endpoint.key}
              endpoint={endpoint}
              past={history.get(endpoint.key)}
              share={shareOf.get(endpoint.key)}
            />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

type RowInput = {
  readonly endpoint: EndpointAnswer;
  readonly past: Past | undefined;
  readonly share: EndpointShare | undefined;
};

function EndpointRow({ endpoint, past, share }: RowInput) {
  const { value, name, type, pool, region, votes, latencies, drawWeight, factor, answers, transitions, key } = endpoint;
  const nearest = latencies.length === 0 ? null : Math.min(...latencies.map(({ ms }) => ms));
  const last = transitions.at(-1);
  return (
    <tr data-endpoint={key}>
      <th scope="row">
        <code>{value}</code>
        <span class="quiet block">{region ?? 'no region'}</span>
      </th>
      <td>
        <StateMark {...endpointState(endpoint)} />
        <span class="quiet block">
          {last !== undefined && `since ${clockText(last.atMs)}`}
          {endpoint.suspect && ' in doubt'}
          {endpoint.shifted && ' shifted'}
          {endpoint.heldSeconds > 0 && ` held ${durationText(endpoint.heldSeconds)}`}
        </span>
      </td>
      <td>
        <a href={writeRoute('explain', { name, type })}>
          {name} {type}
        </a>
        <span class="quiet block">{pool}</span>
      </td>
      <td>{votes.length === 0 ? <span class="quiet">none</span> : <Votes votes={votes} />}</td>
      <td class="number">{millisecondsText(nearest)}</td>
      <td class="past">
        <Sparkline points={past?.latencyMs ?? []} label={`latency of ${value} over time`} />
        <StateStrip states={past?.states ?? ''} />
      </td>
      <td class="number">
        {amountText(drawWeight)}
        {factor !== 1 && <span class="quiet block">× {amountText(factor)}</span>}
      </td>
      <td class="share">
        <ShareBar answered={share?.answeredShare ?? null} configured={share?.configuredShare ?? null} />
        <span class="quiet block">
          {percentText(share?.configuredShare)} by the file
          {share !== undefined && share.effectiveShare !== share.configuredShare
            ? `, ${percentText(share.effectiveShare)} now`
            : ''}
          , {countText(answers.recent, 'answer')}
        </span>
      </td>
    </tr>
  );
}

function Votes({ votes }: { readonly votes: EndpointAnswer['votes'] }) {
  return (
    <ul class="votes">
      {votes.map(({ region, vote }) => (
        <li key={region}>
          <StateMark state={vote} word={region} />
          <span class="unseen">: {vote}</span>
        </li>
      ))}
    </ul>
  );
}
