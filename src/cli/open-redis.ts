/** A connected store for a command that asks Redis once. Used by `status` and `explain`. */

import { formatRedisAddress } from '../redis/redis-address.ts';
import { RedisStore } from '../redis/redis-store.ts';
import { workFailure } from './command-failure.ts';
import { clusterName, redisAccess } from './redis-settings.ts';
import type { Settings } from './settings.ts';

const CONNECT_MS_MAX = 5_000;

/** A connected store, and its address without secrets. */
export type OpenRedis = { readonly store: RedisStore; readonly source: string };

/** The Redis of the settings; null when they name none. Throws a work failure when it cannot be reached. */
export async function openRedis(settings: Settings): Promise<OpenRedis | null> {
  const access = redisAccess(settings);
  if (access === null) return null;
  const source = formatRedisAddress(access.address);
  const store = new RedisStore({ access, cluster: clusterName(settings), clientName: 'meridian-cli' });
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
  if (store.state === 'connected') return { store, source };
  const trouble = store.trouble ?? 'no answer';
  await store.close();
  throw workFailure(`cannot reach Redis at ${source}: ${trouble}`);
}
