import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type AdminNode, buildAdminApi, type Readiness } from '../../../src/admin/admin-api.ts';
import { NodeMetrics } from '../../../src/admin/node-metrics.ts';
import { ExplainError } from '../../../src/server/explanation.ts';
import { sampleStatus } from './sample-status.ts';

const ROUTES = [
  '/metrics',
  '/api/v1/status',
  '/api/v1/zones',
  '/api/v1/demand',
  '/api/v1/explain?name=a&client=192.0.2.1',
];

function api(readiness: Readiness = 'ready') {
  const node: AdminNode = {
    status: sampleStatus,
    reload: async () => ({ ok: true, changed: [], added: [], removed: [], refused: [], faults: [], milliseconds: 1 }),
    demand: () => ({
      windowSeconds: 60,
      queriesPerSample: 64,
      samples: 2,
      places: [{ place: 'EU-DE', queries: 128 }],
    }),
    explain: () => {
      throw new ExplainError('"nonsense" is no IP address');
    },
  };
  return buildAdminApi({
    node,
    log: pino({ level: 'silent' }),
    metrics: new NodeMetrics(sampleStatus),
    policy: () => ({ loopbackOnly: true, token: null }),
    readiness: () => readiness,
  });
}

const ask = (path: string, readiness?: Readiness, headers = { host: 'localhost' }) =>
  api(readiness).request(path, { headers });

describe('the routes', () => {
  it('say nothing of a node that has loaded nothing', async () => {
    for (const path of ROUTES) expect((await ask(path, 'starting')).status, path).toBe(503);
    expect((await ask('/healthz', 'starting')).status).toBe(200);
  });

  it('speak to nobody who came by another name, not even of health', async () => {
    for (const path of [...ROUTES, '/healthz', '/nothing']) {
      expect((await ask(path, 'ready', { host: 'evil.example' })).status, path).toBe(421);
    }
  });

  it('give metrics in the type that Prometheus wants', async () => {
    const response = await ask('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('meridian_node_info');
  });

  it('tell the demand as it is counted', async () => {
    expect(await (await ask('/api/v1/demand')).json()).toMatchObject({ places: [{ place: 'EU-DE', queries: 128 }] });
  });

  it('tell a wrong question from a failure of ours', async () => {
    expect((await ask('/api/v1/explain?name=a&client=nonsense')).status).toBe(400);
    expect((await ask('/api/v1/explain?name=a')).status).toBe(400);
  });

  it('never reload by GET', async () => expect((await ask('/api/v1/reload')).status).toBe(404));
});
