/** What a node of a Redis Cluster says of who owns which hash slots. Read strictly: it comes from the network. Pure. */

import { REDIS_HOSTS_MAX } from '../base/limits.ts';
import type { RedisHost } from './redis-address.ts';

/** The node of `reply` (CLUSTER SLOTS) that owns `slot`, asked of `seed`; and every master it names. */
export function readSlots(
  reply: unknown,
  slot: number,
  seed: RedisHost,
): { readonly owner: RedisHost | null; readonly masters: readonly RedisHost[] } {
  const masters: RedisHost[] = [];
  let owner: RedisHost | null = null;
  for (const range of Array.isArray(reply) ? (reply as unknown[]) : []) {
    if (!Array.isArray(range) || !Array.isArray(range[2])) continue;
    const [from, to] = range as unknown[];
    const [host, port] = range[2] as unknown[];
    if (typeof from !== 'number' || typeof to !== 'number' || typeof port !== 'number' || port < 1) continue;
    // A node that does not know its own address says nothing: it is the one that was asked.
    const master = { host: typeof host === 'string' && host !== '' && host !== '?' ? host : seed.host, port };
    if (from <= slot && slot <= to) owner = master;
    const isKnown = masters.some(({ host: known, port: at }) => known === master.host && at === master.port);
    if (!isKnown && masters.length < REDIS_HOSTS_MAX) masters.push(master);
  }
  return { owner, masters };
}
