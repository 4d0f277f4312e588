import { request } from 'node:http';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../../../src/admin/admin-server.ts';
import { ExplainError, type Explanation } from '../../../src/server/explanation.ts';
import type { NodeStatus, ReloadReport } from '../../../src/server/node-status.ts';
import type { ListenAddress } from '../../../src/server/serve-options.ts';
import { sampleNode } from './sample-node.ts';
import { sampleStatus } from './sample-status.ts';

const LOOPBACK = { address: '127.0.0.1', port: 0 };
const RELOADED: ReloadReport = {
  ok: true,
  changed: [],
  added: [],
  removed: [],
  refused: [],
  faults: [],
  milliseconds: 1,
};
const running: AdminServer[] = [];

/** Gives back what it was asked. */
function explain(name: string, type: string, client: string, ecs: string | null): Explanation {
  if (client === 'nonsense') throw new ExplainError('"nonsense" is no IP address');
  return {
    name,
    type,
    client,
    ecs,
    clientLocation: null,
    ecsLocation: null,
    path: [],
    trace: { seed: 1, rotationSeed: 0, steps: [], followed: [] },
    agentRegions: [],
    endpoints: [],
    answer: '',
  };
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function start(options: { token?: string; status?: () => NodeStatus; reload?: ReloadReport } = {}) {
  const node = sampleNode({
    status: options.status ?? sampleStatus,
    reload: async () => options.reload ?? RELOADED,
    explain,
  });
  const server = new AdminServer(node, pino({ level: 'silent' }), options.token ?? null);
  running.push(server);
  return { server, at: await server.listen(LOOPBACK) };
}

function ask(at: ListenAddress, method: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const sent = request({ host: at.address, port: at.port, method, path, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    sent.on('error', reject).end();
  });
}

describe('the admin API', () => {
  it('is alive at once, and ready only while the node answers DNS', async () => {
    const { server, at } = await start();
    expect((await ask(at, 'GET', '/healthz')).status).toBe(200);
    expect((await ask(at, 'GET', '/readyz')).status).toBe(503);
    expect((await ask(at, 'GET', '/api/v1/status')).status).toBe(503);
    server.markReady();
    expect((await ask(at, 'GET', '/readyz')).status).toBe(200);
    server.markStopping();
    expect(await ask(at, 'GET', '/readyz')).toMatchObject({ status: 503, body: 'stopping\n' });
    expect((await ask(at, 'GET', '/api/v1/status')).status).toBe(200);
  });

  it('gives status and zones as JSON that nobody keeps', async () => {
    const { server, at } = await start();
    server.markReady();
    const answer = await ask(at, 'GET', '/api/v1/status');
    expect(JSON.parse(answer.body)).toEqual(JSON.parse(JSON.stringify(sampleStatus())));
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(JSON.parse((await ask(at, 'GET', '/api/v1/zones')).body).zones).toHaveLength(2);
  });

  it('explains what it is asked, and says what is wrong with a question', async () => {
    const { server, at } = await start();
    server.markReady();
    const query = new URLSearchParams({ name: 'www.a.', client: '192.0.2.1', ecs: '192.0.2.0/24' });
    const answer = await ask(at, 'GET', `/api/v1/explain?${query}`);
    expect(JSON.parse(answer.body)).toMatchObject({
      name: 'www.a.',
      type: 'A',
      client: '192.0.2.1',
      ecs: '192.0.2.0/24',
    });
    expect((await ask(at, 'GET', '/api/v1/explain?name=www.a.')).status).toBe(400);
    const refused = await ask(at, 'GET', '/api/v1/explain?name=www.a.&client=nonsense');
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('is no IP address');
  });

  it('reloads, and says 409 when a file was refused', async () => {
    const token = 'correct-horse-battery';
    const own = { authorization: `Bearer ${token}` };
    const good = await start({ token });
    good.server.markReady();
    expect((await ask(good.at, 'POST', '/api/v1/reload', own)).status).toBe(200);
    const bad = await start({ token, reload: { ...RELOADED, ok: false, refused: ['a.'] } });
    bad.server.markReady();
    expect((await ask(bad.at, 'POST', '/api/v1/reload', own)).status).toBe(409);
  });

  it('wants the token, and changes nothing without one', async () => {
    const bare = await start();
    bare.server.markReady();
    expect((await ask(bare.at, 'POST', '/api/v1/reload')).status).toBe(403);
    const { server, at } = await start({ token: 'correct-horse-battery' });
    server.markReady();
    expect((await ask(at, 'POST', '/api/v1/reload')).status).toBe(401);
    expect((await ask(at, 'POST', '/api/v1/reload', { authorization: 'Bearer correct-horse-battery' })).status).toBe(
      200,
    );
  });

  it('does not answer to a name that was made to point here', async () => {
    const { server, at } = await start();
    server.markReady();
    expect((await ask(at, 'GET', '/api/v1/status', { host: 'evil.example' })).status).toBe(421);
  });

  it('answers what it does not know or cannot do without details', async () => {
    const { server, at } = await start({
      status: () => {
        throw new Error('secret detail');
      },
    });
    server.markReady();
    expect((await ask(at, 'GET', '/nothing')).status).toBe(404);
    const failed = await ask(at, 'GET', '/api/v1/status');
    expect(failed.status).toBe(500);
    expect(failed.body).not.toContain('secret detail');
  });

  it('says which port is taken and what to do', async () => {
    const { at } = await start();
    const second = new AdminServer(sampleNode(), pino({ level: 'silent' }), null);
    await expect(second.listen(at)).rejects.toThrow(
      `cannot listen on http://127.0.0.1:${at.port}: another process uses this port; stop it or choose another address with --admin`,
    );
    await second.close();
  });
});
