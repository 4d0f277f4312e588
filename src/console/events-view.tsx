/** What happened, newest first, as the node tells it. */

import { useMemo, useState } from 'preact/hooks';
import { useGround, useLive } from './console-context.tsx';
import { clockText } from './figures.ts';
import { filterRows, pageOf } from './table-page.ts';
import { Card, Pager, Quiet } from './view-parts.tsx';

/** The log with a filter. */
export function EventsView() {
  const { feed } = useGround();
  const live = useLive(feed);
  const [filter, setFilter] = useState('');
  const [wanted, setWanted] = useState(0);
  const found = useMemo(
    () =>
      filterRows(live.events.toReversed(), filter, ({ kind, level, message, data }) =>
        [kind, level, message, ...Object.values(data).map(String)].join(' '),
      ),
    [live.events, filter],
  );
  const page = pageOf(found, wanted);
  return (
    <div class="view">
      <h1 class="unseen">Events</h1>
      <Card
        title="Events"
        id="events-title"
        aside={
          <label class="card-tools">
            <span class="unseen">Filter</span>
            <input
              type="search"
              placeholder="Filter: verdict, reload, a name …"
              value={filter}
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
          </label>
        }
      >
        {live.events.length === 0 && live.link === 'live' && (
          <Quiet>Nothing has happened since the node started.</Quiet>
        )}
        {live.events.length > 0 && found.length === 0 && <Quiet>No event has all these words.</Quiet>}
        <ol class="events">
          {page.rows.map(({ id, atMs, level, kind, message, data }) => (
            <li key={id} class={`event event-${level}`}>
              <time dateTime={new Date(atMs).toISOString()}>{clockText(atMs)}</time>
              <span class="kind">{kind}</span>
              <span class="message">
                {message}
                <span class="quiet"> {dataText(data)}</span>
              </span>
            </li>
          ))}
        </ol>
        <Pager page={page} onPage={setWanted} />
      </Card>
    </div>
  );
}

function dataText(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}
