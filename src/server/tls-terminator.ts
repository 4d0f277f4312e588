/**
 * TLS over accepted sockets (RFC 7858 for DoT, RFC 8484 for DoH): handshakes in bounded time, the certificate replaced while
 * connections go on, session tickets that outlive a new certificate and a new worker. One per service, since each has its
 * own ALPN names. Runs in the worker for encrypted transports.
 */

import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { IpAddress } from '../base/ip-address.ts';
import { TLS_HANDSHAKE_MS } from '../base/limits.ts';
import { clientKeyOf } from './client-key.ts';
import type { PooledConnection } from './connection-pool.ts';
import { count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';

/** Certificate chain and private key, PEM. */
export type TlsCertificate = { readonly cert: string; readonly key: string };

/** What Node waits beyond our own deadline, which the pool keeps. */
const GRACE_MS = 1_000;

/** Owner of the context of one service. */
export class TlsTerminator {
  readonly #server: Server;
  readonly #ticketKeys: Buffer;
  readonly #counters: ListenerCounters;
  /** Waiting for their handshake, by the addresses and ports of the connection. */
  readonly #waiting = new Map<string, (secured: TLSSocket) => void>();

  /** `ticketKeys` are 48 random octets, the same in each worker of the node. */
  constructor(protocols: readonly string[], ticketKeys: Uint8Array, counters: ListenerCounters) {
    this.#counters = counters;
    this.#ticketKeys = Buffer.from(ticketKeys);
    this.#server = createServer({
      ALPNProtocols: [...protocols],
      minVersion: 'TLSv1.2',
      honorCipherOrder: true,
      handshakeTimeout: TLS_HANDSHAKE_MS + GRACE_MS,
      ticketKeys: this.#ticketKeys,
      // A client closes its side with close_notify after the last query and still wants its answers.
      allowHalfOpen: true,
    });
    this.#server.on('secureConnection', (secured) => this.#onSecure(secured));
    this.#server.on('tlsClientError', (_error, secured) => {
      count(counters, ListenerCounter.TLS_FAILED);
      secured.destroy();
    });
  }

  /** Shows `certificate` to whoever connects from now on. */
  setCertificate(certificate: TlsCertificate): void {
    this.#server.setSecureContext({ ...certificate, minVersion: 'TLSv1.2', ticketKeys: this.#ticketKeys });
  }

  /** Begins the handshake; `onSecured` is called when it is done, and never when it fails. */
  secure(socket: Socket, client: IpAddress, onSecured: (secured: TLSSocket) => void): PooledConnection {
    const key = connectionKey(socket);
    this.#waiting.set(key, onSecured);
    socket.once('close', () => this.#waiting.delete(key));
    this.#server.emit('connection', socket);
    const sinceMs = performance.now();
    return {
      clientKey: clientKeyOf(client),
      deadlineMs: (idleMs) => sinceMs + Math.min(TLS_HANDSHAKE_MS, idleMs),
      finish: () => socket.destroy(),
      destroy: () => socket.destroy(),
    };
  }

  #onSecure(secured: TLSSocket): void {
    const key = connectionKey(secured);
    const onSecured = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (onSecured === undefined) {
      // Closed by the peer at the very end of its handshake.
      secured.destroy();
      return;
    }
    count(this.#counters, ListenerCounter.TLS_ACCEPTED);
    onSecured(secured);
  }
}

/** Both ends of a connection: no two live ones are equal, and the socket in TLS has the same as the one below. */
function connectionKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
}
