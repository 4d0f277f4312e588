import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { buildAdminApi, type Readiness } from '../../../src/admin/admin-api.ts';
import { API_ROUTES } from '../../../src/admin/api-routes.ts';
import { ConsoleFiles } from '../../../src/admin/console-files.ts';
import { EventStreams } from '../../../src/admin/event-streams.ts';
import { NodeMetrics } from '../../../src/admin/node-metrics.ts';
import { RequestRate } from '../../../src/admin/request-rate.ts';
import { ADMIN_REQUESTS_BURST, ADMIN_WRONG_TOKEN_REQUESTS } from '../../../src/base/limits.ts';
import { sampleMeasures } from './sample-measures.ts';
import { sampleNode } from './sample-node.ts';
import { sampleStatus } from './sample-status.ts';

const ROUTES = [
  '/metrics',
  '/api/v1/status',
  '/api/v1/zones',
  '/api/v1/demand',
  '/api/v1/explain?name=a&client=192.0.2.1',
];

function api(readiness: Readiness = 'ready', token: string | null = null) {
  const node = sampleNode();
  return buildAdminApi({
    node,
    log: pino({ level: 'silent' }),
    metrics: new NodeMetrics({ status: sampleStatus, measures: sampleMeasures }),
    page: new ConsoleFiles('/nowhere'),
    streams: new EventStreams(node.events, () => node.view.pulse()),
    policy: () => ({ loopbackOnly: true, token }),
    rate: new RequestRate(() => 0),
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

  it('answer what their schemas say', async () => {
    for (const route of API_ROUTES.filter(({ method, path }) => method === 'GET' && !/explain|map/.test(path))) {
      const response = await ask(route.path);
      expect(response.status, route.path).toBe(200);
      expect(route.answers[200]!.safeParse(await response.json()).error, route.path).toBeUndefined();
    }
  });

  it('refuse what they do not know', async () => {
    for (const query of ['?nmae=a', '?limit=-1', '?limit=1&limit=2', '?__proto__=1', '?limit=99999']) {
      expect((await ask(`/api/v1/endpoints${query}`)).status, query).toBe(400);
    }
  });

  it('are refused to who asks too often, sooner with a wrong token; health is not', async () => {
    const app = api('ready', 'correct-horse-battery');
    const headers = { host: 'localhost' };
    const reload = () => app.request('/api/v1/reload', { method: 'POST', headers });
    const guesses = Math.ceil(ADMIN_REQUESTS_BURST / (ADMIN_WRONG_TOKEN_REQUESTS + 1));
    for (let i = 0; i < guesses; i++) expect((await reload()).status).toBe(401);
    const refused = await app.request('/api/v1/status', { headers });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(refused.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await app.request('/healthz', { headers })).status).toBe(200);
  });

  it('never reload by GET', async () => expect((await ask('/api/v1/reload')).status).toBe(404));
});
