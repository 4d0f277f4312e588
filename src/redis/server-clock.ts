/**
 * What the clock of the Redis server says: the one clock that agents, nodes and operators share. Their own may be hours off, and
 * still an agent must not push others out of a listing, nor a drain be over before it has begun. Part of the Redis store.
 */

import type { RedisConnection } from './redis-connection.ts';

/** The server is asked anew after this: crystals drift by some 10 ms in it, and an operator may have set its clock. */
const TRUSTED_MS = 600_000;

/** The server's clock, milliseconds since the Unix epoch; null if it does not tell, as those before Redis 6 do not. */
export async function readServerMs(connection: RedisConnection): Promise<number | null> {
  const info = await connection.run((client) => client.info('server'));
  const digits = /^server_time_usec:(\d{1,18})\d{3}\s*$/m.exec(info)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Owner of what is known of the server's clock. */
export class ServerClock {
  readonly #connection: RedisConnection;
  /** How far it is ahead of this process's monotonic clock. */
  #aheadMs: number | null = null;
  #notedMs = Number.NEGATIVE_INFINITY;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  /** What it says now by its last word; null before any. */
  nowMs(): number | null {
    return this.#aheadMs === null ? null : performance.now() + this.#aheadMs;
  }

  /** The server said `serverMs` in answer to what was sent at `sentMs` (monotonic) and has been answered just now. */
  note(serverMs: number, sentMs: number): void {
    this.#notedMs = performance.now();
    // Said half-way between here and back.
    this.#aheadMs = serverMs - (sentMs + this.#notedMs) / 2;
  }

  /** The next who asks hears it from the server: there is a new connection, perhaps to another one. */
  doubt(): void {
    this.#notedMs = Number.NEGATIVE_INFINITY;
  }

  /** As {@link nowMs}, asked of the server when it has not said so lately; rejects with `StoreError`. */
  async ask(): Promise<number | null> {
    if (performance.now() - this.#notedMs < TRUSTED_MS) return this.nowMs();
    const sentMs = performance.now();
    const serverMs = await readServerMs(this.#connection);
    if (serverMs !== null) this.note(serverMs, sentMs);
    return serverMs;
  }
}
