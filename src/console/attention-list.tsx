/** What needs somebody: endpoints that are out or in doubt, agents that fell silent, and what the node warns of itself. */

import type { AgentsAnswer } from './api-answers.ts';
import { useGround, useLoaded } from './console-context.tsx';
import { endpointState, needsAttention } from './endpoint-state.ts';
import { movesClients } from './event-kinds.ts';
import { countText, durationText } from './figures.ts';
import { loadEndpoints } from './load-endpoints.ts';
import { writeRoute } from './page-route.ts';
import { Card, Failure, Quiet, StateMark } from './view-parts.tsx';

const ENDPOINTS_MS = 15_000;
const SHOWN_MAX = 8;

/** A short list; all of it is in the other views. */
export function AttentionList() {
  const { node } = useGround();
  const freshness = { everyMs: ENDPOINTS_MS, concerns: movesClients };
  const endpoints = useLoaded('endpoints', loadEndpoints, freshness);
  const agents = useLoaded<AgentsAnswer>('agents', (client, signal) => client.get('agents', signal), freshness);
  const out = endpoints.value?.endpoints.filter(needsAttention) ?? [];
  const silent = agents.value?.agents.filter(({ fresh }) => !fresh) ?? [];
  const warnings = node?.warnings ?? [];
  const isLoaded = endpoints.value !== null && agents.value !== null;
  const isCalm = out.length === 0 && silent.length === 0 && warnings.length === 0;
  return (
    <Card title="Needs attention" id="attention-title" kind="attention-card">
      {endpoints.error !== null && (
        <Failure message={`Endpoints could not be had: ${endpoints.error}.`} onRetry={endpoints.reload} />
      )}
      {isLoaded && isCalm && (
        <Quiet>Nothing. {countText(endpoints.value!.total, 'endpoint')} served, and every agent is heard.</Quiet>
      )}
      <ul class="attention">
        {out.slice(0, SHOWN_MAX).map((endpoint) => (
          <li key={endpoint.key}>
            <StateMark {...endpointState(endpoint)} />{' '}
            <a href={writeRoute('endpoints', { filter: endpoint.value })}>
              <code>{endpoint.value}</code>
            </a>{' '}
            <span class="quiet">
              {endpoint.name} {endpoint.type}, pool {endpoint.pool}
              {endpoint.suspect && endpoint.verdict !== 'down' && ', a check failed and the regions do not agree yet'}
              {endpoint.heldSeconds > 0 && `, for ${durationText(endpoint.heldSeconds)} still`}
            </span>
          </li>
        ))}
        {out.length > SHOWN_MAX && (
          <li>
            <a href={writeRoute('endpoints', { filter: 'down' })}>
              {countText(out.length - SHOWN_MAX, 'more endpoint')}
            </a>
          </li>
        )}
        {silent.map(({ agent, region, ageSeconds }) => (
          <li key={agent}>
            <StateMark state="unknown" word="silent" /> agent {agent} of {region}{' '}
            <span class="quiet">for {durationText(ageSeconds)}; its word does not count</span>
          </li>
        ))}
        {warnings.map((warning) => (
          <li key={warning}>
            <StateMark state="unknown" word="note" /> <span>{warning}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
