/**
 * A node's HTTP API: the guard before everything, the table of routes (`api-routes.ts`), metrics, events, and what failures look
 * like. No route reads a file or waits for Redis longer than one bounded question; what takes long has a thread of its own.
 *
 * Built by `admin-server.ts`.
 */

import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { ADMIN_WRONG_TOKEN_REQUESTS } from '../base/limits.ts';
import type { AdminNode, ApiGround } from './api-ground.ts';
import { type ApiRoute, RouteProblem } from './api-route.ts';
import { API_ROUTES } from './api-routes.ts';
import type { ConsoleFiles } from './console-files.ts';
import type { EventStreams } from './event-streams.ts';
import { type NodeMetrics, PROMETHEUS_TEXT } from './node-metrics.ts';
import { buildOpenApi } from './openapi.ts';
import { readJsonBody } from './request-body.ts';
import { type GuardedRequest, type GuardPolicy, guardRequest } from './request-guard.ts';
import type { RequestRate } from './request-rate.ts';

/** Where the node is in its life. */
export type Readiness = 'starting' | 'ready' | 'stopping';

export type AdminApiInput = {
  readonly node: AdminNode;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  readonly streams: EventStreams;
  readonly page: ConsoleFiles;
  readonly policy: () => GuardPolicy;
  readonly rate: RequestRate;
  readonly readiness: () => Readiness;
};

/** What @hono/node-server passes with a request. */
type NodeBindings = {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  readonly outgoing?: ServerResponse;
};
type ApiContext = Context<{ Bindings: NodeBindings }>;
type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 429 | 500 | 503;

/** Questions that are asked by POST, since they have a body. */
const QUESTIONS = new Set(API_ROUTES.filter(({ isQuestion }) => isQuestion).map(({ path }) => path));

/** The API as a fetch function. */
export function buildAdminApi(input: AdminApiInput): Hono<{ Bindings: NodeBindings }> {
  const app = new Hono<{ Bindings: NodeBindings }>();
  app.use(async (context, next) => {
    const refusal = refuse(context, input);
    if (refusal === null) await next();
    else context.res = refusal;
    // A stream has its own.
    if (context.res === RESPONSE_ALREADY_SENT) return;
    for (const [name, value] of SAFE_HEADERS) if (!context.res.headers.has(name)) context.header(name, value);
  });
  app.get('/healthz', (context) => context.text('ok\n'));
  app.get('/readyz', (context) => {
    const readiness = input.readiness();
    return context.text(`${readiness}\n`, readiness === 'ready' ? 200 : 503);
  });
  app.get('/', (context) => servePage(context, input.page));
  app.get('/assets/:file', (context) => servePage(context, input.page));
  const document = buildOpenApi(API_ROUTES, input.node.view.version);
  app.get('/openapi.json', (context) => context.json(document));
  // Before the node has loaded anything there is nothing true to say.
  app.use('/api/*', whenLoaded(input));
  app.use('/metrics', whenLoaded(input));
  app.get('/metrics', async (context) =>
    context.body(await input.metrics.text(), 200, { 'content-type': PROMETHEUS_TEXT }),
  );
  app.get('/api/v1/events', (context) => openStream(context, input.streams));
  for (const route of API_ROUTES) app.on(route.method, route.path, (context) => serveRoute(context, route, input));
  app.notFound((context) => problem(context, 404, `there is no ${context.req.method} ${context.req.path}`));
  app.onError((error, context) => {
    input.log.error({ err: error, path: context.req.path }, 'admin request failed');
    return problem(context, 500, 'the node could not answer this; its log says why');
  });
  return app;
}

