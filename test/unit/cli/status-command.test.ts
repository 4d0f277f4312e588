import { describe, expect, it } from 'vitest';
import { verdictLine, viewOfNode } from '../../../src/cli/status-command.ts';
import type { NodeStatus } from '../../../src/server/node-status.ts';

const status: NodeStatus = {
  node: 'ns1-1',
  cluster: 'default',
  pid: 1,
  uptimeSeconds: 5,
  state: 'redis',
  mode: 'HOLD',
  listen: [{ address: '::1', port: 53 }],
  transport: 'dgram',
  zones: [],
  geo: { source: 'geoip-lite', note: 'its data is of 2019', cached: true, faults: [] },
  workers: [],
  counters: {},
  endpoints: [
    {
      key: 'k',
      zone: 'a.',
      name: 'www.a.',
      type: 'A',
      pool: 'eu',
      region: null,
      value: '192.0.2.1',
      weight: 1,
      status: 'up',
      verdict: 'down',
      barred: false,
      check: 'c',
      votes: [],
    },
  ],
  agents: [],
  warnings: [],
};

describe('the view of a node', () => {
  it('keeps its mode, its addresses and what its geo data is worth', () => {
    const view = viewOfNode(status, 'http://x');
    expect(view.nodes[0]).toMatchObject({ mode: 'HOLD', listen: ['[::1]:53'], up: 0, down: 1, unknown: 0 });
    expect(view.geo).toBe('geoip-lite (its data is of 2019)');
    expect(view.endpoints[0]).toMatchObject({
      subject: 'www.a. A eu 192.0.2.1',
      reason: 'status: up in the zone file',
    });
  });
});

describe('the verdict from Redis alone', () => {
  const vote = (region: string, state: 'up' | 'down') => ({
    region,
    vote: state,
    agents: [
      {
        agent: region,
        state,
        reason: state === 'down' ? 'timeout (connect)' : 'ok',
        connectMs: null,
        ageMs: 0,
        fresh: true,
      },
    ],
  });

  it('is the majority of the regions, with a reason of one that agrees', () => {
    expect(verdictLine('c', [vote('a', 'down'), vote('b', 'down'), vote('c', 'up')])).toMatchObject({
      verdict: 'down',
      reason: 'timeout (connect)',
    });
    expect(verdictLine('c', [vote('a', 'down'), vote('b', 'up'), vote('c', 'up')])).toMatchObject({
      verdict: 'up',
      reason: null,
    });
  });

  it('is unknown without a majority', () => {
    expect(verdictLine('c', [vote('a', 'down'), vote('b', 'up')]).verdict).toBe('unknown');
    expect(verdictLine('c', []).verdict).toBe('unknown');
  });
});
