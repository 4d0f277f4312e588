/**
 * What `meridian status` knows, in one shape whether a node or Redis said it, and how it looks on a terminal.
 *
 * Built by `status-command.ts` from its two sources; `--json` prints it as it is.
 */

import { styleText } from 'node:util';
import { formatFault } from '../base/fault.ts';
import type { HeldEndpoint, PoolShare, ShiftStatus, ZoneStatus } from '../server/node-status.ts';
import { duration, heldTable, more, shareTable, shiftTable } from './share-view.ts';
import { renderTable } from './text-table.ts';

export type NodeLine = {
  readonly node: string;
  /** NORMAL, or HOLD while the last verdicts are frozen. */
  readonly mode: string;
  readonly modeReason: string | null;
  readonly uptimeSeconds: number;
  readonly state: string;
  readonly listen: readonly string[];
  readonly zones: number;
  /** Endpoints (a node's own word) or checks (its word in Redis) by verdict. */
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
};

export type AgentLine = {
  readonly agent: string;
  readonly region: string;
  /** Null where only a node could tell. */
  readonly fresh: boolean | null;
  readonly ageSeconds: number | null;
  readonly checks: number;
  /** Milliseconds by which its checks start late; null: it does not tell. */
  readonly lagMs: number | null;
  readonly boot: string;
};

export type VoteLine = { readonly region: string; readonly vote: string };

/** An endpoint, or (from Redis, which knows no zones) a check. */
export type VerdictLine = {
  /** `www.gslb.example.com. A eu-west 198.51.100.10`, or the check's id. */
  readonly subject: string;
  readonly verdict: string;
  readonly votes: readonly VoteLine[];
  readonly reason: string | null;
};

export type StatusView = {
  /** Who was asked. */
  readonly source: string;
  readonly nodes: readonly NodeLine[];
  readonly agents: readonly AgentLine[];
  readonly zones: readonly ZoneStatus[];
  readonly endpoints: readonly VerdictLine[];
  /** Where answers went of late, by a node's own count; null where no node was asked. */
  readonly answers: {
    readonly windowSeconds: number;
    readonly pools: readonly PoolShare[];
    readonly lastResort: number;
  } | null;
  readonly shifts: readonly ShiftStatus[];
  readonly held: readonly HeldEndpoint[];
  readonly geo: string | null;
  readonly warnings: readonly string[];
};

/** Enough of a boot's id to see that it is another. */
const BOOT_CHARS = 8;
/** Rows of one table on a terminal; `--json` gives all. */
const ROWS_MAX = 200;

/** The view as text, coloured where stdout is a terminal. */
export function renderStatus(view: StatusView): string {
  const parts = [paint('dim', `from ${view.source}`)];
  const held = view.nodes.filter((node) => node.mode !== 'NORMAL');
  for (const node of held) {
    const reason = node.modeReason === null ? '' : ` (${node.modeReason})`;
    parts.push(paint('red', `${node.mode}: ${node.node} keeps its last verdicts${reason}`));
  }
  for (const warning of view.warnings) parts.push(paint('yellow', `warning: ${warning}`));
  parts.push(section('nodes', nodeTable(view.nodes)));
  if (view.geo !== null) parts.push(`geo data: ${view.geo}`);
  parts.push(section('agents', agentTable(view.agents)));
  if (view.zones.length > 0) parts.push(section('zones', zoneTable(view.zones)), ...zoneFaults(view.zones));
  parts.push(section('endpoints', endpointTable(view.endpoints)));
  if (view.held.length > 0) parts.push(section('kept out of answers without being down', heldTable(view.held)));
  if (view.shifts.length > 0) parts.push(section('shifts', shiftTable(view.shifts)));
  if (view.answers !== null && view.answers.pools.length > 0) parts.push(...answerParts(view.answers));
  return `${parts.join('\n')}\n`;
}

