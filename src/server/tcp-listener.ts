/**
 * TCP on every listen address, with one pool of connections. What clients can make it hold is bounded: when the pool, or
 * one client's share of it, is full, the connection that has been idle longest makes room, so a crowd of silent
 * connections never keeps a query out. Runs in the stream worker.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { parseIpAddress, unmapAddress } from '../base/ip-address.ts';
import { TCP_CONNECTIONS_MAX, TCP_CONNECTIONS_PER_ADDRESS_MAX, TCP_DRAIN_MS, TCP_SWEEP_MS } from '../base/limits.ts';
import type { AnswerPort } from './answer-port.ts';
import { count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';
import type { ListenAddress } from './serve-options.ts';
import { createTcpWork, TcpConnection, type TcpHost } from './tcp-connection.ts';

/** Connections the kernel holds until they are accepted. */
const BACKLOG = 1024;
/** Connections closed when the process has run out of descriptors; accepting goes on with those. */
const EMFILE_EVICTIONS = 16;

export type TcpListenerOptions = {
  readonly listen: readonly ListenAddress[];
  /** Lets a successor bind the same ports before this one has closed them. */
  readonly reusePort: boolean;
  readonly connectionsMax?: number;
  readonly connectionsPerClientMax?: number;
};

/** Owner of the listening sockets and all connections. */
export class TcpListener {
  readonly #options: TcpListenerOptions;
  readonly #host: TcpHost;
  readonly #counters: ListenerCounters;
  readonly #servers: Server[] = [];
  /** Least recently heard first. */
  readonly #connections = new Set<TcpConnection>();
  readonly #perClient = new Map<string, number>();
  #sweep: NodeJS.Timeout | null = null;

  constructor(options: TcpListenerOptions, answer: AnswerPort, counters: ListenerCounters) {
    this.#options = options;
    this.#counters = counters;
    this.#host = {
      answer,
      counters,
      work: createTcpWork(),
      onQuery: (connection) => this.#onQuery(connection),
      onClose: (connection) => this.#onClose(connection),
    };
  }

  /** Binds every address and resolves with the ports, in order; rejects with the system's error. */
  async start(): Promise<number[]> {
    const ports: number[] = [];
    for (const address of this.#options.listen) ports.push(await this.#bind(address));
    this.#sweep = setInterval(() => this.#closeOverdue(), TCP_SWEEP_MS);
    return ports;
  }

  /** Accepts no more, answers what has come in, closes; resolves within TCP_DRAIN_MS. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const connection of [...this.#connections]) connection.finish();
    const cut = setTimeout(() => {
      for (const connection of [...this.#connections]) connection.destroy();
    }, TCP_DRAIN_MS);
    await Promise.all(closed);
    clearTimeout(cut);
    if (this.#sweep !== null) clearInterval(this.#sweep);
  }

  #bind(address: ListenAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => this.#onConnection(socket));
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

  #onConnection(socket: Socket): void {
    const address = socket.remoteAddress === undefined ? null : parseIpAddress(withoutScope(socket.remoteAddress));
    if (address === null) {
      // Gone before it was accepted.
      socket.destroy();
      return;
    }
    const connection = new TcpConnection(socket, unmapAddress(address), this.#host);
    count(this.#counters, ListenerCounter.TCP_ACCEPTED);
    const { connectionsMax = TCP_CONNECTIONS_MAX, connectionsPerClientMax = TCP_CONNECTIONS_PER_ADDRESS_MAX } =
      this.#options;
    const ofClient = this.#perClient.get(connection.clientKey) ?? 0;
    if (ofClient >= connectionsPerClientMax) this.#evict(1, connection.clientKey);
    else if (this.#connections.size >= connectionsMax) this.#evict(1, null);
    this.#connections.add(connection);
    this.#perClient.set(connection.clientKey, (this.#perClient.get(connection.clientKey) ?? 0) + 1);
    this.#counters[ListenerCounter.TCP_OPEN] = this.#connections.size;
  }

  #onQuery(connection: TcpConnection): void {
    this.#connections.delete(connection);
    this.#connections.add(connection);
  }

  #onClose(connection: TcpConnection): void {
    if (!this.#connections.delete(connection)) return;
    const left = (this.#perClient.get(connection.clientKey) ?? 1) - 1;
    if (left === 0) this.#perClient.delete(connection.clientKey);
    else this.#perClient.set(connection.clientKey, left);
    this.#counters[ListenerCounter.TCP_OPEN] = this.#connections.size;
  }

  /** Out of descriptors or memory: libuv has dropped the newcomer, and those who say nothing make room for the next. */
  #onAcceptError(): void {
    count(this.#counters, ListenerCounter.TCP_ACCEPT_FAILED);
    this.#evict(EMFILE_EVICTIONS, null);
  }

  /** Closes up to `wanted` connections, the longest idle first, of one client or of any. */
  #evict(wanted: number, clientKey: string | null): void {
    let left = wanted;
    for (const connection of this.#connections) {
      if (left === 0) return;
      if (clientKey !== null && connection.clientKey !== clientKey) continue;
      this.#close(connection, ListenerCounter.TCP_EVICTED);
      left--;
    }
  }

  #closeOverdue(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections) {
      if (connection.deadlineMs <= nowMs) this.#close(connection, ListenerCounter.TCP_TIMED_OUT);
    }
  }

  #close(connection: TcpConnection, reason: number): void {
    count(this.#counters, reason);
    connection.destroy();
    // 'close' comes a turn later; the place is free now.
    this.#onClose(connection);
  }
}

/** `fe80::1%eth0` without the interface. */
export function withoutScope(address: string): string {
  const at = address.indexOf('%');
  return at < 0 ? address : address.slice(0, at);
}
