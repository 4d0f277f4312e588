/**
 * One connection to Redis that heals itself: connects again with growing, jittered pauses, keeps nothing queued while it
 * is down, and gives up on a server that holds the line but does not answer. Built by the store, twice: one for commands,
 * one for the blocking read of the stream. It, and the search for the owner of a slot, are all that knows ioredis.
 */

import { Redis } from 'ioredis';
import { MasterWatch } from './master-watch.ts';
import type { RedisAccess } from './redis-access.ts';
import type { RedisHost } from './redis-address.ts';
import { type ClientOptions, slotOwnerConnector } from './slot-owner-connector.ts';
import { StoreError } from './state-store.ts';

/** Something done with the client while it is connected. */
export type RedisWork<T> = (client: Redis) => Promise<T>;

export type ConnectionOptions = {
  readonly access: RedisAccess;
  /** Any key of the slot that all our keys are in; a Cluster is asked who owns it. */
  readonly slotKey: string;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** A command without an answer for this long ends the connection. */
  readonly commandTimeoutMs: number;
  /** Called when {@link RedisConnection.isReady} changes. */
  readonly onChange: () => void;
  /** Called when a command was not answered in time. */
  readonly onHang?: () => void;
  /** Called with one line about what works less well than it could. */
  readonly onWarning?: (warning: string) => void;
};

/** Pause before the first new attempt, and the longest; each is shortened by up to half at random. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2_000;
/** A connection that was good for so long has proved itself: after it, pauses begin anew. */
const PROVED_MS = 10_000;
/** The server has to take the connection within this. */
const CONNECT_TIMEOUT_MS = 2_000;
/** What a Sentinel or a node of a Cluster may take to say where the master is. */
const LOOK_TIMEOUT_MS = 2_000;
/** Errors that mean "not here (any more)": of a replica after a failover, of a node whose slot has moved or is not served. */
const ELSEWHERE = /^(?:EXECABORT .*because of: )?(?:READONLY|MOVED|CLUSTERDOWN|MASTERDOWN)\b/;

/** Owner of one ioredis client. */
export class RedisConnection {
  readonly #client: Redis;
  /** Where Sentinels say who the master is. */
  #watch: MasterWatch | null = null;
  readonly #openWatch: () => MasterWatch | null;
  /** Whom a Sentinel has named as the new master since the last attempt began. */
  #announced: RedisHost | null = null;
  readonly #onChange: () => void;
  readonly #onHang: (() => void) | undefined;
  #isReady = false;
  #wasTried = false;
  #trouble: string | null = null;
  #isClosed = false;
  #readyMs = 0;
  /** Attempts since the last connection that proved itself. */
  #attempts = 0;

