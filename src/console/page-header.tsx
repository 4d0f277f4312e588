/** The top of the page: which node this is, how it is, whether what is shown is of now, and the way to the other views. */

import { useGround, useLive } from './console-context.tsx';
import { durationText } from './figures.ts';
import { type Route, VIEWS, type View, writeRoute } from './page-route.ts';
import { nextTheme, type Theme } from './page-theme.ts';
import { useNow } from './view-parts.tsx';

const NAMES: Readonly<Record<View, string>> = {
  world: 'World',
  endpoints: 'Endpoints',
  explain: 'Explain',
  'what-if': 'What if',
  shifts: 'Shifts',
  zones: 'Zones',
  cluster: 'Cluster',
  events: 'Events',
};

type Input = { readonly route: Route; readonly theme: Theme; readonly onTheme: (theme: Theme) => void };

/** Header and navigation. */
export function PageHeader({ route, theme, onTheme }: Input) {
  const { node } = useGround();
  return (
    <header class="page-header">
      <div class="page-title">
        <a class="brand" href={writeRoute('world')}>
          <Mark />
          <span>Meridian</span>
        </a>
        {node !== null && (
          <span class="node-name">
            <span>{node.node}</span>
            <span class="quiet">
              {node.cluster} · {node.version}
            </span>
          </span>
        )}
        <span class="spring" />
        <LinkState />
        <button
          type="button"
          class="plain"
          onClick={() => onTheme(nextTheme(theme))}
          title="Light, dark, or as the system has it"
        >
          <span aria-hidden="true">{theme === 'auto' ? '◐' : theme === 'light' ? '○' : '●'}</span>
          <span class="wide-only"> {theme}</span>
          <span class="unseen">colours: {theme}; change</span>
        </button>
      </div>
      <nav aria-label="Views">
        {VIEWS.map((view) => (
          <a key={view} href={writeRoute(view)} aria-current={route.view === view ? 'page' : undefined}>
            {NAMES[view]}
            {view === 'shifts' && node !== null && node.shifts > 0 && <span class="badge">{node.shifts}</span>}
          </a>
        ))}
      </nav>
    </header>
  );
}

/** Whether the page is live: in words, since a dot alone says nothing to many. */
function LinkState() {
  const { feed, node } = useGround();
  const live = useLive(feed);
  const now = useNow(1_000);
  const mode = live.pulses.at(-1)?.mode ?? node?.mode;
  const age = live.heardAtMs === null ? null : (now - live.heardAtMs) / 1000;
  const words =
    live.link === 'live'
      ? 'live'
      : live.link === 'connecting'
        ? 'connecting'
        : `stale${age === null ? '' : `, ${durationText(age)} old`}`;
  return (
    <span class="link-state" role="status">
      {mode !== undefined && <span class={`mode mode-${mode.toLowerCase()}`}>{mode}</span>}
      <span class={`link link-${live.link}`}>{words}</span>
    </span>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <g fill="none" stroke="currentColor" stroke-width="2.2">
        <circle cx="16" cy="16" r="12" />
        <ellipse cx="16" cy="16" rx="5" ry="12" />
        <path d="M4 16h24" />
      </g>
      <circle class="mark-star" cx="16" cy="4" r="3.4" />
    </svg>
  );
}
