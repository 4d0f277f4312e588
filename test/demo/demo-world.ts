/**
 * The world of the demo: two DNS nodes, three regions with their endpoints and agents, and what an operator or bad luck does to them. All
 * of it are real processes on loopback; without a redis-server each node checks for itself.
 */

import { randomBytes } from 'node:crypto';
import {
  ADDRESS_OF,
  addressesFor,
  type Cluster,
  EMBEDDED,
  type EndpointName,
  REGIONS,
  type Region,
  startCluster,
  WWW,
} from '../tools/cluster.ts';
import { runMeridian } from '../tools/meridian-process.ts';
import { hasRedisServer, type RedisServer, startRedis } from '../tools/redis-server.ts';
import { type DemoClients, startClients } from './demo-clients.ts';
import { DEMO_WORLD } from './demo-records.ts';

/** Whose endpoints are whose. */
export const ENDPOINTS_OF: Readonly<Record<Region, readonly EndpointName[]>> = {
  'us-east': ['us'],
  'eu-west': ['eu1', 'eu2'],
  'ap-southeast': ['ap'],
};
/** Past the timeout of the zone's checks, 0.5 s. */
export const SLOW_MS = 800;
const SHIFT_TIME = '10m';

export type Condition = 'well' | 'failing' | 'slow';

/** Owner of every process of the demo. */
export class DemoWorld {
  readonly cluster: Cluster;
  readonly redis: RedisServer | null;
  readonly #clients: DemoClients;
  readonly #conditions = new Map<Region, Condition>();
  readonly #shifts = new Map<Region, string>();

  constructor(cluster: Cluster, redis: RedisServer | null, clients: DemoClients) {
    this.cluster = cluster;
    this.redis = redis;
    this.#clients = clients;
  }

  /** How a region fares. */
  conditionOf(region: Region): Condition {
    return this.#conditions.get(region) ?? 'well';
  }

  /** Makes the endpoints of `region` refuse, answer late, or answer. */
  async put(region: Region, condition: Condition): Promise<void> {
    this.#conditions.set(region, condition);
    for (const name of ENDPOINTS_OF[region]) {
      const endpoint = this.cluster.endpoints[name];
      endpoint.behaviour = { does: 'answer', ...(condition === 'slow' ? { delayMs: SLOW_MS } : {}) };
      await (condition === 'failing' ? endpoint.refuse() : endpoint.accept());
    }
  }

  /** Drains `region`, or ends that; what there is to tell. */
  async toggleShift(region: Region): Promise<string> {
    if (this.redis === null) return 'shifts are shared through Redis, and there is no redis-server here';
    const place = ['--redis', this.redis.url];
    const known = this.#shifts.get(region);
    const args =
      known === undefined
        ? ['add', '--region', region, '--factor', '0', '--for', SHIFT_TIME, '--reason', 'demo', '--json']
        : ['remove', known];
    const { code, stdout, stderr } = await runMeridian(['shift', ...args, ...place]);
    if (code !== 0) return stderr.trim();
    if (known === undefined) this.#shifts.set(region, shiftId(stdout));
    else this.#shifts.delete(region);
    return known === undefined ? `${region} drained for ${SHIFT_TIME}` : `${region} takes clients again`;
  }

  /** What clients of each region get from each node now, by `node region`: `eu1 eu2`, the endpoints' own names. */
  async answers(): Promise<Map<string, string>> {
    const seen = new Map<string, string>();
    for (const [i, node] of this.cluster.nodes.entries()) {
      for (const region of REGIONS)
        seen.set(`ns${i + 1} ${region}`, nameAddresses(await addressesFor(node, WWW, region)));
    }
    return seen;
  }

  /** Resolves when both nodes answer clients of `region` with `endpoints`; milliseconds the later one took. */
  async untilServed(region: Region, endpoints: readonly EndpointName[], withinMs: number): Promise<number> {
    const expected = endpoints
      .map((name) => ADDRESS_OF[name])
      .sort()
      .join(' ');
    return Math.max(...(await this.cluster.untilServed(WWW, region, expected, withinMs)));
  }

  /** Ends all processes and endpoints. */
  async stop(): Promise<void> {
    this.#clients.stop();
    await this.cluster.stop();
    await this.redis?.stop();
  }
}

/** Starts everything; resolves when every agent and node is ready. */
export async function startDemo(): Promise<DemoWorld> {
  const redis = hasRedisServer() ? await startRedis() : null;
  try {
    const regions = redis === null ? [] : REGIONS;
    // One for both nodes, so that their pages take the same.
    const env = { MERIDIAN_ADMIN_TOKEN: randomBytes(8).toString('hex') };
    const cluster = await startCluster(
      { ...EMBEDDED, url: redis?.url ?? EMBEDDED.url, env },
      { world: DEMO_WORLD, regions },
    );
    try {
      return new DemoWorld(cluster, redis, await startClients(cluster.nodes, cluster.nodes[0]!.adminUrl));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  } catch (error) {
    await redis?.stop();
    throw error;
  }
}

function nameAddresses(addresses: string): string {
  const names = new Map(Object.entries(ADDRESS_OF).map(([name, address]) => [address, name]));
  return addresses
    .split(' ')
    .map((address) => (names.has(address) ? `${names.get(address)} (${address})` : address))
    .join(', ');
}

function shiftId(json: string): string {
  const id = /"id":\s*"([^"]+)"/.exec(json)?.[1];
  if (id === undefined) throw new Error(`no id in what "shift add" prints: ${json}`);
  return id;
}
