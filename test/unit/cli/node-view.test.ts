import { describe, expect, it } from 'vitest';
import { viewOfNode } from '../../../src/cli/node-view.ts';
import type { NodeStatus } from '../../../src/server/node-status.ts';

const status: NodeStatus = {
  node: 'ns1-1',
  cluster: 'default',
  pid: 1,
  uptimeSeconds: 5,
  state: 'redis',
  mode: 'HOLD',
  modeReason: 'minority',
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
      drawWeight: 1,
      factor: 1,
      poolShare: null,
      correction: null,
      answers: { total: 9, recent: 4 },
    },
  ],
  agents: [],
  answerWindowSeconds: 300,
  pools: [],
  lastResortAnswers: { total: 2, recent: 1 },
  shifts: [],
  held: [],
  warnings: [],
};

describe('the view of a node', () => {
  it('keeps its mode and why, its addresses and what its geo data is worth', () => {
    const view = viewOfNode(status, 'http://x');
    expect(view.nodes[0]).toMatchObject({
      mode: 'HOLD',
      modeReason: 'minority',
      listen: ['[::1]:53'],
      up: 1,
      down: 0,
      unknown: 0,
    });
    expect(view.geo).toBe('geoip-lite (its data is of 2019)');
    expect(view.answers).toEqual({ windowSeconds: 300, pools: [], lastResort: 1 });
    expect(view.endpoints[0]).toMatchObject({
      subject: 'www.a. A eu 192.0.2.1',
      reason: 'status: up in the zone file',
    });
  });
});
