/** Operators' shifts: those in force with the time they have left, and a form for another. */

import { useState } from 'preact/hooks';
import type { EndpointsAnswer, ShiftAddedAnswer, ShiftsAnswer, ShiftWish } from './api-answers.ts';
import type { ApiError } from './api-client.ts';
import { useLoaded } from './console-context.tsx';
import { durationText, percentText } from './figures.ts';
import { loadEndpoints } from './load-endpoints.ts';
import { useChange } from './node-change.tsx';
import { Card, Failure, Quiet, useNow } from './view-parts.tsx';

const SHIFTS_MS = 5_000;

/** The list and the form. */
export function ShiftsView() {
  const shifts = useLoaded<{ at: number; shifts: ShiftsAnswer['shifts'] }>(
    'shifts',
    async (client, signal) => ({ ...(await client.get<ShiftsAnswer>('shifts', signal)), at: Date.now() }),
    { everyMs: SHIFTS_MS, concerns: ({ kind }) => kind === 'shift' },
  );
  return (
    <div class="view two-columns">
      <h1 class="unseen">Shifts</h1>
      <Card title="In force" id="shifts-title">
        {shifts.error !== null && (
          <Failure message={`Shifts could not be had: ${shifts.error}.`} onRetry={shifts.reload} />
        )}
        {shifts.value !== null && shifts.value.shifts.length === 0 && (
          <Quiet>No shift is in force: every pool and endpoint has the weight of its zone file.</Quiet>
        )}
        {shifts.value !== null && shifts.value.shifts.length > 0 && (
          <ShiftList shifts={shifts.value.shifts} atMs={shifts.value.at} onRemoved={shifts.reload} />
        )}
      </Card>
      <Card title="Add a shift" id="shift-add-title">
        <p class="quiet">
          A part of the weight, for some time. It ends by itself; weights grow back as the record's recovery says.
        </p>
        <ShiftForm onAdded={shifts.reload} />
      </Card>
    </div>
  );
}

type ListInput = { readonly shifts: ShiftsAnswer['shifts']; readonly atMs: number; readonly onRemoved: () => void };

