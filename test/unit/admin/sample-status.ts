/** A node's status with one of everything, for the tests of the admin floor. */

import type { ProbeAgentStatus } from '../../../src/probe/agent.ts';
import type { NodeStatus } from '../../../src/server/node-status.ts';

/** A zone served, one refused; an endpoint up and barred; an agent fresh and one stale. */
export function sampleStatus(): NodeStatus {
  const zone = { serial: 1, names: 2, records: 3, dynamics: 1, loadedAtMs: 0, faults: [], warnings: 0 };
  const endpoint = { zone: 'a.', name: 'www.a.', type: 'A', pool: 'p', region: null, weight: 1, check: 'c', votes: [] };
  const drawn = { drawWeight: 1, factor: 1, poolShare: null };
  return {
    node: 'ns1-1',
    cluster: 'default',
    pid: 1,
    uptimeSeconds: 12,
    state: 'redis',
    mode: 'HOLD',
    modeReason: 'store-lost',
    listen: [{ address: '127.0.0.1', port: 5300 }],
    transport: 'dgram',
    zones: [
      { ...zone, zone: 'a.', state: 'serving', errors: 0 },
      { ...zone, zone: 'b.', state: 'refused', errors: 3 },
    ],
    geo: { source: 'geoip-lite', note: null, cached: false, faults: [] },
    workers: [
      { role: 'udp', index: 0, state: 'ready', restarts: 2 },
      { role: 'udp', index: 1, state: 'ready', restarts: 0 },
      { role: 'stream', index: 0, state: 'dead', restarts: 1 },
    ],
    counters: { queriesUdp: 7, rcode3: 2, truncated: 1, tcpOpen: 4 },
    endpoints: [
      {
        ...endpoint,
        key: '1',
        value: '192.0.2.1',
        status: 'obey',
        verdict: 'up',
        barred: false,
        ...drawn,
        correction: null,
        answers: { total: 30, recent: 3 },
      },
      {
        ...endpoint,
        key: '2',
        value: '192.0.2.2',
        status: 'obey',
        verdict: 'down',
        barred: true,
        ...drawn,
        correction: null,
        answers: { total: 12, recent: 0 },
      },
    ],
    agents: [
      { agent: 'a1', region: 'r1', fresh: true, ageSeconds: 1, boot: 'b1', checks: 4, lagMs: 250 },
      { agent: 'a2', region: 'r2', fresh: false, ageSeconds: 90, boot: 'b2', checks: 4, lagMs: null },
    ],
    answerWindowSeconds: 300,
    pools: [],
    lastResortAnswers: { total: 5, recent: 0 },
    shifts: [],
    held: [],
    warnings: [],
  };
}

/** An agent's status. */
const DURATIONS = { boundsMs: [1, 10], counts: [30, 9, 1], sumMs: 500 };

export function sampleAgentStatus(): ProbeAgentStatus {
  return {
    agentId: 'a1',
    region: 'eu-west',
    boot: 'b',
    up: 3,
    down: 1,
    unknown: 0,
    published: 9,
    publishFailures: 1,
    publishedAgoMs: 2_500,
    publishTrouble: null,
    loadsRefused: 6,
    scheduler: { checks: 4, running: 1, waiting: 0, started: 40, skipped: 2, lagMsMax: 12, lags: DURATIONS },
    kinds: [
      {
        protocol: 'HTTPS',
        ok: 34,
        failed: 5,
        unknown: 1,
        durations: DURATIONS,
        phases: { connect: DURATIONS, tls: DURATIONS, server: DURATIONS },
      },
    ],
    certificates: [{ target: '192.0.2.1', port: 443, host: 'www.example.com', expiresMs: 1_900_000_000_000 }],
  };
}
