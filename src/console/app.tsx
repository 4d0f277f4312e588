/** The page as a whole: header, warnings, the view that is open, and the dialog for a token. */

import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { NodeAnswer } from './api-answers.ts';
import { ApiClient } from './api-client.ts';
import { ClusterView } from './cluster-view.tsx';
import { ConsoleContext, useLoaded } from './console-context.tsx';
import { EndpointsView } from './endpoints-view.tsx';
import { EventsView } from './events-view.tsx';
import { ExplainView } from './explain-view.tsx';
import { LiveFeed } from './live-feed.ts';
import { NodeBanner } from './node-banner.tsx';
import { PageHeader } from './page-header.tsx';
import { type Route, readRoute } from './page-route.ts';
import type { Theme } from './page-theme.ts';
import { ShiftsView } from './shifts-view.tsx';
import { TokenDialog } from './token-dialog.tsx';
import { WhatIfView } from './what-if-view.tsx';
import { WorldView } from './world-view.tsx';
import { ZonesView } from './zones-view.tsx';

const NODE_MS = 5_000;

/** The whole page. */
export function App() {
  const client = useMemo(() => new ApiClient(), []);
  const feed = useMemo(() => new LiveFeed(client), [client]);
  const [question, setQuestion] = useState<{ why: string; answer: (given: boolean) => void } | null>(null);
  const askToken = useCallback(
    (why: string) => new Promise<boolean>((resolve) => setQuestion({ why, answer: resolve })),
    [],
  );
  useEffect(() => {
    void feed.start();
    const retry = () => feed.retry();
    addEventListener('online', retry);
    return () => {
      removeEventListener('online', retry);
      feed.stop();
    };
  }, [feed]);
  const ground = useMemo(() => ({ client, feed, node: null, askToken }), [client, feed, askToken]);
  const answer = (token: string | null) => {
    if (token !== null) {
      client.useToken(token);
      feed.retry();
    }
    question?.answer(token !== null);
    setQuestion(null);
  };
  return (
    <ConsoleContext.Provider value={ground}>
      <Page />
      {question !== null && <TokenDialog why={question.why} onDone={answer} />}
    </ConsoleContext.Provider>
  );
}

function Page() {
  const route = useRoute();
  const [theme, setTheme] = useState<Theme>('auto');
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  const node = useLoaded<NodeAnswer>('node', (client, signal) => client.get('node', signal), {
    everyMs: NODE_MS,
    concerns: () => true,
  });
  return (
    <ConsoleContext.Consumer>
      {(outer) =>
        outer !== null && (
          <ConsoleContext.Provider value={{ ...outer, node: node.value }}>
            <a class="skip" href="#content">
              Skip to the content
            </a>
            <PageHeader route={route} theme={theme} onTheme={setTheme} />
            <main id="content" tabIndex={-1}>
              <NodeBanner error={node.error} />
              <OpenView route={route} />
            </main>
          </ConsoleContext.Provider>
        )
      }
    </ConsoleContext.Consumer>
  );
}

function OpenView({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'world':
      return <WorldView query={route.query} />;
    case 'endpoints':
      return <EndpointsView query={route.query} />;
    case 'explain':
      return <ExplainView query={route.query} />;
    case 'what-if':
      return <WhatIfView />;
    case 'shifts':
      return <ShiftsView />;
    case 'zones':
      return <ZonesView />;
    case 'cluster':
      return <ClusterView />;
    case 'events':
      return <EventsView />;
  }
}

function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const follow = () => {
      // The link that skips the navigation is a fragment too, and no view.
      if (location.hash !== '#content') setRoute(readRoute(location.hash));
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