/** The answer to a request that may not reach its route; null: it may. Health is told at any rate. */
function refuse(context: ApiContext, { policy, rate }: AdminApiInput): Response | null {
  const remoteAddress = context.env?.incoming?.socket?.remoteAddress;
  const request: GuardedRequest = {
    method: context.req.method,
    isQuestion: QUESTIONS.has(context.req.path),
    isOpen: context.req.path === '/healthz' || context.req.path === '/readyz',
    isPage: context.req.path === '/' || context.req.path.startsWith('/assets/'),
    header: (name) => context.req.header(name),
    remoteAddress,
  };
  const waitSeconds = request.isOpen ? 0 : rate.take(remoteAddress ?? '');
  if (waitSeconds > 0) {
    context.header('retry-after', String(waitSeconds));
    return problem(context, 429, 'too many requests of one client (ADMIN_REQUESTS_PER_SECOND, ADMIN_REQUESTS_BURST)');
  }
  const refusal = guardRequest(request, policy());
  if (refusal === null) return null;
  if (refusal.status === 401) rate.charge(remoteAddress ?? '', ADMIN_WRONG_TOKEN_REQUESTS);
  return problem(context, refusal.status, refusal.message);
}

/** Nothing of this API is for a browser to keep, guess the type of, or show inside another page; files of the page say it otherwise. */
const SAFE_HEADERS: ReadonlyArray<readonly [string, string]> = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
];

async function serveRoute(
  context: ApiContext,
  route: ApiRoute,
  { node, log, policy }: AdminApiInput,
): Promise<Response> {
  const ground: ApiGround = { node, log, needsToken: policy().token !== null };
  const query = readBy(route.query, queryOf(context));
  if ('fault' in query) return problem(context, 400, `query: ${query.fault}`);
  let body: unknown = null;
  if (route.body !== null) {
    const read = await readJsonBody(context.req.raw);
    if ('status' in read) return problem(context, read.status, read.message);
    const valid = readBy(route.body, read.value);
    if ('fault' in valid) return problem(context, 400, `body: ${valid.fault}`);
    body = valid.value;
  }
  const id = context.req.param('id') ?? '';
  try {
    const reply = await route.run({ query: query.value as never, body: body as never, id }, ground);
    return context.json(reply.json, reply.status);
  } catch (error) {
    if (!(error instanceof RouteProblem)) throw error;
    if (error.status === 429) context.header('retry-after', '1');
    return problem(context, error.status, error.message);
  }
}

/** One value a key: a key that comes twice is a slip, or an attempt to be read in two ways. */
function queryOf(context: ApiContext): Record<string, string> {
  const entries = [...new URL(context.req.url).searchParams];
  const query = Object.create(null) as Record<string, string>;
  for (const [key, value] of entries) query[key] = Object.hasOwn(query, key) ? '\0' : value;
  return { ...query };
}

function readBy(schema: z.ZodType, value: unknown): { readonly value: unknown } | { readonly fault: string } {
  const read = schema.safeParse(value);
  if (read.success) return { value: read.data };
  const [first] = read.error.issues;
  const where = first?.path.join('.') ?? '';
  return {
    fault: `${where === '' ? '' : `${where}: `}${first?.message ?? 'not understood'}`.slice(0, FAULT_CHARS_MAX),
  };
}

const FAULT_CHARS_MAX = 300;

/** The operator's page, which asks this API for everything else. */
function servePage(context: ApiContext, page: ConsoleFiles): Response {
  const answer = page.answer({
    path: context.req.path,
    acceptEncoding: context.req.header('accept-encoding'),
    ifNoneMatch: context.req.header('if-none-match'),
  });
  if (answer === null) return problem(context, 404, `the page has no ${context.req.path}`);
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

function openStream(context: ApiContext, streams: EventStreams): Response {
  const response = context.env?.outgoing;
  if (response === undefined) return problem(context, 503, 'streams need a socket');
  const lastId = context.req.header('last-event-id') ?? null;
  if (streams.open(response, lastId, SAFE_HEADERS)) return RESPONSE_ALREADY_SENT;
  context.header('retry-after', '10');
  return problem(context, 503, 'there are as many streams as this node gives (ADMIN_STREAMS_MAX)');
}

function whenLoaded(input: AdminApiInput) {
  return async (context: ApiContext, next: () => Promise<void>): Promise<Response | undefined> => {
    if (input.readiness() === 'starting') return problem(context, 503, 'the node is still loading');
    await next();
    return undefined;
  };
}

function problem(context: ApiContext, status: ProblemStatus, message: string): Response {
  return context.json({ error: message }, status);
}
