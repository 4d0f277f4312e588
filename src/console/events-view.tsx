/** What happened, newest first, as the node tells it. */

import { useMemo, useState } from 'preact/hooks';
import type { EventAnswer } from './api-answers.ts';
import { useGround, useLive } from './console-context.tsx';
import { eventText } from './event-text.ts';
import { clockText } from './figures.ts';
import { filterRows, pageOf } from './table-page.ts';
import { Card, FilterField, Pager, Quiet } from './view-parts.tsx';

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
          <FilterField
            value={filter}
            hint="verdict, reload, a name …"
            onFilter={(words) => {
              setFilter(words);
              setWanted(0);
            }}
          />
        }
      >
        {live.events.length === 0 && live.link === 'live' && (
          <Quiet>Nothing has happened since the node started.</Quiet>
        )}
        {live.events.length > 0 && found.length === 0 && <Quiet>No event has all these words.</Quiet>}
        <ol class="events">
          {page.rows.map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </ol>
        <Pager page={page} onPage={setWanted} />
      </Card>
    </div>
  );
}

function EventLine({ event }: { readonly event: EventAnswer }) {
  const { atMs, level, kind } = event;
  const { sentence, detail } = eventText(event);
  return (
    <li class={`event event-${level}`}>
      <time dateTime={new Date(atMs).toISOString()}>{clockText(atMs)}</time>
      <span class="kind">{kind}</span>
      <span class="message">
        {sentence}
        {detail !== '' && <span class="quiet block">{detail}</span>}
      </span>
    </li>
  );
}
