/** A connected store for a command that asks Redis once. Used by `status` and `explain`. */

import { RedisStore } from '../redis/redis-store.ts';
import { workFailure } from './command-failure.ts';
import { redactUrl } from './redact-url.ts';

const CONNECT_MS_MAX = 5_000;

/** The store, connected. Throws a work failure when Redis cannot be reached. */
export async function openRedis(url: string, cluster: string): Promise<RedisStore> {
  const store = new RedisStore({ url, cluster, clientName: 'meridian-cli' });
  await new Promise<void>((resolve) => {
    const limit = setTimeout(resolve, CONNECT_MS_MAX);
    const settle = () => {
      if (store.state === 'connecting') return;
      clearTimeout(limit);
      resolve();
    };
    store.onState(settle);
    settle();
  });
  if (store.state === 'connected') return store;
  const trouble = store.trouble ?? 'no answer';
  await store.close();
  throw workFailure(`cannot reach Redis at ${redactUrl(url)}: ${trouble}`);
}
