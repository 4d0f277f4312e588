/** The admin API of a real node: every route that it lists, what it refuses, and a thousand screens that look on. */

import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capacityFolder, capacityZone } from '../tools/capacity-zone.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';

const TOKEN = 'correct-horse-battery-staple';
const SHIFT = { scope: 'region', target: 'eu-west', factor: 0, seconds: 600, reason: 'drill', by: 'ann' };
const LOADS = { loads: [{ endpoint: '192.0.2.2', load: { current: 412, target: 800, valid_s: 30 } }] };
/** No endpoint of it is checked: nothing may leave loopback. */
const files = capacityFolder(capacityZone(1200).replaceAll(/(value: 192\.0\.2\.\d)/g, '$1, status: up'));
let node: MeridianProcess;

beforeAll(async () => {
  const env = { MERIDIAN_ADMIN_TOKEN: TOKEN };
  node = await startServe({
    zones: files.zones,
    geoData: files.geoData,
    workers: 1,
    args: ['--log-level', 'trace'],
    env,
  });
}, 30_000);
afterAll(async () => {
  await node?.stop();
  files.remove();
});

async function ask(method: string, path: string, body?: unknown, token: string | null = TOKEN) {
  const response = await fetch(`${node.adminUrl}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

const shifts = async () => JSON.parse((await ask('GET', '/api/v1/shifts')).text).shifts as { id: string }[];

/** How each operation is asked, and what it answers then. */
const ASKED: Readonly<Record<string, () => Promise<number>>> = {
  explain: async () => (await ask('GET', '/api/v1/explain?name=www.a.example&client=5.5.0.1')).status,
  whatIf: async () => (await ask('POST', '/api/v1/whatif', { down: ['eu-west'] }, null)).status,
  mapWhatIf: async () => (await ask('POST', '/api/v1/map', { down: ['eu-west'] }, null)).status,
  pushLoads: async () => (await ask('POST', '/api/v1/loads', LOADS)).status,
  reload: async () => (await ask('POST', '/api/v1/reload')).status,
  addShift: async () => (await ask('POST', '/api/v1/shifts', { ...SHIFT, factor: 1 })).status - 1,
  removeShift: async () => {
    await expect.poll(async () => (await shifts()).length, { timeout: 10_000 }).toBeGreaterThan(0);
    return (await ask('DELETE', `/api/v1/shifts/${(await shifts())[0]!.id}`)).status;
  },
  events: async () => {
    const stream = await openStream();
    stream.destroy();
    return stream.statusCode ?? 0;
  },
};

function openStream(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) =>
    get(`${node.adminUrl}/api/v1/events`, { agent: false }, resolve).on('error', reject),
  );
}

it('answers every route that it lists', async () => {
  const { paths } = JSON.parse((await ask('GET', '/openapi.json')).text) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map(({ operationId }) => ({ operationId, path })),
  );
  const exercised = new Set<string>();
  for (const { operationId, path } of operations) {
    const status = await (ASKED[operationId]?.() ?? ask('GET', path).then((reply) => reply.status));
    expect(status, operationId).toBe(200);
    exercised.add(operationId);
  }
  for (const operation of Object.keys(ASKED)) expect(exercised).toContain(operation);
}, 60_000);

it('refuses with 4xx, and nothing has changed afterwards', async () => {
  // What the test before took back.
  await expect.poll(async () => (await shifts()).length, { timeout: 10_000 }).toBe(0);
  const cases: [string, string, unknown, string | null][] = [
    ['POST', '/api/v1/shifts', { ...SHIFT, factor: 1 }, null],
    ['POST', '/api/v1/shifts', { ...SHIFT, factor: 1 }, 'wrong'],
    ['DELETE', '/api/v1/shifts/x', undefined, null],
    ['POST', '/api/v1/reload', undefined, 'wrong'],
    ['POST', '/api/v1/loads', LOADS, null],
    ['POST', '/api/v1/loads', { loads: [] }, TOKEN],
    ['POST', '/api/v1/shifts', SHIFT, TOKEN],
    ['POST', '/api/v1/shifts', '{"scope":', TOKEN],
    [
      'POST',
      '/api/v1/shifts',
      `{"__proto__":{"force":true},${JSON.stringify({ ...SHIFT, factor: 1 }).slice(1)}`,
      TOKEN,
    ],
    ['POST', '/api/v1/shifts', 'x'.repeat(70_000), TOKEN],
    ['GET', '/api/v1/..%2f..%2fetc/passwd', undefined, TOKEN],
    ['GET', '/api/v1/%2e%2e/status/', undefined, TOKEN],
    ['PUT', '/api/v1/shifts', { ...SHIFT, factor: 1 }, TOKEN],
  ];
  for (const [method, path, body, token] of cases) {
    const { status } = await ask(method, path, body, token);
    expect([path, status >= 400 && status < 500, status]).toEqual([path, true, status]);
  }
  expect(await dripBody()).toMatch(/^HTTP\/1.1 408 /);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await shifts()).toEqual([]);
}, 60_000);

/** What a client is told that sends the head of a good request at once, and its body too slowly. */
function dripBody(): Promise<string> {
  const body = JSON.stringify({ ...SHIFT, factor: 1 });
  const { host, port } = new URL(node.adminUrl);
  const lines = ['POST /api/v1/shifts HTTP/1.1', `Host: ${host}`, `Authorization: Bearer ${TOKEN}`];
  const head = [...lines, 'Content-Type: application/json', `Content-Length: ${body.length}`].join('\r\n');
  return new Promise((resolve) => {
    let said = '';
    let sent = 0;
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${head}\r\n\r\n`));
    const timer = setInterval(() => socket.write(body[sent++] ?? ''), 1_000);
    socket.on('data', (chunk) => {
      said += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve(said);
    });
  });
}

