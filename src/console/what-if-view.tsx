/** What if: take a region down or drag a weight, and see who would be served by whom. Nothing is applied until it is made a shift. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { MapAnswer, RegionsAnswer, WhatIfAnswer, WhatIfChange } from './api-answers.ts';
import { useLoaded } from './console-context.tsx';
import { movesClients } from './event-kinds.ts';
import { amountText, countText, percentText } from './figures.ts';
import { type AllEndpoints, loadEndpoints } from './load-endpoints.ts';
import { movedCountries, recordKey, servedCountries } from './map-shares.ts';
import { paintRegions } from './region-palette.ts';
import { chooseRecord, ServedMap, usePaints } from './served-map.tsx';
import { ShiftForm } from './shifts-view.tsx';
import { Card, Failure, Quiet, RawText, Scroll, Swatch } from './view-parts.tsx';
import { isChanged, NO_CHANGE, planShifts, regionsOf, setBias, setWeight, toggleRegion } from './what-if-change.ts';

const FRESHNESS = { everyMs: 60_000, concerns: movesClients };
/** A slider that is dragged asks when it rests. */
const REST_MS = 150;

// The same objects each time, so that nothing is drawn anew for them.
const NO_RECORDS: MapAnswer['records'] = [];
const NO_REGIONS: RegionsAnswer['regions'] = [];
const NOTHING_SERVED: ReturnType<typeof servedCountries> = new Map();

/** Controls, the map as it would be, and what that means for each pool. */
export function WhatIfView() {
  const [change, setChange] = useState(NO_CHANGE);
  const [chosen, setChosen] = useState('');
  const asked = useRested(change, REST_MS);
  const endpoints = useLoaded<AllEndpoints>('endpoints', loadEndpoints, FRESHNESS);
  const { now, regions, then, compared, error } = useWhatIf(asked);
  const records = now.value?.records ?? NO_RECORDS;
  const record = chooseRecord(records, chosen);
  const after = then.value?.records.find((each) => record !== undefined && recordKey(each) === recordKey(record));
  const { before, served, moved } = useMemo(() => {
    const old = record === undefined ? NOTHING_SERVED : servedCountries(record);
    const next = after === undefined ? old : servedCountries(after);
    return { before: old, served: next, moved: movedCountries(old, next) };
  }, [record, after]);
  const known = regions.value?.regions ?? NO_REGIONS;
  const paints = usePaints(known, before, served);
  const down = useMemo(() => new Set(asked.down), [asked]);
  const weightOf = (pool: string) =>
    endpoints.value?.endpoints.find((each) => each.pool === pool && each.poolShare !== null)?.poolShare ?? null;
  return (
    <div class="view what-if-view">
      <h1 class="unseen">What if</h1>
      <ServedMap
        title="What if"
        label="World map of who would serve each country; countries that move are outlined"
        records={records}
        record={record}
        onRecord={setChosen}
        countries={served}
        regions={known}
        paints={paints}
        counted={now.value}
        marked={moved}
        down={down}
      >
        {error !== null && <Failure message={`${error}.`} onRetry={compared.reload} />}
      </ServedMap>
      <Card
        title="Change"
        id="change-title"
        aside={
          <button type="button" class="small" disabled={!isChanged(change)} onClick={() => setChange(NO_CHANGE)}>
            Take it all back
          </button>
        }
      >
        {compared.value === null ? (
          <Quiet>{error === null ? 'Asking the node …' : 'The node has no answer to this.'}</Quiet>
        ) : (
          <Controls
            change={change}
            compared={compared.value}
            record={record}
            weightOf={weightOf}
            onChange={setChange}
          />
        )}
      </Card>
      {compared.value !== null && <Outcome compared={compared.value} isChanged={isChanged(asked)} />}
      {isChanged(asked) && <Apply change={asked} weightOf={weightOf} />}
    </div>
  );
}

/** What the node says of now and of then. */
function useWhatIf(asked: WhatIfChange) {
  const key = JSON.stringify(asked);
  const now = useLoaded<MapAnswer>('map', (client, signal) => client.get('map', signal), FRESHNESS);
  const regions = useLoaded<RegionsAnswer>('regions', (client, signal) => client.get('regions', signal), FRESHNESS);
  const then = useKept(
    useLoaded<MapAnswer>(`map ${key}`, (client, signal) => client.post('map', asked, signal), FRESHNESS),
  );
  const compared = useKept(
    useLoaded<WhatIfAnswer>(`what-if ${key}`, (client, signal) => client.post('whatif', asked, signal), FRESHNESS),
  );
  return { now, regions, then, compared, error: compared.error ?? then.error ?? now.error };
}

