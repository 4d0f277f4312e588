/** Explain: a name and a client in, the whole decision out. The question stands in the address of the page. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { EndpointTrace, PoolTrace, StepTrace } from '../decision/trace.ts';
import type { ExplainAnswer, MapAnswer, RegionsAnswer } from './api-answers.ts';
import { useLoaded } from './console-context.tsx';
import { countryName } from './country-name.ts';
import { movesClients } from './event-kinds.ts';
import {
  answerText,
  askerChapters,
  type Chapter,
  costText,
  endpointText,
  followChapter,
  landmarkLines,
  poolText,
  stepChapters,
} from './explain-story.ts';
import { durationText, millisecondsText } from './figures.ts';
import { recordKey, servedCountries } from './map-shares.ts';
import { writeRoute } from './page-route.ts';
import { usePaints } from './served-map.tsx';
import { Card, Failure, Quiet, RawText, StateMark } from './view-parts.tsx';
import { WorldChart } from './world-chart.tsx';

const EXPLAIN_MS = 30_000;
const MAP_MS = 120_000;
const TYPES = ['A', 'AAAA', 'CNAME', 'HTTPS', 'MX', 'TXT', 'SRV', 'NS', 'SOA', 'CAA'];

// The same objects each time, so that nothing is drawn anew for them.
const NO_REGIONS: RegionsAnswer['regions'] = [];
const NOTHING_SERVED: ReturnType<typeof servedCountries> = new Map();

type Query = Readonly<Record<string, string>>;

/** The form, the map to choose a client on, and the story. */
export function ExplainView({ query }: { readonly query: Query }) {
  const map = useLoaded<MapAnswer>('map', (client, signal) => client.get('map', signal), { everyMs: MAP_MS });
  const records = map.value?.records ?? [];
  const record = records.find((each) => recordKey(each) === `${query.name} ${query.type ?? 'A'}`) ?? records[0];
  useEffect(() => {
    // A country stands for one of its addresses.
    if (query.country === undefined || record === undefined) return;
    const client = record.countries.find(({ country }) => country === query.country)?.client;
    if (client != null)
      location.replace(
        writeRoute('explain', { name: query.name ?? record.name, type: query.type ?? record.type, client }),
      );
  }, [query, record]);
  const regions = useLoaded<RegionsAnswer>('regions', (client, signal) => client.get('regions', signal), {
    everyMs: MAP_MS,
  });
  const known = regions.value?.regions ?? NO_REGIONS;
  const countries = useMemo(() => (record === undefined ? NOTHING_SERVED : servedCountries(record)), [record]);
  const paints = usePaints(known, countries, countries);
  const pick = (code: string) => {
    const client = record?.countries.find(({ country }) => country === code)?.client;
    if (record !== undefined && client != null)
      location.hash = writeRoute('explain', { name: record.name, type: record.type, client });
  };
  return (
    <div class="view explain-view">
      <h1 class="unseen">Explain</h1>
      <Card title="Who asks for what" id="explain-form-title">
        <ExplainForm query={query} names={[...new Set(records.map(({ name }) => name))]} />
        <WorldChart
          countries={countries}
          regions={known}
          paints={paints}
          onPick={pick}
          label="World map to choose a client on; the field Country does the same"
        />
        <CountryField codes={[...countries.keys()].filter((code) => code !== '')} onPick={pick} />
      </Card>
      {query.name !== undefined && query.client !== undefined ? (
        <Story query={query} />
      ) : (
        <Card title="Why this answer" id="story-title">
          <Quiet>Ask for a name on behalf of a client, or click where the client is.</Quiet>
        </Card>
      )}
    </div>
  );
}

