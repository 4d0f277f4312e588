/**
 * Bodies of the admin API's routes. Input: the route, then the body; every eighth route number is sent over a socket. The node behind
 * it plans nothing and stores nothing, so that a sound body gets as far as saying so, and whatever else goes wrong is a fault.
 */

import { request as requestHttp } from 'node:http';
import { pino } from 'pino';
import type { z } from 'zod';
import { buildAdminApi } from '../../src/admin/admin-api.ts';
import { AdminServer } from '../../src/admin/admin-server.ts';
import { ConsoleFiles } from '../../src/admin/console-files.ts';
import { EventStreams } from '../../src/admin/event-streams.ts';
import { NodeMetrics } from '../../src/admin/node-metrics.ts';
import { RequestRate } from '../../src/admin/request-rate.ts';
import { loadsBody, shiftBody, whatIfBody } from '../../src/admin/request-schema.ts';
import { PlanError } from '../../src/decision/planned-change.ts';
import { Planner } from '../../src/server/planner.ts';
import { ZONE_DEFAULTS } from '../../src/server/zone-load.ts';
import { joinBytes } from '../tools/packet-case.ts';
import { sampleNode } from '../unit/admin/sample-node.ts';
import type { FuzzSession, FuzzTarget } from './fuzz-target.ts';
import { type Json, mutateJson } from './mutate-json.ts';
import { chance } from './mutate-octets.ts';

const WHAT_IF = {
  down: ['192.0.2.1', 'eu-west'],
  weights: [{ target: '192.0.2.2', weight: 5 }],
  biases: [{ target: 'eu', bias: -20 }],
  name: 'www.example.test',
  load: 1_000.5,
};
const SHIFT = {
  scope: 'pool',
  target: 'www.example.test./eu',
  factor: 0.5,
  resume: false,
  seconds: 3_600,
  reason: 'maintenance',
  by: 'somebody',
  force: true,
};
const LOADS = {
  loads: [
    { endpoint: '192.0.2.10', name: 'www.example.test', load: { current: 412, target: 800, max: 1_200, valid_s: 30 } },
    {
      endpoint: '2001:db8::1',
      load: { cpuUtilization: 0.7, rps_fractional: 120.5, named_metrics: { connections: 4 } },
    },
  ],
};
const ROUTES: readonly { readonly path: string; readonly sample: Json; readonly schema: z.ZodType }[] = [
  { path: '/api/v1/whatif', sample: WHAT_IF, schema: whatIfBody },
  { path: '/api/v1/map', sample: WHAT_IF, schema: whatIfBody },
  { path: '/api/v1/shifts', sample: SHIFT, schema: shiftBody },
  { path: '/api/v1/loads', sample: LOADS, schema: loadsBody },
];
/** What the node behind says to a sound body: 400 from the planner, 503 without a store. */
const PLANNED = 'nothing is planned here';
const STATUSES = [400, 413, 503];
/** A fault says what is wrong, and does not give the body back. */
const ERROR_CHARS_MAX = 4_000;
const SOCKET_EVERY = 8;
const JSON_TYPE = 'application/json';
const TOKEN = 'of-the-fuzzers-for-the-fuzzers';
/** Whose bodies are looked at. */
const ALLOWED = { 'content-type': JSON_TYPE, authorization: `Bearer ${TOKEN}` };

type Answer = { readonly status: number; readonly text: string };
type Ask = (path: string, body: Uint8Array) => Promise<Answer>;

/** Hostile bodies against the API's own guard, reader and schemas. */
export const ADMIN_TARGET: FuzzTarget = {
  name: 'admin',
  open: async (): Promise<FuzzSession> => {
    const { server, port, inProcess } = await openApi();
    return {
      generate: (random) => {
        const route = random.nextBelow(ROUTES.length);
        const byte = route + ROUTES.length * (chance(random, SOCKET_EVERY) ? 1 : 0);
        return joinBytes(Uint8Array.of(byte), mutateJson(random, ROUTES[route]!.sample, 5));
      },
      check: async (input) => {
        const byte = input[0] ?? 0;
        const { path, schema } = ROUTES[byte % ROUTES.length]!;
        const body = input.subarray(1);
        const isBySocket = byte % (2 * ROUTES.length) >= ROUTES.length;
        const ask: Ask = isBySocket ? (to, octets) => askBySocket(port, to, octets) : inProcess;
        return judge(schema, body, await ask(path, body));
      },
      close: () => server.close(),
    };
  },
};

function judge(schema: z.ZodType, body: Uint8Array, { status, text }: Answer): string | null {
  if (!STATUSES.includes(status)) return `status ${status}: ${text.slice(0, 200)}`;
  const { error } = JSON.parse(text) as { error?: unknown };
  if (typeof error !== 'string' || error === '') return 'no word of what is wrong';
  if (error.length > ERROR_CHARS_MAX) return `${error.length} characters of what is wrong`;
  if (Object.keys(Object.prototype).length > 0 || 'v' in Object.prototype) return 'a prototype was reached';
  const isRefused = status !== 503 && error !== PLANNED;
  if (isRefused) return null;
  return schema.safeParse(parse(body)).success ? null : 'a body was taken that is not what the schema says';
}

/** As JSON if it is UTF-8 and JSON, else undefined. */
function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

async function openApi(): Promise<{ server: AdminServer; port: number; inProcess: Ask }> {
  const log = pino({ level: 'silent' });
  const planner = new Planner({ zonesDir: '', geoDataDir: '', stateDir: null, zoneDefaults: ZONE_DEFAULTS }, () => {
    throw new Error('nobody asks for the state');
  });
  planner.ask = () => Promise.reject(new PlanError(PLANNED));
  const node = sampleNode({ planner });
  const server = new AdminServer(node, log, TOKEN);
  server.markReady();
  const { port } = await server.listen({ address: '127.0.0.1', port: 0 });
  let nowMs = 0;
  const api = buildAdminApi({
    node,
    log,
    metrics: new NodeMetrics(node),
    page: new ConsoleFiles('/nowhere'),
    streams: new EventStreams(node.events, () => node.view.pulse()),
    policy: () => ({ loopbackOnly: true, token: TOKEN }),
    // A minute goes by between two requests: the rate is not what is looked for.
    rate: new RequestRate(() => (nowMs += 60_000)),
    readiness: () => 'ready',
  });
  const env = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
  const inProcess: Ask = async (path, body) => {
    const headers = { ...ALLOWED, host: 'localhost', 'content-length': String(body.length) };
    const response = await api.request(path, { method: 'POST', headers, body: Uint8Array.from(body) }, env);
    return { status: response.status, text: await response.text() };
  };
  return { server, port, inProcess };
}

let asked = 0;

/** Another client each time, on Linux, where all of 127.0.0.0/8 is ours: the rate of one is not what is looked for. */
function nextSource(): string {
  asked++;
  return process.platform === 'linux' ? `127.1.${(asked >> 8) & 255}.${(asked & 127) + 1}` : '127.0.0.1';
}

function askBySocket(port: number, path: string, body: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...ALLOWED, 'content-length': body.length };
    const request = requestHttp(
      { host: '127.0.0.1', port, path, method: 'POST', headers, agent: false, localAddress: nextSource() },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