function answerParts({ windowSeconds, pools, lastResort }: NonNullable<StatusView['answers']>): string[] {
  const parts = [section(`answers of this node in the last ${duration(windowSeconds)}`, shareTable(pools))];
  if (lastResort > 0) parts.push(paint('red', `last resort: ${lastResort} records out of records' own values`));
  return parts;
}

function nodeTable(nodes: readonly NodeLine[]): string {
  return renderTable(
    ['node', 'mode', 'up since', 'state', 'listens on', 'zones', 'up/down/unknown'],
    nodes.map((node) => [
      node.node,
      paint(node.mode === 'NORMAL' ? 'green' : 'red', node.mode),
      duration(node.uptimeSeconds),
      node.state,
      node.listen.join(' '),
      String(node.zones),
      `${node.up}/${node.down}/${node.unknown}`,
    ]),
  );
}

function agentTable(agents: readonly AgentLine[]): string {
  return renderTable(
    ['agent', 'region', 'heard', 'checks', 'lag', 'boot'],
    agents
      .slice(0, ROWS_MAX)
      .map((agent) => [
        agent.agent,
        agent.region,
        freshness(agent),
        String(agent.checks),
        agent.lagMs === null ? '-' : `${Math.round(agent.lagMs)} ms`,
        agent.boot.slice(0, BOOT_CHARS),
      ]),
  );
}

function freshness(agent: AgentLine): string {
  const age = agent.ageSeconds === null ? '' : `${duration(agent.ageSeconds)} ago`;
  if (agent.fresh === null) return age === '' ? 'ask a node' : age;
  return agent.fresh ? paint('green', age === '' ? 'fresh' : age) : paint('red', `stale, ${age}`);
}

function zoneTable(zones: readonly ZoneStatus[]): string {
  const troubled = zones.filter((zone) => zone.state !== 'serving');
  const rows = [...troubled, ...zones.filter((zone) => zone.state === 'serving')].slice(0, ROWS_MAX);
  const table = renderTable(
    ['zone', 'state', 'serial', 'names', 'records', 'steered', 'errors', 'warnings'],
    rows.map((zone) => [
      zone.zone,
      paint(zone.state === 'serving' ? 'green' : 'red', zone.state),
      String(zone.serial),
      String(zone.names),
      String(zone.records),
      String(zone.dynamics),
      String(zone.errors),
      String(zone.warnings),
    ]),
  );
  return table + more(zones.length - rows.length);
}

function zoneFaults(zones: readonly ZoneStatus[]): string[] {
  const faults = zones.flatMap((zone) => zone.faults).filter((fault) => fault.severity === 'error');
  return faults.slice(0, ROWS_MAX).map((fault) => paint('red', formatFault(fault)));
}

function endpointTable(endpoints: readonly VerdictLine[]): string {
  const rank: Record<string, number> = { down: 0, unknown: 1, up: 2 };
  const rows = endpoints.toSorted((a, b) => (rank[a.verdict] ?? 1) - (rank[b.verdict] ?? 1)).slice(0, ROWS_MAX);
  const table = renderTable(
    ['endpoint', 'verdict', 'votes', 'why'],
    rows.map((endpoint) => [
      endpoint.subject,
      paint(verdictColor(endpoint.verdict), endpoint.verdict),
      endpoint.votes.map((vote) => `${vote.region}:${vote.vote}`).join(' '),
      endpoint.reason ?? '',
    ]),
  );
  return table + more(endpoints.length - rows.length);
}

/** Colour of a verdict wherever one is printed. */
export function verdictColor(verdict: string): 'green' | 'red' | 'yellow' {
  if (verdict === 'up') return 'green';
  return verdict === 'down' ? 'red' : 'yellow';
}

/** `text` in `color` where stdout is a terminal that wants colour (NO_COLOR is heeded), else as it is. */
export function paint(color: 'green' | 'red' | 'yellow' | 'dim' | 'bold', text: string): string {
  return styleText(color, text, { stream: process.stdout });
}

function section(title: string, body: string): string {
  return `\n${paint('bold', title)}\n${body}`;
}