/** The last value, while the next is on its way: a map that goes blank for each step of a slider is of no use. */
function useKept<T extends { readonly value: unknown }>(loaded: T): T {
  const [kept, setKept] = useState<T['value']>(null);
  useEffect(() => {
    if (loaded.value !== null) setKept(loaded.value);
  }, [loaded.value]);
  return loaded.value === null ? { ...loaded, value: kept } : loaded;
}

function useRested<T>(value: T, restMs: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs);
    return () => clearTimeout(timer);
  }, [value, restMs]);
  return rested;
}

type ControlsInput = {
  readonly change: WhatIfChange;
  readonly compared: WhatIfAnswer;
  readonly record: { readonly name: string; readonly type: string } | undefined;
  readonly weightOf: (pool: string) => number | null;
  readonly onChange: (change: WhatIfChange) => void;
};

function Controls({ change, compared, record, weightOf, onChange }: ControlsInput) {
  const report = compared.records.find((each) => each.name === record?.name && each.type === record?.type);
  const isWeighted = report?.method === 'weighted';
  const isByPlace = report?.method === 'nearest' || report?.method === 'latency';
  return (
    <>
      <fieldset>
        <legend>Take a region down</legend>
        {regionsOf(compared).length === 0 && <Quiet>No pool states a region, so none can be taken down.</Quiet>}
        {regionsOf(compared).map((region) => (
          <label key={region} class="check">
            <input
              type="checkbox"
              checked={change.down.includes(region)}
              onChange={() => onChange(toggleRegion(change, region))}
            />{' '}
            {region}
          </label>
        ))}
      </fieldset>
      {report !== undefined && (isWeighted || isByPlace) && (
        <fieldset>
          <legend>
            {isWeighted ? 'Weights' : 'Biases'} of {report.name} {report.type}
          </legend>
          {report.pools.map(({ pool }) =>
            isWeighted ? (
              <PoolSlider
                key={pool}
                pool={pool}
                max={Math.max(10, 2 * (weightOf(pool) ?? 5))}
                min={0}
                value={change.weights.findLast(({ target }) => target === pool)?.weight ?? weightOf(pool) ?? 0}
                file={weightOf(pool) ?? 0}
                onValue={(weight) => onChange(setWeight(change, pool, weight))}
              />
            ) : (
              <PoolSlider
                key={pool}
                pool={pool}
                max={99}
                min={-99}
                value={change.biases.findLast(({ target }) => target === pool)?.bias ?? 0}
                file={0}
                onValue={(bias) => onChange(setBias(change, pool, bias))}
              />
            ),
          )}
        </fieldset>
      )}
      {report !== undefined && !isWeighted && !isByPlace && (
        <p class="quiet">
          {report.name} {report.type} chooses pools by {report.method}: no weight has a part in that.
        </p>
      )}
    </>
  );
}

type SliderInput = {
  readonly pool: string;
  readonly min: number;
  readonly max: number;
  readonly value: number;
  readonly file: number;
  /** Null: as the file says. */
  readonly onValue: (value: number | null) => void;
};

function PoolSlider({ pool, min, max, value, file, onValue }: SliderInput) {
  return (
    <label class="slider">
      <span>
        {pool} <strong>{value}</strong>
        {value !== file && <span class="quiet"> (the file: {file})</span>}
      </span>
      <input
        type="range"
        min={min}
        max={max}
        value={value}
        onInput={(event) => {
          const next = Number(event.currentTarget.value);
          onValue(next === file ? null : next);
        }}
      />
    </label>
  );
}