  constructor(options: ConnectionOptions) {
    const login = () => loginOptions(options.access);
    this.#client = new Redis({
      ...login(),
      ...placeOptions(options, login, () => this.#nextPauseMs()),
      lazyConnect: true,
      connectionName: options.name,
      enableAutoPipelining: true,
      autoResendUnfulfilledCommands: false,
      commandTimeout: options.commandTimeoutMs,
      retryStrategy: () => {
        // A password or certificate may have been replaced meanwhile.
        Object.assign(this.#client.options, login());
        return this.#nextPauseMs();
      },
    });
    this.#openWatch = () =>
      openWatch(options, (master) => {
        this.#announced = master;
        this.#followMaster();
      });
    this.#onChange = options.onChange;
    this.#onHang = options.onHang;
    this.#client.on('connecting', () => {
      this.#announced = null;
    });
    this.#client.on('connect', () => this.#followMaster());
    this.#client.on('ready', () => this.#setReady(true));
    this.#client.on('close', () => this.#setReady(false));
    this.#client.on('error', (error: Error) => {
      this.#trouble = describeError(error);
      // The search for a master fails without there having been a connection that could close.
      if (!this.#isReady) this.#setReady(false);
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
    this.#watch = this.#openWatch();
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
      if (isTimeout(error)) {
        this.giveUp();
        this.#onHang?.();
      }
      // The next connection finds who is master now.
      if (isElsewhere(error)) this.#leave(describeError(error));
      throw new StoreError(`Redis: ${describeError(error)}`);
    }
  }

  /** The server is known not to answer: connects anew. */
  giveUp(): void {
    this.#leave('the server does not answer');
  }

  /** Leaves a server that is not, or no longer, the announced master; by a name it could be the same, and is found again. */
  #followMaster(): void {
    const { stream, status } = this.#client;
    const master = this.#announced;
    // While it still asks who the master is, ioredis would end for good if told to leave.
    if (master === null || (status !== 'connect' && status !== 'ready')) return;
    if (stream.remoteAddress === master.host && stream.remotePort === master.port) return;
    this.#client.disconnect(true);
    this.#trouble = 'another server is the master now';
    this.#setReady(false);
  }

  #leave(trouble: string): void {
    if (this.#isClosed || !this.#isReady) return;
    this.#client.disconnect(true);
    this.#trouble = trouble;
    this.#setReady(false);
  }

  /** Counts an attempt. A server that takes connections and refuses what comes after must not be met ever again at once. */
  #nextPauseMs(): number {
    if (this.#readyMs > 0 && performance.now() - this.#readyMs >= PROVED_MS) this.#attempts = 0;
    this.#readyMs = 0;
    return retryPauseMs(++this.#attempts, Math.random());
  }

  #setReady(isReady: boolean): void {
    if (this.#isClosed || (isReady === this.#isReady && this.#wasTried)) return;
    this.#wasTried = true;
    if (isReady) {
      this.#trouble = null;
      this.#readyMs = performance.now();
    }
    this.#isReady = isReady;
    this.#onChange();
  }

  close(): void {
    this.#isClosed = true;
    this.#isReady = false;
    this.#watch?.close();
    this.#client.disconnect();
  }
}

/** What every connection has in common, those to Sentinels and to nodes that are only asked the way included. */
function loginOptions({ address, secrets }: RedisAccess): ClientOptions {
  const { password, sentinelPassword, tls } = secrets();
  const login = { username: address.user, password };
  return {
    // The user `default` is what a password alone means.
    ...(password === '' ? {} : address.user === '' ? { password } : login),
    ...(sentinelPassword === '' ? {} : { sentinelPassword }),
    ...(address.isTls ? { tls, sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: LOOK_TIMEOUT_MS,
    disconnectTimeout: 100,
  };
}

/** Where the server is, or how it is found. */
function placeOptions(
  { access, slotKey }: ConnectionOptions,
  login: () => ClientOptions,
  nextPauseMs: () => number,
): ClientOptions {
  const { kind, hosts, path, masterName, database } = access.address;
  switch (kind) {
    case 'socket':
      return { path };
    case 'server':
      return { ...hosts[0]!, db: database };
    case 'sentinel':
      return {
        sentinels: [...hosts],
        name: masterName,
        db: database,
        sentinelCommandTimeout: LOOK_TIMEOUT_MS,
        sentinelRetryStrategy: nextPauseMs,
      };
    case 'cluster':
      return { Connector: slotOwnerConnector({ seeds: hosts, key: slotKey, login, nextPauseMs }) };
  }
}

function openWatch(
  { access, onWarning }: ConnectionOptions,
  onMaster: (master: RedisHost) => void,
): MasterWatch | null {
  const { address, secrets } = access;
  if (address.kind !== 'sentinel') return null;
  const login = () => {
    const { sentinelPassword, tls } = secrets();
    return {
      ...(sentinelPassword === '' ? {} : { password: sentinelPassword }),
      ...(address.isTls ? { tls } : {}),
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: LOOK_TIMEOUT_MS,
    };
  };
  const onRefusal = (reason: string) =>
    onWarning?.(`a failover may be noticed seconds late, allow +subscribe and the channel &+switch-master: ${reason}`);
  return new MasterWatch({ sentinels: address.hosts, masterName: address.masterName, login, onMaster, onRefusal });
}

/** The pause before attempt `times` (from 1), for `draw` in [0, 1). */
function retryPauseMs(times: number, draw: number): number {
  const longest = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(times - 1, 10));
  return Math.round(longest * (1 - draw / 2));
}

function isElsewhere(error: unknown): boolean {
  return error instanceof Error && ELSEWHERE.test(error.message);
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
