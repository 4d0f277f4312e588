import { describe, expect, it } from 'vitest';
import { endpointLoad, type HeardReport } from '../../../src/health/endpoint-load.ts';
import type { AgentReport } from '../../../src/health/report.ts';

const NOTHING = { target: null, max: null, utilisation: null, requestsPerSecond: null, errorsPerSecond: null };
const load = (current: number) => ({ ...NOTHING, current, validSeconds: 10, ageMs: 0 });

function heard(fields: Partial<AgentReport>, rest: Partial<HeardReport> = {}): HeardReport {
  const times = { connectMs: null, connectDevMs: null, serverMs: null };
  const report = { id: 'x', state: 'up' as const, reason: '', ...times, seq: 1, heldMs: 0, failing: 0, ...fields };
  return { report, region: 'eu', fresh: true, loadAtMs: 0, ...rest };
}

describe('endpointLoad', () => {
  it('knows nothing when nobody has measured anything', () => {
    expect(endpointLoad([heard({})], null, 5)).toEqual({
      report: null,
      source: null,
      ageMs: 0,
      standing: 'stale',
      responseMs: null,
    });
  });

  it('is the newest load of all agents, whoever is fresh', () => {
    const all = [
      heard({ load: load(1) }, { loadAtMs: 100 }),
      heard({ load: load(2) }, { loadAtMs: 300, fresh: false }),
      heard({ load: load(3) }, { loadAtMs: 200 }),
    ];
    expect(endpointLoad(all, null, 1_300)).toMatchObject({ source: 'agent', report: { current: 2 }, ageMs: 1_000 });
  });

  it.each([
    [100, 'agent', 1],
    [200, 'push', 2],
    [201, 'push', 2],
  ])('goes by the newer of what agents and a push of %d ms say: by the %s', (atMs, source, current) => {
    const agents = [heard({ load: load(1) }, { loadAtMs: 200 })];
    const pushed = { report: load(2), atMs };
    expect(endpointLoad(agents, pushed, 1_200)).toMatchObject({ source, report: { current } });
  });

  it('is a push alone where no agent has a report, aged like any other', () => {
    const pushed = { report: load(2), atMs: 1_000 };
    expect(endpointLoad([], pushed, 11_000)).toMatchObject({ source: 'push', ageMs: 10_000, standing: 'used' });
    expect(endpointLoad([heard({})], pushed, 11_001).standing).toBe('frozen');
    expect(endpointLoad([heard({})], pushed, 61_001).standing).toBe('stale');
  });

  it.each([
    [10, 'used'],
    [10.1, 'frozen'],
    [60, 'frozen'],
    [60.1, 'stale'],
  ])('%d s after a report that is good for 10 s is %s', (seconds, standing) => {
    expect(endpointLoad([heard({ load: load(1) })], null, seconds * 1000).standing).toBe(standing);
  });

  it('takes the mean of connect and server time over fresh agents that see the endpoint up', () => {
    const all = [
      heard({ connectMs: 10, serverMs: 20 }),
      heard({ connectMs: 4 }),
      heard({ connectMs: 1000, state: 'down' }),
      heard({ connectMs: 1000 }, { fresh: false }),
      heard({}),
    ];
    expect(endpointLoad(all, null, 0).responseMs).toBe(17);
  });
});
