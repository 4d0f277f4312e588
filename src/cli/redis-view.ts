/**
 * What Redis alone knows, as `status` shows it: every node and agent, and of every check the verdict that the nodes tell and the
 * states in the agents' last snapshots. Redis knows no zones, so checks stand for endpoints.
 */

import type { AgentLedger, RegionVotes } from '../health/agent-ledger.ts';
import type { NodeStatus } from '../health/node-status.ts';
import type { CheckState } from '../health/observation.ts';
import type { Override } from '../health/override.ts';
import type { NodesRead, OverridesRead, SnapshotsRead } from '../redis/state-store.ts';
import type { ShiftStatus } from '../server/node-status.ts';
import type { NodeLine, StatusView, VerdictLine } from './status-view.ts';

/** What one node says of checks. */
type NodeWord = {
  readonly node: string;
  readonly down: ReadonlySet<string>;
  readonly unknown: ReadonlySet<string>;
  /** Whether a check that the node has and does not list is up there. */
  readonly isOtherUp: boolean;
};

/** The view of what was read at `nowMs` (monotonic) and `wallMs`; `ledger` takes the snapshots in. */
export function viewOfRedis(
  snapshots: SnapshotsRead,
  nodes: NodesRead,
  shifts: OverridesRead,
  ledger: AgentLedger,
  nowMs: number,
  wallMs: number,
  source: string,
): StatusView {
  for (const snapshot of snapshots.snapshots) ledger.applySnapshot(snapshot, nowMs);
  ledger.age(nowMs);
  const checks = new Set(snapshots.snapshots.flatMap((snapshot) => snapshot.reports.map((report) => report.id)));
  // What the nodes keep down may have no agent any more.
  for (const node of nodes.nodes) for (const id of [...node.downChecks, ...node.unknownChecks]) checks.add(id);
  const words = nodes.nodes.map(wordOf);
  const refused = [...snapshots.refused, ...nodes.refused, ...shifts.refused];
  return {
    source,
    nodes: nodes.nodes.map(nodeLine),
    // One look cannot tell how old a word is, only nodes can, which listen all the time.
    agents: ledger.standings(nowMs).map(({ agent, region, checks: count, lagMs, boot }) => {
      return { agent, region, fresh: null, ageSeconds: null, checks: count, lagMs, boot };
    }),
    zones: [],
    endpoints: [...checks].sort().map((id) => verdictLine(id, words, ledger.votesOf(id, nowMs).filter(saysSomething))),
    answers: null,
    shifts: shifts.overrides
      .map((override) => shiftLine(override, wallMs))
      .filter(({ leftSeconds }) => leftSeconds > 0),
    held: [],
    geo: null,
    warnings: refused.map((refusal) => `${refusal.source} is not believed: ${refusal.reason}`),
  };
}

function shiftLine(
  { id, scope, target, factor, isResume, by, reason, expiresMs }: Override,
  wallMs: number,
): ShiftStatus {
  return { id, scope, target, factor, isResume, by, reason, leftSeconds: Math.ceil((expiresMs - wallMs) / 1000) };
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

function wordOf(status: NodeStatus): NodeWord {
  const { node, downChecks, unknownChecks, checksUp, checksDown, checksUnknown } = status;
  const isCut = downChecks.length < checksDown || unknownChecks.length < checksUnknown;
  return { node, down: new Set(downChecks), unknown: new Set(unknownChecks), isOtherUp: !isCut && checksUp > 0 };
}

/** `votesOf` names every agent, also those that do not check this one. */
function saysSomething({ agents }: RegionVotes): boolean {
  return agents.some((agent) => agent.reason !== 'no report');
}

/**
 * The verdict of the nodes, each of which judges by the check's own quorum and by what it has heard all along; beside it what
 * the agents say at this moment.
 */
function verdictLine(id: string, nodes: readonly NodeWord[], regions: readonly RegionVotes[]): VerdictLine {
  const agents = regions.flatMap((region) => region.agents);
  const told = nodes.map((node) => ({ node: node.node, verdict: verdictAt(node, id, agents.length > 0) }));
  const verdicts = new Set(told.flatMap(({ verdict }) => verdict ?? []));
  const verdict = verdicts.size === 1 ? [...verdicts][0]! : verdicts.size === 0 ? 'unknown' : 'mixed';
  return {
    subject: id,
    verdict,
    votes: regions.map(({ region, agents: own }) => ({ region, vote: statesOf(own) })),
    reason: reasonOf(verdict, told, agents),
  };
}

/** Null where the node's word does not say: its lists are cut, or it may not know the check. */
function verdictAt(node: NodeWord, id: string, isSeen: boolean): CheckState | null {
  if (node.down.has(id)) return 'down';
  if (node.unknown.has(id)) return 'unknown';
  return isSeen && node.isOtherUp ? 'up' : null;
}

/** `down`, or where the agents of a region differ `down,up`, in the order of their names. */
function statesOf(agents: RegionVotes['agents']): string {
  const states = agents.toSorted((a, b) => (a.agent < b.agent ? -1 : 1)).map((agent) => agent.state);
  return new Set(states).size === 1 ? states[0]! : states.join(',');
}

function reasonOf(
  verdict: string,
  told: ReadonlyArray<{ readonly node: string; readonly verdict: CheckState | null }>,
  agents: RegionVotes['agents'],
): string | null {
  if (verdict === 'mixed') return told.map((each) => `${each.node}: ${each.verdict ?? 'not told'}`).join(', ');
  if (verdict === 'unknown' && told.every((each) => each.verdict === null)) return 'no node tells';
  return verdict === 'down' ? (agents.find((agent) => agent.state === 'down')?.reason ?? null) : null;
}
