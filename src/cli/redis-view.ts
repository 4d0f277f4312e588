/**
 * What Redis alone knows, as `status` shows it: every node and agent, and the verdict on every check by the agents' last
 * snapshots. Redis knows no zones, so checks stand for endpoints.
 */

import type { AgentLedger, RegionVotes } from '../health/agent-ledger.ts';
import type { NodeStatus } from '../health/node-status.ts';
import { endpointVerdict } from '../health/verdict.ts';
import type { NodesRead, SnapshotsRead } from '../redis/state-store.ts';
import type { NodeLine, StatusView, VerdictLine } from './status-view.ts';

/** The view of what was read at `nowMs` (monotonic); `ledger` takes the snapshots in. */
export function viewOfRedis(
  snapshots: SnapshotsRead,
  nodes: NodesRead,
  ledger: AgentLedger,
  nowMs: number,
  source: string,
): StatusView {
  for (const snapshot of snapshots.snapshots) ledger.applySnapshot(snapshot, nowMs);
  ledger.age(nowMs);
  const checks = new Set(snapshots.snapshots.flatMap((snapshot) => snapshot.reports.map((report) => report.id)));
  const refused = [...snapshots.refused, ...nodes.refused];
  return {
    source,
    nodes: nodes.nodes.map(nodeLine),
    // One look cannot tell how old a word is, only nodes can, which listen all the time.
    agents: ledger
      .standings(nowMs)
      .map(({ agent, region, checks: count }) => ({ agent, region, fresh: null, ageSeconds: null, checks: count })),
    zones: [],
    endpoints: [...checks].sort().map((id) => verdictLine(id, ledger.votesOf(id, nowMs))),
    geo: null,
    warnings: refused.map((refusal) => `${refusal.source} is not believed: ${refusal.reason}`),
  };
}

function nodeLine(node: NodeStatus): NodeLine {
  return {
    node: node.node,
    mode: node.mode,
    modeReason: node.modeReason,
    uptimeSeconds: node.uptimeMs / 1_000,
    state: 'redis',
    listen: node.listen,
    zones: node.zones,
    up: node.checksUp,
    down: node.checksDown,
    unknown: node.checksUnknown,
  };
}

/** By a majority of the regions, as most checks are judged; a check of another quorum is judged so by the nodes. */
function verdictLine(id: string, regions: readonly RegionVotes[]): VerdictLine {
  const ups = regions.filter((region) => region.vote === 'up').length;
  const downs = regions.filter((region) => region.vote === 'down').length;
  const verdict = endpointVerdict(ups, downs, 'majority', 'unknown', true);
  const speaker = regions.flatMap((region) => region.agents).find((agent) => agent.state === verdict);
  return {
    subject: id,
    verdict,
    votes: regions.map(({ region, vote }) => ({ region, vote })),
    reason: verdict === 'down' ? (speaker?.reason ?? null) : null,
  };
}
