/**
 * The routes of a node's HTTP API. Everything answered is a snapshot that the node already holds: no route reads a file, asks
 * Redis or waits, except the reload.
 *
 *   GET  /healthz          the process runs
 *   GET  /readyz           the node answers DNS (503 before and while it stops)
 *   GET  /metrics          Prometheus text
 *   GET  /api/v1/status    NodeStatus
 *   GET  /api/v1/zones     the zones of it, with their faults
 *   GET  /api/v1/demand    DemandReport: steered queries by place
 *   GET  /api/v1/explain   ?name=&type=&client=&ecs=   why a client gets which answer
 *   POST /api/v1/reload    reads every file again; 200 ReloadReport, 409 when a file was refused
 *
 * Built by `admin-server.ts`.
 */

import { type Context, Hono } from 'hono';
import type { Logger } from 'pino';
import { ExplainError } from '../server/explanation.ts';
import type { MeridianServer } from '../server/server.ts';
import { type NodeMetrics, PROMETHEUS_TEXT } from './node-metrics.ts';
import { type GuardPolicy, guardRequest } from './request-guard.ts';

/** The part of a node that the API needs. */
export type AdminNode = Pick<MeridianServer, 'status' | 'reload' | 'explain' | 'demand'>;

/** Where the node is in its life. */
export type Readiness = 'starting' | 'ready' | 'stopping';

export type AdminApiInput = {
  readonly node: AdminNode;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  readonly policy: () => GuardPolicy;
  readonly readiness: () => Readiness;
};

/** What @hono/node-server passes with a request. */
type NodeBindings = { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } };
type ApiContext = Context<{ Bindings: NodeBindings }>;

/** The API as a fetch function. */
export function buildAdminApi(input: AdminApiInput): Hono<{ Bindings: NodeBindings }> {
  const app = new Hono<{ Bindings: NodeBindings }>();
  app.use(async (context, next) => {
    const refusal = guardRequest(
      {
        method: context.req.method,
        header: (name) => context.req.header(name),
        remoteAddress: context.env?.incoming?.socket?.remoteAddress,
      },
      input.policy(),
    );
    if (refusal !== null) return problem(context, refusal.status, refusal.message);
    await next();
    for (const [name, value] of SAFE_HEADERS) context.header(name, value);
    return undefined;
  });
  app.get('/healthz', (context) => context.text('ok\n'));
  app.get('/readyz', (context) => {
    const readiness = input.readiness();
    return context.text(`${readiness}\n`, readiness === 'ready' ? 200 : 503);
  });
  // Before the node has loaded anything there is nothing true to say.
  app.use('/api/*', whenLoaded(input));
  app.use('/metrics', whenLoaded(input));
  app.get('/metrics', async (context) =>
    context.body(await input.metrics.text(), 200, { 'content-type': PROMETHEUS_TEXT }),
  );
  app.get('/api/v1/status', (context) => context.json(input.node.status()));
  app.get('/api/v1/zones', (context) => context.json({ zones: input.node.status().zones }));
  app.get('/api/v1/demand', (context) => context.json(input.node.demand()));
  app.get('/api/v1/explain', (context) => {
    const { name, type, client, ecs } = context.req.query();
    if (name === undefined || client === undefined) return problem(context, 400, 'explain needs ?name= and &client=');
    try {
      return context.json(input.node.explain(name, type ?? 'A', client, ecs ?? null));
    } catch (error) {
      if (error instanceof ExplainError) return problem(context, 400, error.message);
      throw error;
    }
  });
  app.post('/api/v1/reload', async (context) => {
    const report = await input.node.reload();
    return context.json(report, report.ok ? 200 : 409);
  });
  app.notFound((context) => problem(context, 404, `there is no ${context.req.method} ${context.req.path}`));
  app.onError((error, context) => {
    input.log.error({ err: error, path: context.req.path }, 'admin request failed');
    return problem(context, 500, 'the node could not answer this; its log says why');
  });
  return app;
}

/** Nothing of this API is for a browser to keep, guess the type of, or show inside another page. */
const SAFE_HEADERS: ReadonlyArray<readonly [string, string]> = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
];

function whenLoaded(input: AdminApiInput) {
  return async (context: ApiContext, next: () => Promise<void>): Promise<Response | undefined> => {
    if (input.readiness() === 'starting') return problem(context, 503, 'the node is still loading');
    await next();
    return undefined;
  };
}

function problem(
  context: ApiContext,
  status: 400 | 401 | 403 | 404 | 413 | 421 | 500 | 503,
  message: string,
): Response {
  return context.json({ error: message }, status);
}
