/** The cluster: every DNS node and every probe agent that this node knows of, how long ago each was heard, and where nodes disagree. */

import type { AgentsAnswer, ClusterAnswer } from './api-answers.ts';
import { nodeNotes } from './cluster-notes.ts';
import { useGround, useLoaded } from './console-context.tsx';
import { movesClients } from './event-kinds.ts';
import { amountText, countText, durationText, millisecondsText } from './figures.ts';
import { writeRoute } from './page-route.ts';
import { Card, Failure, Quiet, Scroll, StateMark } from './view-parts.tsx';

const CLUSTER_MS = 3_000;

/** Nodes above, agents below. */
export function ClusterView() {
  const freshness = { everyMs: CLUSTER_MS, concerns: movesClients };
  const cluster = useLoaded<ClusterAnswer>('cluster', (client, signal) => client.get('cluster', signal), freshness);
  const agents = useLoaded<AgentsAnswer>('agents', (client, signal) => client.get('agents', signal), freshness);
  const { node } = useGround();
  return (
    <div class="view">
      <h1 class="unseen">Cluster</h1>
      <Card
        title="DNS nodes"
        id="nodes-title"
        aside={cluster.value !== null && <span class="quiet">{countText(cluster.value.nodes.length, 'node')}</span>}
      >
        {cluster.error !== null && (
          <Failure message={`The cluster could not be had: ${cluster.error}.`} onRetry={cluster.reload} />
        )}
        {cluster.value?.trouble != null && (
          <div class="banner banner-warn" role="alert">
            <strong>The list may be old: {cluster.value.trouble}.</strong>
          </div>
        )}
        {cluster.value?.nodes.length === 0 && <Quiet>No node has said anything within the last minute.</Quiet>}
        {cluster.value !== null && cluster.value.nodes.length > 0 && (
          <NodeTable
            nodes={cluster.value.nodes.toSorted((a, b) => (a.node < b.node ? -1 : 1))}
            own={node?.node ?? null}
          />
        )}
      </Card>
      <Card
        title="Probe agents"
        id="agents-title"
        aside={agents.value !== null && <span class="quiet">{countText(agents.value.agents.length, 'agent')}</span>}
      >
        {agents.error !== null && (
          <Failure message={`Agents could not be had: ${agents.error}.`} onRetry={agents.reload} />
        )}
        {agents.value?.agents.length === 0 && (
          <Quiet>
            No agent has been heard. Run "meridian probe" in each region; until then nothing is believed to be down.
          </Quiet>
        )}
        {agents.value !== null && agents.value.agents.length > 0 && <AgentTable agents={agents.value.agents} />}
      </Card>
    </div>
  );
}

type NodeRow = ClusterAnswer['nodes'][number];

function NodeTable({ nodes, own }: { readonly nodes: readonly NodeRow[]; readonly own: string | null }) {
  return (
    <Scroll label="Table of DNS nodes">
      <table class="node-table">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Mode</th>
            <th scope="col">Listens on</th>
            <th scope="col" class="number">
              Zones
            </th>
            <th scope="col">Checks</th>
            <th scope="col">Regions heard</th>
            <th scope="col" class="number">
              Runs for
            </th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.boot} data-node={node.node}>
              <th scope="row">
                {node.node}
                {node.node === own && <span class="tag">this one</span>}
                <span class="quiet block">{node.version}</span>
              </th>
              <td>
                <StateMark state={node.mode === 'NORMAL' ? 'up' : 'held'} word={node.mode} />
                <span class="quiet block">
                  {node.modeReason !== null && `${node.modeReason}, `}for {durationText(node.modeHeldMs / 1000)}
                </span>
                {nodeNotes(node, nodes).map((note) => (
                  <span class="block is-warn" key={note}>
                    {note}
                  </span>
                ))}
              </td>
              <td>
                {node.listen.map((address) => (
                  <code class="block" key={address}>
                    {address}
                  </code>
                ))}
              </td>
              <td class="number">{amountText(node.zones)}</td>
              <td>
                {amountText(node.checksUp)} up
                <span class={`block ${node.checksDown > 0 ? 'is-bad' : 'quiet'}`}>
                  {amountText(node.checksDown)} down
                </span>
                {node.checksUnknown > 0 && <span class="quiet block">{amountText(node.checksUnknown)} not known</span>}
              </td>
              <td>
                {node.regionsFresh} of {node.regionsKnown}
              </td>
              <td class="number">{durationText(node.uptimeMs / 1000)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

type AgentRow = AgentsAnswer['agents'][number];

function AgentTable({ agents }: { readonly agents: readonly AgentRow[] }) {
  return (
    <Scroll label="Table of probe agents">
      <table class="agent-table">
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Region</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Lag
            </th>
            <th scope="col" class="number">
              Last seen
            </th>
          </tr>
        </thead>
        <tbody>
          {agents.map(({ agent, region, fresh, ageSeconds, lagMs }) => (
            <tr key={agent} data-agent={agent}>
              <th scope="row">{agent}</th>
              <td>
                <a href={writeRoute('endpoints', { filter: region })}>{region}</a>
              </td>
              <td>
                <StateMark state={fresh ? 'up' : 'down'} word={fresh ? 'heard' : 'silent'} />
                {!fresh && <span class="quiet block">its word does not count</span>}
              </td>
              <td class="number">{millisecondsText(lagMs)}</td>
              <td class="number">{durationText(ageSeconds)} ago</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