it('shows its token nowhere', async () => {
  const paths = ['/api/v1/status', '/api/v1/node', '/api/v1/events/recent', '/openapi.json', '/metrics'];
  for (const path of paths) expect((await ask('GET', path)).text).not.toContain(TOKEN);
  expect((await ask('POST', '/api/v1/reload', undefined, `${TOKEN}x`)).text).not.toContain(TOKEN);
  expect(node.stdout + node.stderr).not.toContain(TOKEN);
});

it('is told to wait by 429 when one client asks too often, while others are answered', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 20, localAddress: '127.0.0.9' });
  const askOnce = () =>
    new Promise<IncomingMessage>((resolve, reject) =>
      get(`${node.adminUrl}/api/v1/events/recent?after=999999`, { agent }, (reply) => resolve(reply.resume())).on(
        'error',
        reject,
      ),
    );
  const replies: IncomingMessage[] = [];
  while (replies.at(-1)?.statusCode !== 429 && replies.length < 20_000)
    replies.push(...(await Promise.all(Array.from({ length: 100 }, askOnce))));
  agent.destroy();
  const counts = Map.groupBy(replies, ({ statusCode }) => statusCode);
  expect([...counts.keys()]).toEqual([200, 429]);
  expect(counts.get(200)!.length).toBeGreaterThanOrEqual(2_000);
  expect(Number(counts.get(429)![0]!.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask('GET', '/api/v1/status')).status).toBe(200);
}, 60_000);

it('shows a thousand screens what happens, and refuses the next', async () => {
  const streams = await Promise.all(Array.from({ length: 1_000 }, () => openStream()));
  try {
    expect(streams.every(({ statusCode }) => statusCode === 200)).toBe(true);
    const refused = await openStream();
    expect(refused.statusCode).toBe(503);
    refused.destroy();
    const heard = streams.map(
      (stream) =>
        new Promise<void>((resolve) => {
          stream.setEncoding('utf8').on('data', (text: string) => {
            if (text.includes('"kind":"reload"')) resolve();
          });
        }),
    );
    expect((await ask('POST', '/api/v1/reload')).status).toBe(200);
    await Promise.all(heard);
  } finally {
    for (const stream of streams) stream.on('error', () => {}).destroy();
  }
}, 60_000);
