/**
 * Finds the node of a Redis Cluster that owns one hash slot, and connects to it. All keys of Meridian share a slot (`keys.ts`), so
 * one connection to its owner is all that a Cluster takes, and everything else is as with a single server: when the slot
 * moves or its master dies, the connection is lost, and the next one goes to the new owner. (ioredis's own Cluster client
 * counts as ready while any node lives, and keeps commands for the dead one in queues.)
 */

import { createConnection, type NetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import { readSlots } from './cluster-slots.ts';
import type { RedisHost } from './redis-address.ts';

/** What ioredis takes; how replies are mapped is always its default. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

export type SlotOwnerOptions = {
  readonly seeds: readonly RedisHost[];
  /** Any key of the slot. */
  readonly key: string;
  /** How to get into a node: user, password, TLS, timeouts; asked before each look. */
  readonly login: () => ClientOptions;
  /** Pause before the next round when no node could be asked, in milliseconds. */
  readonly nextPauseMs: () => number;
};

/** A socket that does not end by then is cut. */
const DISCONNECT_MS_MAX = 100;
/** Nodes asked at the same time: one that hangs costs no time, and a large Cluster is not asked as a whole. */
const ASKED_AT_ONCE = 3;

type NetStream = Awaited<ReturnType<AbstractConnector['connect']>>;

/** A class for ioredis's `Connector` option. */
export function slotOwnerConnector(options: SlotOwnerOptions): new () => AbstractConnector {
  return class extends SlotOwnerConnector {
    constructor() {
      super(options);
    }
  };
}

class SlotOwnerConnector extends AbstractConnector {
  readonly #options: SlotOwnerOptions;
  /** Masters that some node named; asked after the seeds, all of which may be gone one day. */
  #learned: readonly RedisHost[] = [];
  #endPause: () => void = () => {};

  constructor(options: SlotOwnerOptions) {
    super(DISCONNECT_MS_MAX);
    this.#options = options;
  }

  /** A replica has taken no writes, whatever the node that was asked believes. */
  override check({ role }: { role?: string }): boolean {
    return role === undefined || role === 'master';
  }

  override disconnect(): void {
    super.disconnect();
    this.#endPause();
  }

  /** The stream to the owner; tries until there is one, or until disconnected. */
  override async connect(emit: (type: string, error: Error) => void): Promise<NetStream> {
    this.connecting = true;
    for (;;) {
      const nodes = this.#nodesToAsk();
      for (let from = 0; from < nodes.length; from += ASKED_AT_ONCE) {
        const asked = nodes.slice(from, from + ASKED_AT_ONCE).map((node) => this.#ownerBy(node));
        const owner = await Promise.any(asked).catch((error: Error) => error);
        if (!this.connecting) throw new Error('Connection is closed.');
        if (!(owner instanceof Error)) return this.#connectTo(owner);
        emit('error', owner);
      }
      await this.#pause();
      if (!this.connecting) throw new Error('Connection is closed.');
    }
  }

  /** In random order, so that no node that hangs, or believes what is no longer true, is always the first. */
  #nodesToAsk(): RedisHost[] {
    const known = new Map(
      [...this.#options.seeds, ...this.#learned].map((node) => [`${node.host} ${node.port}`, node]),
    );
    return [...known.values()]
      .map((node) => ({ node, rank: Math.random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ node }) => node);
  }

  async #ownerBy(seed: RedisHost): Promise<RedisHost> {
    const { key, login } = this.#options;
    const client = new Redis({ ...login(), ...seed, lazyConnect: true, retryStrategy: null, enableReadyCheck: false });
    let cause: Error | null = null;
    client.on('error', (error: Error) => {
      cause = error;
    });
    try {
      // Its own word for every failure is that the connection is closed.
      await client.connect().catch((error: unknown) => Promise.reject(cause ?? error));
      const [state, slot, reply] = await Promise.all([
        client.cluster('INFO'),
        client.cluster('KEYSLOT', key),
        client.cluster('SLOTS'),
      ]);
      if (!/^cluster_state:ok\s*$/m.test(state)) throw new Error('the Redis Cluster is down');
      const { owner, masters } = readSlots(reply, slot, seed);
      this.#learned = masters;
      if (owner === null) throw new Error('no node of the Redis Cluster owns our slot');
      return owner;
    } finally {
      client.disconnect();
    }
  }

  #connectTo(owner: RedisHost): NetStream {
    const { tls } = this.#options.login();
    const stream =
      tls === undefined
        ? createConnection({ ...owner } satisfies NetConnectOpts)
        : connectTls({ ...owner, ...tls } as ConnectionOptions);
    stream.once('error', (error) => {
      this.firstError = error;
    });
    this.stream = stream;
    return stream;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.nextPauseMs());
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
