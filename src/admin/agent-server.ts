/**
 * The HTTP side of a probe agent: `/healthz` and `/metrics`, nothing that changes anything.
 *
 * Built by `meridian probe --metrics`.
 */

import { Hono } from 'hono';
import type { ProbeAgentStatus } from '../probe/agent.ts';
import type { ListenAddress } from '../server/serve-options.ts';
import { AgentMetrics } from './agent-metrics.ts';
import { HttpListener } from './http-listener.ts';
import { isLoopback } from './loopback.ts';
import { PROMETHEUS_TEXT } from './node-metrics.ts';
import { guardRequest } from './request-guard.ts';

/** Owner of the metrics and their socket. */
export class AgentServer {
  readonly #listener: HttpListener;
  #loopbackOnly = true;

  /** As of {@link AgentMetrics}. */
  constructor(status: () => ProbeAgentStatus, zoneFaults: () => number) {
    const metrics = new AgentMetrics(status, zoneFaults);
    const app = new Hono();
    app.use(async (context, next) => {
      const request = {
        method: context.req.method,
        isQuestion: false,
        isOpen: true,
        isPage: false,
        header: (name: string) => context.req.header(name),
        remoteAddress: undefined,
      };
      const refusal = guardRequest(request, { loopbackOnly: this.#loopbackOnly, token: null });
      if (refusal !== null) return context.json({ error: refusal.message }, refusal.status);
      return next();
    });
    app.get('/healthz', (context) => context.text('ok\n'));
    app.get('/metrics', async (context) =>
      context.body(await metrics.text(), 200, { 'content-type': PROMETHEUS_TEXT }),
    );
    this.#listener = new HttpListener((request, env) => app.fetch(request, env));
  }

  /** Binds `at`; the port bound is in the result. Rejects with StartError. */
  listen(at: ListenAddress): Promise<ListenAddress> {
    this.#loopbackOnly = isLoopback(at.address);
    return this.#listener.listen(at, '--metrics');
  }

  close(): Promise<void> {
    return this.#listener.close();
  }
}
