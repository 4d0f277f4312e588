import { describe, expect, it } from 'vitest';
import { viewOfRedis } from '../../../src/cli/redis-view.ts';
import { AgentLedger } from '../../../src/health/agent-ledger.ts';
import type { NodeStatus } from '../../../src/health/node-status.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import type { AgentSnapshot } from '../../../src/health/report.ts';
import { shift } from '../../tools/override.ts';

function snapshotOf(region: string, states: Record<string, CheckState>): AgentSnapshot {
  const reports = Object.entries(states).map(([id, state]) => ({
    id,
    state,
    reason: state === 'down' ? 'timeout (connect)' : 'ok',
    connectMs: null,
    connectDevMs: null,
    serverMs: null,
    seq: 1,
    heldMs: 0,
    failing: 0,
  }));
  return { agent: `agent-${region}`, region, boot: 'b', seq: 1, intervalMs: 5_000, reports };
}

function nodeOf(
  node: string,
  downChecks: string[],
  unknownChecks: string[],
  counts: Partial<NodeStatus> = {},
): NodeStatus {
  const checks = { checksUp: 2, checksDown: downChecks.length, checksUnknown: unknownChecks.length };
  const facts = {
    boot: 'b',
    seq: 1,
    version: '',
    mode: 'NORMAL',
    modeReason: null,
    modeHeldMs: 0,
    uptimeMs: 0,
  } as const;
  const rest = { listen: [], zones: 1, regionsFresh: 3, regionsKnown: 3, downChecks, unknownChecks };
  return { node, ...facts, ...checks, ...rest, ...counts };
}

function view(snapshots: AgentSnapshot[], nodeStatuses: NodeStatus[] = []) {
  const nodes = { nodes: nodeStatuses, refused: [{ source: 'meridian:{default}:node:x', reason: 'not JSON' }] };
  const overrides = [
    shift('a1', { createdMs: 0, expiresMs: 121_000 }),
    shift('a2', { createdMs: 0, expiresMs: 61_000 }),
  ];
  const shifts = { overrides, refused: [], version: 1, nowMs: 61_000 };
  return viewOfRedis({ snapshots, refused: [], epoch: 1 }, nodes, shifts, new AgentLedger(), 0, 61_000, 'redis://x');
}

describe('the verdict from Redis', () => {
  it('is that of the nodes, whatever most regions say, with the states of the agents beside it', () => {
    const snapshots = [
      snapshotOf('eu', { c1: 'down', c2: 'up', c3: 'down' }),
      snapshotOf('us', { c1: 'up', c2: 'up', c3: 'down' }),
      snapshotOf('ap', { c1: 'up', c2: 'down', c3: 'down' }),
    ];
    // c1 is judged by quorum "any", c2 by "majority", c3 by nodes that hold.
    const { endpoints } = view(snapshots, [nodeOf('ns1', ['c1'], []), nodeOf('ns2', ['c1'], [])]);
    expect(endpoints).toMatchObject([
      { subject: 'c1', verdict: 'down', reason: 'timeout (connect)' },
      { subject: 'c2', verdict: 'up', reason: null },
      { subject: 'c3', verdict: 'up', reason: null },
    ]);
    expect(endpoints[1]!.votes).toContainEqual({ region: 'ap', vote: 'down' });
  });

  it('says who says what when nodes differ, and lists what only nodes know', () => {
    const { endpoints } = view(
      [snapshotOf('eu', { c: 'up' })],
      [nodeOf('ns1', ['c', 'old'], []), nodeOf('ns2', [], [])],
    );
    expect(endpoints).toMatchObject([
      { subject: 'c', verdict: 'mixed', reason: 'ns1: down, ns2: up' },
      { subject: 'old', verdict: 'down', votes: [] },
    ]);
  });

  it('is unknown where no node tells: none is there, or its lists are cut', () => {
    const snapshots = [snapshotOf('eu', { c: 'up' })];
    expect(view(snapshots).endpoints[0]).toMatchObject({ verdict: 'unknown', reason: 'no node tells' });
    const cut = nodeOf('ns1', ['x'], [], { checksDown: 900 });
    expect(view(snapshots, [cut]).endpoints[0]).toMatchObject({ subject: 'c', verdict: 'unknown' });
  });
});

it('lists agents, and what in Redis was not believed', () => {
  const shown = view([snapshotOf('eu', { c: 'up' })]);
  expect(shown.agents).toMatchObject([
    { agent: 'agent-eu', region: 'eu', fresh: null, ageSeconds: null, checks: 1, lagMs: null },
  ]);
  expect(shown.warnings).toEqual(['meridian:{default}:node:x is not believed: not JSON']);
});

it('lists the shifts that still run, with what is left of them', () => {
  expect(view([]).shifts).toEqual([
    {
      id: 'a1',
      scope: 'region',
      target: 'eu-west',
      factor: 0,
      isResume: false,
      by: 'ann',
      reason: 'maintenance',
      leftSeconds: 60,
    },
  ]);
});
