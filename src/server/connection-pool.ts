/**
 * All connections of one worker, whatever is spoken on them, in the order in which they were last heard. When the pool, one
 * client's share of it or the process's descriptors are used up, the connection that has been idle longest makes room, so a
 * crowd of silent connections never keeps a query out; and the fuller the pool, the less idleness it bears (RFC 7766 6.2.3).
 * Owned by `tcp-listener.ts`.
 */

import {
  TCP_CONNECTIONS_MAX,
  TCP_CONNECTIONS_PER_ADDRESS_MAX,
  TCP_IDLE_MS,
  TCP_IDLE_MS_MIN,
  TCP_ROOM_MS,
  TCP_SWEEP_MS,
} from '../base/limits.ts';
import { count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';

/** One connection in one phase of its life: waiting for a PROXY header, in a TLS handshake, answering. */
export type PooledConnection = {
  /** Connections with equal keys count as one client. Null: not known yet, counted for nobody. */
  readonly clientKey: string | null;
  /** When it must be closed unless something happens, by `performance.now()`; `idleMs` is what idleness is borne for now. */
  readonly deadlineMs: (idleMs: number) => number;
  /** Answers what has come in, then closes. */
  readonly finish: () => void;
  /** Closes at once. */
  readonly destroy: () => void;
};

export type PoolLimits = {
  /** TCP_CONNECTIONS_MAX if not given. */
  readonly connectionsMax?: number;
  /** TCP_CONNECTIONS_PER_ADDRESS_MAX if not given. */
  readonly connectionsPerClientMax?: number;
  /** How many more descriptors the process may open for connections; below 0: so many should be given back. */
  readonly descriptorsLeft: () => number;
};

/** Owner of the order, the counts and the deadlines. */
export class ConnectionPool {
  readonly #limits: PoolLimits;
  readonly #counters: ListenerCounters;
  /** Least recently heard first. */
  readonly #connections = new Set<PooledConnection>();
  readonly #perClient = new Map<string, number>();
  /** Connections that the limits and the descriptors of the process allow at this time. */
  #room: number;
  #roomAtMs = Number.NEGATIVE_INFINITY;
  #sweep: NodeJS.Timeout | null = null;

  constructor(limits: PoolLimits, counters: ListenerCounters) {
    this.#limits = limits;
    this.#counters = counters;
    this.#room = limits.connectionsMax ?? TCP_CONNECTIONS_MAX;
  }

  /** Closes what is overdue from now on. */
  start(): void {
    this.#sweep = setInterval(() => this.#closeOverdue(), TCP_SWEEP_MS);
  }

  stop(): void {
    if (this.#sweep !== null) clearInterval(this.#sweep);
  }

  /** Takes a newcomer in, at the cost of whoever has been idle longest. */
  add(connection: PooledConnection): void {
    this.#lookForRoom();
    const { connectionsPerClientMax = TCP_CONNECTIONS_PER_ADDRESS_MAX } = this.#limits;
    const { clientKey } = connection;
    const ofClient = clientKey === null ? 0 : (this.#perClient.get(clientKey) ?? 0);
    if (clientKey !== null && ofClient >= connectionsPerClientMax) this.#evict(1, clientKey);
    else if (this.#connections.size >= this.#room) this.#evict(this.#connections.size - this.#room + 1, null);
    this.#connections.add(connection);
    if (clientKey !== null) this.#perClient.set(clientKey, (this.#perClient.get(clientKey) ?? 0) + 1);
    this.#tellSize();
  }

  /** Puts the next phase of a connection in the place of the one before; false if that has been closed meanwhile. */
  replace(before: PooledConnection, next: PooledConnection): boolean {
    if (!this.remove(before)) return false;
    this.add(next);
    return true;
  }

  /** Notes that a connection has asked something. */
  touch(connection: PooledConnection): void {
    if (this.#connections.delete(connection)) this.#connections.add(connection);
  }

  /** Forgets a connection; false if it was not there. */
  remove(connection: PooledConnection): boolean {
    if (!this.#connections.delete(connection)) return false;
    const { clientKey } = connection;
    if (clientKey !== null) {
      const left = (this.#perClient.get(clientKey) ?? 1) - 1;
      if (left === 0) this.#perClient.delete(clientKey);
      else this.#perClient.set(clientKey, left);
    }
    this.#tellSize();
    return true;
  }

  /** Closes up to `wanted` of those who have been silent longest. */
  shed(wanted: number): void {
    this.#evict(wanted, null);
  }

  /** Lets all answer what has come in, and close. */
  finishAll(): void {
    for (const connection of [...this.#connections]) connection.finish();
  }

  destroyAll(): void {
    for (const connection of [...this.#connections]) connection.destroy();
  }

  /** The longest idleness that is borne now: all of it in a pool that is half empty, then less and less. */
  get idleMs(): number {
    const free = Math.max(0, 1 - this.#connections.size / this.#room);
    return free >= 0.5 ? TCP_IDLE_MS : TCP_IDLE_MS_MIN + (TCP_IDLE_MS - TCP_IDLE_MS_MIN) * free * 2;
  }

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
    this.#lookForRoom();
    if (this.#connections.size > this.#room) this.#evict(this.#connections.size - this.#room, null);
    const nowMs = performance.now();
    const { idleMs } = this;
    for (const connection of this.#connections) {
      if (connection.deadlineMs(idleMs) <= nowMs) this.#close(connection, ListenerCounter.TCP_TIMED_OUT);
    }
  }

  /** The kernel drops newcomers of a process without descriptors, so there must always be some left. */
  #lookForRoom(): void {
    const nowMs = performance.now();
    if (nowMs - this.#roomAtMs < TCP_ROOM_MS) return;
    this.#roomAtMs = nowMs;
    const left = this.#limits.descriptorsLeft();
    if (left <= 0) count(this.#counters, ListenerCounter.TCP_NO_DESCRIPTORS);
    const room = this.#connections.size + left;
    this.#room = Math.max(1, Math.min(this.#limits.connectionsMax ?? TCP_CONNECTIONS_MAX, room));
  }

  #close(connection: PooledConnection, reason: number): void {
    count(this.#counters, reason);
    connection.destroy();
    // 'close' comes a turn later; the place is free now.
    this.remove(connection);
  }

  #tellSize(): void {
    this.#counters[ListenerCounter.TCP_OPEN] = this.#connections.size;
  }
}
