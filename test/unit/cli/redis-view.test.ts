import { describe, expect, it } from 'vitest';
import { viewOfRedis } from '../../../src/cli/redis-view.ts';
import { AgentLedger } from '../../../src/health/agent-ledger.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import type { AgentSnapshot } from '../../../src/health/report.ts';

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

function view(snapshots: AgentSnapshot[]) {
  const nodes = { nodes: [], refused: [{ source: 'meridian:{default}:node:x', reason: 'not JSON' }] };
  return viewOfRedis({ snapshots, refused: [], epoch: 1 }, nodes, new AgentLedger(), 0, 'redis://127.0.0.1:6379');
}

describe('the verdict from Redis alone', () => {
  it('is the majority of the regions, with a reason of one that agrees', () => {
    const { endpoints } = view([
      snapshotOf('eu', { c1: 'down', c2: 'up' }),
      snapshotOf('us', { c1: 'down', c2: 'up' }),
      snapshotOf('ap', { c1: 'up', c2: 'down' }),
    ]);
    expect(endpoints).toMatchObject([
      { subject: 'c1', verdict: 'down', reason: 'timeout (connect)' },
      { subject: 'c2', verdict: 'up', reason: null },
    ]);
    expect(endpoints[0]!.votes).toContainEqual({ region: 'ap', vote: 'up' });
  });

  it('is unknown without a majority', () => {
    expect(view([snapshotOf('eu', { c: 'down' }), snapshotOf('us', { c: 'up' })]).endpoints[0]!.verdict).toBe(
      'unknown',
    );
  });
});

it('lists agents, and what in Redis was not believed', () => {
  const shown = view([snapshotOf('eu', { c: 'up' })]);
  expect(shown.agents).toEqual([{ agent: 'agent-eu', region: 'eu', fresh: null, ageSeconds: null, checks: 1 }]);
  expect(shown.warnings).toEqual(['meridian:{default}:node:x is not believed: not JSON']);
});
