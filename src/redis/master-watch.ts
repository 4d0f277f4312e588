/**
 * Hears from Sentinels that another server is the master now. A master that hung, and was replaced, does not know it once it goes on:
 * it takes what it is told for some ten seconds, until the Sentinels make it a replica, and all of that is lost. So a
 * connection that outlived the pause has to be told.
 *
 * (ioredis's own `failoverDetector` ends a client for good when the news come while it asks for the master.)
 */

import { Redis } from 'ioredis';
import type { RedisHost } from './redis-address.ts';
import type { ClientOptions } from './slot-owner-connector.ts';

export type MasterWatchOptions = {
  /** Each is listened to: the first to know tells, and the last corrects what a late one may have said when asked. */
  readonly sentinels: readonly RedisHost[];
  /** What the Sentinels call the master. */
  readonly masterName: string;
  /** How to get into a Sentinel; asked before each attempt. */
  readonly login: () => ClientOptions;
  /** Called with each announcement: once by each Sentinel that is connected. */
  readonly onMaster: (master: RedisHost) => void;
  /** Called with the words of a Sentinel that does not let us listen; the old master is left when it is made a replica then. */
  readonly onRefusal: (reason: string) => void;
};

const CHANNEL = '+switch-master';
/** Between attempts to reach a Sentinel, shortened by up to half at random. */
const RETRY_MS = 2_000;
/** A Sentinel says nothing for months: so long until the kernel asks whether its machine is still there. */
const KEEP_ALIVE_MS = 30_000;

/** Owner of a connection to each Sentinel; each is tried until closed. */
export class MasterWatch {
  readonly #clients: readonly Redis[];

  constructor({ sentinels, masterName, login, onMaster, onRefusal }: MasterWatchOptions) {
    this.#clients = sentinels.map((sentinel) => {
      const client: Redis = new Redis({
        ...login(),
        ...sentinel,
        keepAlive: KEEP_ALIVE_MS,
        enableReadyCheck: false,
        enableOfflineQueue: false,
        autoResubscribe: false,
        disableClientInfo: true,
        retryStrategy: () => {
          Object.assign(client.options, login());
          return RETRY_MS * (1 - Math.random() / 2);
        },
      });
      client.on('error', () => {
        // Whether a Sentinel can be reached is told by the search for the master, which asks them too.
      });
      client.on('ready', () => {
        client.subscribe(CHANNEL).catch((error: Error) => {
          // A connection that is lost in the middle is made anew.
          if (error.name === 'ReplyError')
            onRefusal(`the Sentinel at ${sentinel.host} port ${sentinel.port} says ${error.message}`);
        });
      });
      client.on('message', (_channel: string, text: string) => {
        const master = readAnnouncement(text, masterName);
        if (master !== null) onMaster(master);
      });
      return client;
    });
  }

  close(): void {
    for (const client of this.#clients) client.disconnect();
  }
}

/** `name old-host old-port new-host new-port` as the new master; null if it is of another one, or no such line. */
function readAnnouncement(text: string, masterName: string): RedisHost | null {
  const [name, , , host, port, ...more] = text.split(' ');
  const number = Number(port);
  if (name !== masterName || !host || more.length > 0 || !Number.isInteger(number)) return null;
  return { host, port: number };
}
