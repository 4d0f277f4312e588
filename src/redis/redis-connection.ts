/**
 * One connection to Redis that heals itself: connects again with growing, jittered pauses, keeps nothing queued while it
 * is down, and gives up on a server that holds the line but does not answer. Built by the store, twice: one for commands,
 * one for the blocking read of the stream. The only file that knows ioredis.
 */

import { Redis } from 'ioredis';
import { StoreError } from './state-store.ts';

/** Something done with the client while it is connected. */
export type RedisWork<T> = (client: Redis) => Promise<T>;

export type ConnectionOptions = {
  /** `redis://` or `rediss://` (TLS), with user, password and database as usual. */
  readonly url: string;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** A command without an answer for this long ends the connection. */
  readonly commandTimeoutMs: number;
  /** Called when {@link RedisConnection.isReady} changes. */
  readonly onChange: () => void;
};

/** Pause before the first new attempt, and the longest; each is shortened by up to half at random. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2_000;
/** The server has to take the connection within this. */
const CONNECT_TIMEOUT_MS = 2_000;

/** Owner of one ioredis client. */
export class RedisConnection {
  readonly #client: Redis;
  readonly #onChange: () => void;
  #isReady = false;
  #wasTried = false;
  #trouble: string | null = null;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#client = new Redis(options.url, {
      lazyConnect: true,
      connectionName: options.name,
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      disableClientInfo: true,
      commandTimeout: options.commandTimeoutMs,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: 100,
      retryStrategy: (times) => retryPauseMs(times, Math.random()),
      // A failover leaves us with a replica: the next connection finds the master.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.#onChange = options.onChange;
    this.#client.on('ready', () => this.#setReady(true));
    this.#client.on('close', () => this.#setReady(false));
    this.#client.on('error', (error: Error) => {
      this.#trouble = describeError(error);
    });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** True once an attempt to connect has ended, either way. */
  get wasTried(): boolean {
    return this.#wasTried;
  }

  /** Why it is not ready, or null. */
  get trouble(): string | null {
    return this.#isReady ? null : (this.#trouble ?? 'not connected yet');
  }

  /** Begins to connect, and never stops trying until closed. */
  open(): void {
    this.#client.connect().catch(() => {
      // Told by the events above; the client goes on trying.
    });
  }

  /**
   * Runs `work` on the client; rejects with {@link StoreError} at once when there is no connection. A timeout ends the
   * connection, so that no command waits in a queue behind a server that hangs.
   */
  async run<T>(work: RedisWork<T>): Promise<T> {
    if (this.#isClosed || !this.#isReady) throw new StoreError(`Redis: ${this.trouble ?? 'closed'}`);
    try {
      return await work(this.#client);
    } catch (error) {
      if (isTimeout(error) && !this.#isClosed) {
        this.#client.disconnect(true);
        this.#trouble = 'the server does not answer';
        this.#setReady(false);
      }
      throw new StoreError(`Redis: ${describeError(error)}`);
    }
  }

  #setReady(isReady: boolean): void {
    if (this.#isClosed || (isReady === this.#isReady && this.#wasTried)) return;
    this.#wasTried = true;
    if (isReady) this.#trouble = null;
    this.#isReady = isReady;
    this.#onChange();
  }

  close(): void {
    this.#isClosed = true;
    this.#isReady = false;
    this.#client.disconnect();
  }
}

/** The pause before attempt `times` (from 1), for `draw` in [0, 1). */
function retryPauseMs(times: number, draw: number): number {
  const longest = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(times - 1, 10));
  return Math.round(longest * (1 - draw / 2));
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out';
}

/** One line, without the values that were sent. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  // A host with several addresses fails with one error that holds the others and says nothing itself.
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const message = inner instanceof Error ? inner.message : error.message;
  return message.split('\n', 1)[0]!.slice(0, 200);
}
