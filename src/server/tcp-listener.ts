/**
 * Everything that comes by TCP: DNS as it is (RFC 7766), in TLS (RFC 7858), in HTTPS (RFC 8484), each perhaps behind a
 * PROXY header. One pool holds the connections of all; this file binds, accepts, and leads each connection through its phases.
 *
 *   accept -> [PROXY header] -> [TLS handshake] -> TcpConnection | DohConnection
 *
 * Runs in the stream worker, and with TLS in a worker of its own, so that a flood of handshakes costs plain TCP nothing.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { type IpAddress, parseIpAddress, unmapAddress } from '../base/ip-address.ts';
import { TCP_DRAIN_MS } from '../base/limits.ts';
import type { AnswerPort } from './answer-port.ts';
import { ConnectionPool, type PooledConnection, type PoolLimits } from './connection-pool.ts';
import { createHttp1, DOH_PROTOCOLS, DohConnection } from './doh-connection.ts';
import { count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';
import { ProxyPreface } from './proxy-preface.ts';
import type { ProxySources } from './proxy-sources.ts';
import type { StreamAddress, StreamService } from './serve-options.ts';
import type { ServiceTimer } from './service-times.ts';
import { createTcpWork, TcpConnection, type TcpHost } from './tcp-connection.ts';
import { type TlsCertificate, TlsTerminator } from './tls-terminator.ts';

/** Connections the kernel holds until they are accepted. */
const BACKLOG = 1024;
/** Connections closed when the process has run out of descriptors; accepting goes on with those. */
const EMFILE_EVICTIONS = 16;
/** RFC 7858 3.1, in IANA's registry of ALPN names. */
const DOT_PROTOCOLS: readonly string[] = ['dot'];

export type TcpListenerOptions = PoolLimits & {
  readonly listen: readonly StreamAddress[];
  /** Lets a successor bind the same ports before this one has closed them. */
  readonly reusePort: boolean;
  readonly proxySources: ProxySources;
  /** Of session tickets, 48 octets; used where an address speaks TLS. */
  readonly ticketKeys: Uint8Array;
};

/** Owner of the listening sockets and all connections. */
export class TcpListener {
  readonly #options: TcpListenerOptions;
  readonly #hosts: Readonly<Record<StreamService, TcpHost>>;
  readonly #counters: ListenerCounters;
  readonly #servers: Server[] = [];
  readonly #pool: ConnectionPool;
  readonly #dot: TlsTerminator;
  readonly #doh: TlsTerminator;
  readonly #http1 = createHttp1();

  /** `answers` by what is spoken: some rules of DNS depend on it; and so do `timers`. */
  constructor(
    options: TcpListenerOptions,
    answers: Readonly<Record<StreamService, AnswerPort>>,
    counters: ListenerCounters,
    timers: Readonly<Record<StreamService, ServiceTimer>>,
  ) {
    this.#options = options;
    this.#counters = counters;
    const pool = new ConnectionPool(options, counters);
    this.#pool = pool;
    this.#dot = new TlsTerminator(DOT_PROTOCOLS, options.ticketKeys, counters);
    this.#doh = new TlsTerminator(DOH_PROTOCOLS, options.ticketKeys, counters);
    const shared = {
      counters,
      work: createTcpWork(),
      onQuery: (connection: PooledConnection) => pool.touch(connection),
      onClose: (connection: PooledConnection) => pool.remove(connection),
    };
    this.#hosts = {
      tcp: { ...shared, answer: answers.tcp, timer: timers.tcp },
      tls: { ...shared, answer: answers.tls, timer: timers.tls },
      https: { ...shared, answer: answers.https, timer: timers.https },
    };
  }

  /** The certificate of new connections. Throws for one that cannot be used; the one before stands. */
  setCertificate(certificate: TlsCertificate): void {
    this.#dot.setCertificate(certificate);
    this.#doh.setCertificate(certificate);
  }

  /** Binds every address and resolves with the ports, in order; rejects with the system's error. */
  async start(): Promise<number[]> {
    const ports: number[] = [];
    for (const address of this.#options.listen) ports.push(await this.#bind(address));
    this.#pool.start();
    return ports;
  }

  /** Accepts no more, answers what has come in, closes; resolves within TCP_DRAIN_MS. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.#pool.finishAll();
    const cut = setTimeout(() => this.#pool.destroyAll(), TCP_DRAIN_MS);
    await Promise.all(closed);
    clearTimeout(cut);
    this.#pool.stop();
  }

  #bind(address: StreamAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => this.#onConnection(socket, address.service));
      server.once('error', reject);
      const options = {
        host: address.address,
        port: address.port,
        backlog: BACKLOG,
        ipv6Only: address.address.includes(':'),
        reusePort: this.#options.reusePort,
      };
      server.listen(options, () => {
        server.off('error', reject);
        server.on('error', () => this.#onAcceptError());
        this.#servers.push(server);
        const bound = server.address();
        resolve(bound !== null && typeof bound === 'object' ? bound.port : address.port);
      });
    });
  }

  #onConnection(socket: Socket, service: StreamService): void {
    const address = socket.remoteAddress === undefined ? null : parseIpAddress(withoutScope(socket.remoteAddress));
    if (address === null) {
      // Gone before it was accepted.
      socket.destroy();
      return;
    }
    const peer = unmapAddress(address);
    count(this.#counters, ListenerCounter.TCP_ACCEPTED);
    if (!this.#options.proxySources.has(peer.family, peer.words)) {
      this.#begin(socket, peer, service, (connection) => this.#pool.add(connection));
      return;
    }
    const preface: ProxyPreface = new ProxyPreface(socket, {
      onClient: (client) =>
        this.#begin(socket, client ?? peer, service, (connection) => this.#pool.replace(preface, connection)),
      onFailure: () => {
        if (this.#pool.remove(preface)) count(this.#counters, ListenerCounter.PROXY_REFUSED);
      },
    });
    this.#pool.add(preface);
  }

  /** The phase behind any PROXY header; `enter` puts it into the pool. */
  #begin(socket: Socket, client: IpAddress, service: StreamService, enter: (connection: PooledConnection) => void) {
    if (service === 'tcp') {
      enter(new TcpConnection(socket, client, this.#hosts.tcp));
      return;
    }
    const terminator = service === 'tls' ? this.#dot : this.#doh;
    const handshake: PooledConnection = terminator.secure(socket, client, (secured) => {
      const connection =
        service === 'tls'
          ? new TcpConnection(secured, client, this.#hosts.tls)
          : new DohConnection(secured, client, this.#hosts.https, this.#http1);
      if (!this.#pool.replace(handshake, connection)) connection.destroy();
    });
    socket.once('close', () => this.#pool.remove(handshake));
    enter(handshake);
  }

  /** Out of descriptors or memory: libuv has dropped the newcomer, and those who say nothing make room for the next. */
  #onAcceptError(): void {
    count(this.#counters, ListenerCounter.TCP_ACCEPT_FAILED);
    this.#pool.shed(EMFILE_EVICTIONS);
  }
}

/** `fe80::1%eth0` without the interface. */
export function withoutScope(address: string): string {
  const at = address.indexOf('%');
  return at < 0 ? address : address.slice(0, at);
}
