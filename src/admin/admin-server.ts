/**
 * The HTTP side of a node: one listener, one API over it, and where the node is in its life.
 *
 * Built by `serve`, which listens before the node loads: a port that is taken is told at once, and an orchestrator sees
 * "starting" instead of nothing.
 */

import type { Logger } from 'pino';
import type { ListenAddress } from '../server/serve-options.ts';
import { buildAdminApi, type Readiness } from './admin-api.ts';
import type { AdminNode } from './api-ground.ts';
import { ConsoleFiles } from './console-files.ts';
import { EventStreams } from './event-streams.ts';
import { HttpListener } from './http-listener.ts';
import { isLoopback } from './loopback.ts';
import { NodeMetrics } from './node-metrics.ts';
import { RequestRate } from './request-rate.ts';

/** Owner of the API and its socket. */
export class AdminServer {
  readonly #listener: HttpListener;
  readonly #streams: EventStreams;
  #readiness: Readiness = 'starting';
  #loopbackOnly = true;

  constructor(node: AdminNode, log: Logger, token: string | null) {
    this.#streams = new EventStreams(node.events, () => node.view.pulse());
    const api = buildAdminApi({
      node,
      log,
      streams: this.#streams,
      page: new ConsoleFiles(),
      metrics: new NodeMetrics(node),
      policy: () => ({ loopbackOnly: this.#loopbackOnly, token }),
      rate: new RequestRate(() => performance.now()),
      readiness: () => this.#readiness,
    });
    this.#listener = new HttpListener((request, env) => api.fetch(request, env));
  }

  /** Binds `at`, beside another node if both `overlap`; the port bound is in the result. Rejects with StartError. */
  listen(at: ListenAddress, overlap = false): Promise<ListenAddress> {
    this.#loopbackOnly = isLoopback(at.address);
    return this.#listener.listen(at, '--admin', overlap);
  }

  markReady(): void {
    this.#readiness = 'ready';
  }

  /** Load balancers in front of this node should look elsewhere from now on. */
  markStopping(): void {
    this.#readiness = 'stopping';
  }

  close(): Promise<void> {
    this.#streams.close();
    return this.#listener.close();
  }
}