function CountryField({
  codes,
  onPick,
}: {
  readonly codes: readonly string[];
  readonly onPick: (code: string) => void;
}) {
  const sorted = codes.map((code) => [code, countryName(code)] as const).sort((a, b) => (a[1] < b[1] ? -1 : 1));
  return (
    <label class="field-row">
      Country
      <select value="" onChange={(event) => onPick(event.currentTarget.value)}>
        <option value="">an address of …</option>
        {sorted.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function ExplainForm({ query, names }: { readonly query: Query; readonly names: readonly string[] }) {
  const [asked, setAsked] = useState({ name: '', type: 'A', client: '', ecs: '' });
  useEffect(() => setAsked({ name: '', type: 'A', client: '', ecs: '', ...query }), [query]);
  useEffect(
    () => setAsked((old) => (old.name === '' && names[0] !== undefined ? { ...old, name: names[0] } : old)),
    [names[0]],
  );
  const set = (key: keyof typeof asked) => (event: { readonly currentTarget: { readonly value: string } }) =>
    setAsked({ ...asked, [key]: event.currentTarget.value });
  return (
    <form
      class="form form-row"
      aria-label="Explain"
      onSubmit={(event) => {
        event.preventDefault();
        const { name, type, client, ecs } = asked;
        location.hash = writeRoute('explain', { name: name.trim(), type, client: client.trim(), ecs: ecs.trim() });
      }}
    >
      <label class="grow">
        Name
        <input
          required
          list="steered-names"
          value={asked.name}
          onInput={set('name')}
          spellcheck={false}
          autoCapitalize="off"
        />
        <datalist id="steered-names">
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
      <label>
        Type
        <select value={asked.type} onChange={set('type')}>
          {TYPES.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </label>
      <label class="grow">
        Client address
        <input required value={asked.client} onInput={set('client')} placeholder="192.0.2.1" spellcheck={false} />
      </label>
      <label>
        Client subnet (ECS)
        <input value={asked.ecs} onInput={set('ecs')} placeholder="none" spellcheck={false} />
      </label>
      <button type="submit" class="primary">
        Explain
      </button>
    </form>
  );
}

function Story({ query }: { readonly query: Query }) {
  const { name = '', type = 'A', client = '', ecs = '' } = query;
  const asked = new URLSearchParams({ name, type, client, ...(ecs === '' ? {} : { ecs }) });
  const loaded = useLoaded<ExplainAnswer>(`explain ${asked}`, (api, signal) => api.get(`explain?${asked}`, signal), {
    everyMs: EXPLAIN_MS,
    concerns: movesClients,
  });
  const told = loaded.value;
  return (
    <Card title="Why this answer" id="story-title" kind="story">
      {loaded.error !== null && <Failure message={`${loaded.error}.`} onRetry={loaded.reload} />}
      {told === null && loaded.error === null && <Quiet>Asking the node …</Quiet>}
      {told !== null && (
        <article aria-live="polite">
          {told.trace.steps.map((step) => (
            <p class="verdict" key={recordKey(step)}>
              <span class="quiet block">
                {step.name} {step.type} for {told.ecs ?? told.client}
              </span>
              {answerText(step)}
            </p>
          ))}
          {askerChapters(told).map((chapter) => (
            <ChapterText key={chapter.title} chapter={chapter} />
          ))}
          {told.trace.steps.map((step) => (
            <Step key={recordKey(step)} step={step} explanation={told} />
          ))}
          {told.trace.followed.map((follow) => (
            <ChapterText key={recordKey(follow)} chapter={followChapter(follow)} />
          ))}
          <details>
            <summary>As "meridian explain --json" prints it</summary>
            <RawText id="explain-json" label="JSON" text={JSON.stringify(told, null, 2)} />
          </details>
        </article>
      )}
    </Card>
  );
}

function ChapterText({ chapter }: { readonly chapter: Chapter }) {
  return (
    <section class="chapter">
      <h3>{chapter.title}</h3>
      {chapter.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </section>
  );
}

function Step({ step, explanation }: { readonly step: StepTrace; readonly explanation: ExplainAnswer }) {
  const [rule, pools, choice] = stepChapters(step);
  return (
    <>
      <ChapterText chapter={rule!} />
      <ChapterText chapter={pools!} />
      <ol class="pools">
        {step.pools.map((pool) => (
          <PoolPart key={pool.pool} pool={pool} step={step} explanation={explanation} />
        ))}
      </ol>
      <ChapterText chapter={choice!} />
    </>
  );
}

type PoolInput = { readonly pool: PoolTrace; readonly step: StepTrace; readonly explanation: ExplainAnswer };

function PoolPart({ pool, step, explanation }: PoolInput) {
  const cost = costText(pool);
  return (
    <li class={pool.fate === 'drawn from' ? 'is-drawn' : ''}>
      <p>
        <strong>{pool.pool}</strong>
        {cost !== null && <span> {cost}</span>} <span class="fate">{poolText(pool)}</span>
      </p>
      {landmarkLines(pool).length > 0 && (
        <ul class="quiet landmarks">
          {landmarkLines(pool).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <ul class="pool-endpoints">
        {pool.endpoints.map((endpoint) => (
          <EndpointPart
            key={endpoint.value}
            endpoint={endpoint}
            pool={pool.pool}
            step={step}
            explanation={explanation}
          />
        ))}
      </ul>
    </li>
  );
}

type EndpointInput = Omit<PoolInput, 'pool'> & { readonly endpoint: EndpointTrace; readonly pool: string };

function EndpointPart({ endpoint, pool, step, explanation }: EndpointInput) {
  const known = explanation.endpoints.find(
    (each) => each.name === step.name && each.type === step.type && each.pool === pool && each.value === endpoint.value,
  );
  const voices = endpoint.status === 'obey' ? (known?.voices ?? []) : [];
  return (
    <li class={endpoint.isChosen ? 'is-chosen' : ''}>
      <code>{endpoint.value}</code> <span class="quiet">weight {endpoint.weight}</span> {endpointText(endpoint)}
      {voices.length > 0 && (
        <ul class="voices">
          {voices.map(({ agent, region, vote, reason, connectMs, ageSeconds, fresh }) => (
            <li key={agent}>
              <StateMark state={vote} word={`${region}: ${vote}`} />{' '}
              <span class="quiet">
                {[
                  reason ?? '',
                  connectMs === null ? '' : `connects in ${millisecondsText(connectMs)}`,
                  `${fresh ? 'heard' : 'stale, heard'} ${durationText(ageSeconds)} ago by ${agent}`,
                ]
                  .filter((part) => part !== '')
                  .join(', ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