function ShiftList({ shifts, atMs, onRemoved }: ListInput) {
  const now = useNow(1_000);
  const { busy, error, change } = useChange();
  return (
    <>
      {error !== null && <Failure message={error.message} />}
      <ul class="shifts">
        {shifts.map(({ id, scope, target, factor, isResume, by, reason, leftSeconds }) => {
          const left = leftSeconds - (now - atMs) / 1000;
          return (
            <li key={id} data-shift={id}>
              <p>
                <strong>
                  {scope} {target}
                </strong>{' '}
                {isResume ? 'may come back' : factor === 0 ? 'drained' : `at ${percentText(factor)} of its weight`}
              </p>
              <p class="quiet">
                {reason} — {by}
              </p>
              <p class="countdown" role="timer">
                {left > 0 ? `${durationText(left)} left` : 'ending'}
              </p>
              <button
                type="button"
                class="small"
                disabled={busy}
                onClick={() =>
                  void change((client) => client.remove(`shifts/${encodeURIComponent(id)}`)).then(
                    (done) => done !== null && onRemoved(),
                  )
                }
              >
                Remove<span class="unseen"> the shift of {target}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}

const LENGTHS = [
  [60, '1 minute'],
  [600, '10 minutes'],
  [3600, '1 hour'],
  [14_400, '4 hours'],
  [86_400, '1 day'],
] as const;

type FormInput = {
  /** What is to be shifted, where that is settled already. */
  readonly fixed?: Pick<ShiftWish, 'scope' | 'target' | 'factor'>;
  readonly onAdded: () => void;
};

/** The form for a shift; without `fixed` also for what is shifted and by how much. */
export function ShiftForm({ fixed, onAdded }: FormInput) {
  const [wish, setWish] = useState<ShiftWish>({
    scope: 'region',
    target: '',
    factor: 0,
    seconds: 600,
    reason: '',
    force: false,
    ...fixed,
  });
  const [notes, setNotes] = useState<readonly string[]>([]);
  const { busy, error, change } = useChange();
  const asked = { ...wish, ...fixed, force: wish.force };
  const over = excessOf(error);
  const submit = async (force: boolean) => {
    const added = await change((client) => client.post<ShiftAddedAnswer>('shifts', { ...asked, force }));
    if (added === null) return;
    setNotes([
      `Made: ${added.shift.scope} ${added.shift.target}, for ${durationText(added.shift.leftSeconds)}.`,
      ...added.notes,
    ]);
    onAdded();
  };
  const set = <K extends keyof ShiftWish>(key: K, value: ShiftWish[K]) => setWish({ ...wish, [key]: value });
  return (
    <form
      class="form"
      aria-label="Add a shift"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(false);
      }}
    >
      {fixed === undefined && <TargetFields wish={wish} set={set} />}
      <label>
        For
        <select value={String(wish.seconds)} onChange={(event) => set('seconds', Number(event.currentTarget.value))}>
          {LENGTHS.map(([seconds, words]) => (
            <option key={seconds} value={String(seconds)}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label>
        Reason
        <input
          required
          maxLength={200}
          value={wish.reason}
          placeholder="what colleagues should know"
          onInput={(event) => set('reason', event.currentTarget.value)}
        />
      </label>
      {error !== null && <Failure message={error.message} />}
      {over.length > 0 && <Excess lines={over} isBusy={busy} onForce={() => void submit(true)} />}
      <div role="status">
        {notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </div>
      <div class="actions">
        <button type="submit" class="primary" disabled={busy || asked.target === '' || wish.reason.trim() === ''}>
          {busy ? 'Making it …' : 'Make the shift'}
        </button>
      </div>
    </form>
  );
}

type ExcessInput = { readonly lines: readonly string[]; readonly isBusy: boolean; readonly onForce: () => void };

function Excess({ lines, isBusy, onForce }: ExcessInput) {
  return (
    <div class="banner banner-warn">
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <button type="button" disabled={isBusy} onClick={onForce}>
        Make it all the same
      </button>
    </div>
  );
}

type FieldsInput = {
  readonly wish: ShiftWish;
  readonly set: <K extends keyof ShiftWish>(key: K, value: ShiftWish[K]) => void;
};

function TargetFields({ wish, set }: FieldsInput) {
  const endpoints = useLoaded('shift targets', loadEndpoints, { everyMs: 60_000 });
  const all: EndpointsAnswer['endpoints'] = [...(endpoints.value?.endpoints ?? [])];
  const targets = [
    ...new Set(all.flatMap((each) => each[wish.scope === 'endpoint' ? 'value' : wish.scope] ?? [])),
  ].sort();
  return (
    <>
      <label>
        What
        <select value={wish.scope} onChange={(event) => set('scope', event.currentTarget.value as ShiftWish['scope'])}>
          <option value="region">a region</option>
          <option value="pool">a pool</option>
          <option value="endpoint">an endpoint</option>
          <option value="name">a name</option>
        </select>
      </label>
      <label>
        Which
        <input
          required
          list="shift-targets"
          value={wish.target}
          onInput={(event) => set('target', event.currentTarget.value)}
        />
        <datalist id="shift-targets">
          {targets.slice(0, 200).map((target) => (
            <option key={target} value={target} />
          ))}
        </datalist>
      </label>
      <label>
        Part of its weight: {percentText(wish.factor)}
        {wish.factor === 0 && ' (drained)'}
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={wish.factor}
          onInput={(event) => set('factor', Number(event.currentTarget.value))}
        />
      </label>
    </>
  );
}

/** What the node says would be over its maximum, when that is why it refused. */
function excessOf(error: ApiError | null): string[] {
  const over = (error?.body as { readonly over?: unknown } | null)?.over;
  if (!Array.isArray(over)) return [];
  return over.map(
    ({ pool, name, load, max, unit }) =>
      `${pool} of ${name} would have ${Math.round(load)} ${unit}, its maximum is ${max}`,
  );
}