function Outcome({ compared, isChanged: isOther }: { readonly compared: WhatIfAnswer; readonly isChanged: boolean }) {
  const { movedShare, added, records, over, notes } = compared;
  return (
    <Card title={isOther ? 'What would be' : 'As it is'} id="outcome-title" kind="outcome">
      <p class="figure" id="moved-share">
        <strong>{percentText(movedShare)}</strong> <span class="quiet">of clients move</span>
      </p>
      {added !== null && (
        <p class="quiet">
          Those who move are farther by {amountText(Math.round(added.meanKm))} km in the mean,{' '}
          {amountText(Math.round(added.worstKm))} km at worst.
        </p>
      )}
      {over.length > 0 && (
        <div class="banner banner-bad" role="alert">
          <strong>{countText(over.length, 'pool')} would pass the maximum.</strong>
          <ul>
            {over.map(({ pool, name, type, load, max, unit, overBy }) => (
              <li key={`${name} ${type} ${pool}`}>
                {pool} of {name} {type}: {amountText(load)} {unit}, {amountText(overBy)} over its {amountText(max)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {records.map((record) => (
        <RecordLoads key={recordKey(record)} record={record} />
      ))}
      {notes.map((note) => (
        <p class="quiet" key={note}>
          {note}
        </p>
      ))}
      <details>
        <summary>As "meridian whatif --json" prints it</summary>
        <RawText id="what-if-json" label="JSON" text={JSON.stringify(compared, null, 2)} />
      </details>
    </Card>
  );
}

function RecordLoads({ record }: { readonly record: WhatIfAnswer['records'][number] }) {
  const { name, type, method, movedShare, pools, values, nothing } = record;
  const paints = paintRegions(pools.map(({ pool, region }) => region ?? pool));
  return (
    <Scroll label={`Pools of ${name} ${type}`}>
      <table>
        <caption>
          {name} {type}{' '}
          <span class="quiet">
            by {method}, {percentText(movedShare)} move
          </span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Pool</th>
            <th scope="col" class="number">
              Now
            </th>
            <th scope="col" class="number">
              Then
            </th>
            <th scope="col">Load against capacity</th>
          </tr>
        </thead>
        <tbody>
          {pools.map(({ pool, region, before, after, capacity, loadBefore, loadAfter, overBy }) => (
            <tr key={pool} data-pool={pool}>
              <th scope="row">
                <Swatch paint={paints.get(region ?? pool)} /> {pool}
              </th>
              <td class="number">{percentText(before)}</td>
              <td class={`number${Math.abs(after - before) > 0.0005 ? ' is-changed' : ''}`}>{percentText(after)}</td>
              <td>
                {capacity === null || loadAfter === null ? (
                  <span class="quiet">no capacity stated</span>
                ) : (
                  <span class={`load${overBy > 0 ? ' is-bad' : ''}`}>
                    <LoadBar before={loadBefore ?? loadAfter} after={loadAfter} capacity={capacity} />
                    {amountText(loadAfter)} of {amountText(capacity.max)} {capacity.unit}
                  </span>
                )}
              </td>
            </tr>
          ))}
          {values.before + values.after > 0 && <PlainRow label="the record's own values" share={values} />}
          {nothing.before + nothing.after > 0 && <PlainRow label="no answer" share={nothing} />}
        </tbody>
      </table>
    </Scroll>
  );
}

type LoadInput = {
  readonly before: number;
  readonly after: number;
  readonly capacity: { readonly target: number; readonly max: number };
};

/** The load then as a bar, the load now as a line below it, and marks at target and maximum; the numbers stand beside it. */
function LoadBar({ before, after, capacity: { target, max } }: LoadInput) {
  const scale = 100 / Math.max(max * 1.1, before, after, Number.MIN_VALUE);
  const kind = after > max ? 'over' : after > target * 1.02 ? 'high' : 'good';
  return (
    <svg class="load-bar" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-ground" y="2" width="100" height="8" />
      <rect class={`bar-${kind}`} y="2" width={after * scale} height="8" />
      <rect class="bar-before" y="11" width={before * scale} height="2" />
      <rect class="bar-target" x={target * scale} y="0" width="0.8" height="12" />
      <rect class="bar-max" x={max * scale} y="0" width="1.4" height="12" />
    </svg>
  );
}

function PlainRow({
  label,
  share,
}: {
  readonly label: string;
  readonly share: { readonly before: number; readonly after: number };
}) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td class="number">{percentText(share.before)}</td>
      <td class="number">{percentText(share.after)}</td>
      <td />
    </tr>
  );
}

function Apply({
  change,
  weightOf,
}: {
  readonly change: WhatIfChange;
  readonly weightOf: (pool: string) => number | null;
}) {
  const { shifts, unable } = planShifts(change, weightOf);
  return (
    <Card title="Make it so, for a while" id="apply-title">
      <p class="quiet">Nothing has been applied. A shift does it, and ends by itself.</p>
      {shifts.map((shift) => (
        <div key={`${shift.scope} ${shift.target}`} class="apply">
          <p>
            <strong>
              {shift.scope} {shift.target}
            </strong>{' '}
            {shift.factor === 0 ? 'drained' : `at ${percentText(shift.factor)} of its weight`}
          </p>
          <ShiftForm fixed={shift} onAdded={() => {}} />
        </div>
      ))}
      {unable.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Card>
  );
}
