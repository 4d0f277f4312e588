/**
 * The socket of an HTTP API: bounded in connections, header time, request time and body, and closed without waiting for idle
 * clients. What is answered is the fetch function's business.
 *
 * Built by `admin-server.ts` and, for the metrics of an agent, by the `probe` command.
 */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { ADMIN_CONNECTIONS_MAX, ADMIN_REQUEST_MS_MAX } from '../base/limits.ts';
import type { ListenAddress } from '../server/serve-options.ts';
import { StartError } from '../server/start-error.ts';

/** Answers one request; `env` is what @hono/node-server passes along. */
export type FetchHandler = (request: Request, env: object) => Response | Promise<Response>;

/** Owner of one HTTP socket. */
export class HttpListener {
  readonly #server: Server;

  constructor(handler: FetchHandler) {
    const server = createAdaptorServer({
      fetch: handler,
      // Slow requests are looked for this often.
      serverOptions: { connectionsCheckingInterval: 1_000 },
    }) as Server;
    server.headersTimeout = ADMIN_REQUEST_MS_MAX;
    server.requestTimeout = ADMIN_REQUEST_MS_MAX;
    server.maxConnections = ADMIN_CONNECTIONS_MAX;
    // A scraper that comes every 15 s may keep its connection; anything slower pays for a new one.
    server.keepAliveTimeout = 20_000;
    this.#server = server;
  }

  /**
   * Binds `at` and returns the address with the port really bound. Rejects with {@link StartError}; `flag` is what the cure names.
   * With `reusePort` others that have it too may be there (Linux).
   */
  listen(at: ListenAddress, flag: string, reusePort = false): Promise<ListenAddress> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new StartError(listenFailure(at, flag, error))),
      );
      this.#server.listen({ host: at.address, port: at.port, ipv6Only: true, reusePort }, () => {
        this.#server.removeAllListeners('error');
        // Accept errors (no file descriptors left) must not end the process; the next connection may work.
        this.#server.on('error', () => {});
        resolve({ address: at.address, port: (this.#server.address() as AddressInfo).port });
      });
    });
  }

  /** Stops accepting, cuts idle connections at once and busy ones after a second. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), 1_000);
    await closed;
    clearTimeout(cut);
  }
}

function listenFailure(at: ListenAddress, flag: string, error: NodeJS.ErrnoException): string {
  const where = at.address.includes(':') ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`;
  const cure = `choose another address with ${flag} ADDR:PORT`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `cannot listen on http://${where}: another process uses this port; stop it or ${cure}`;
    case 'EADDRNOTAVAIL':
      return `cannot listen on http://${where}: this machine has no such address; ${cure}`;
    case 'EACCES':
      return `cannot listen on http://${where}: ports below 1024 need CAP_NET_BIND_SERVICE; ${cure}`;
    default:
      return `cannot listen on http://${where}: ${error.code ?? error.message}; ${cure}`;
  }
}
