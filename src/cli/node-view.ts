/** What one node says of itself, as `status` shows it. */

import type { EndpointStatus, NodeStatus } from '../server/node-status.ts';
import { formatSocketAddress } from './socket-address.ts';
import type { NodeLine, StatusView, VerdictLine } from './status-view.ts';

/** The view of `status`, which `source` gave. */
export function viewOfNode(status: NodeStatus, source: string): StatusView {
  const endpoints = status.endpoints.map(endpointLine);
  const count = (verdict: string) => endpoints.filter((endpoint) => endpoint.verdict === verdict).length;
  const node: NodeLine = {
    node: status.node,
    mode: status.mode,
    modeReason: status.modeReason,
    uptimeSeconds: status.uptimeSeconds,
    state: status.state,
    listen: status.listen.map(formatSocketAddress),
    zones: status.zones.filter((zone) => zone.state !== 'refused').length,
    up: count('up'),
    down: count('down'),
    unknown: count('unknown'),
  };
  return {
    source,
    nodes: [node],
    agents: status.agents,
    zones: status.zones,
    endpoints,
    answers: {
      windowSeconds: status.answerWindowSeconds,
      pools: status.pools,
      lastResort: status.lastResortAnswers.recent,
    },
    shifts: status.shifts,
    held: status.held,
    geo: status.geo.note === null ? status.geo.source : `${status.geo.source} (${status.geo.note})`,
    warnings: status.warnings,
  };
}

function endpointLine(endpoint: EndpointStatus): VerdictLine {
  const { name, type, pool, value, status, verdict, votes } = endpoint;
  const subject = `${name} ${type} ${pool} ${value}`;
  // The operator's word stands, whatever anybody sees; nobody is asked.
  if (status !== 'obey') return { subject, verdict: status, votes: [], reason: `status: ${status} in the zone file` };
  return { subject, verdict, votes, reason: null };
}
