/**
 * A small world on loopback for system tests: DNS nodes and probe agents as processes of their own around one Redis, and four
 * HTTP endpoints in three regions that a test can stop and start.
 *
 *   us-east       us    127.0.61.1   clients 198.51.100.0/24, 2001:db8:1::/48, 127.0.71.0/24    falls back to ap-southeast
 *   eu-west       eu1   127.0.62.1   clients 192.0.2.0/24,    2001:db8:2::/48, 127.0.72.0/24    falls back to us-east
 *                 eu2   127.0.62.2
 *   ap-southeast  ap    127.0.63.1   clients 203.0.113.0/24,  2001:db8:3::/48, 127.0.73.0/24    then the record's own value
 *
 * Answers carry every endpoint that is up, so that what a client gets is told by one query. Subnets of clients are data of the
 * Client Subnet option: no packet goes there.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeStatus } from '../../src/server/node-status.ts';
import { type AskOptions, ask, type DnsServer } from './dns-client.ts';
import { freePort } from './free-port.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import {
  type FileTable,
  type MeridianOptions,
  type MeridianProcess,
  runMeridian,
  startProbe,
  startServe,
} from './meridian-process.ts';
import { writeMmdb } from './mmdb-writer.ts';

export type Region = 'us-east' | 'eu-west' | 'ap-southeast';
export type EndpointName = 'us' | 'eu1' | 'eu2' | 'ap';

export const REGIONS: readonly Region[] = ['us-east', 'eu-west', 'ap-southeast'];
export const ZONE = 'gslb.example.test';
/** Steered by place, judged by a majority of the regions. */
export const WWW = `www.${ZONE}`;
/** The same endpoints, out of answers only when every region that votes says so. */
export const STRICT = `strict.${ZONE}`;
export const LAST_RESORT = '127.0.69.9';

export const ADDRESS_OF: Readonly<Record<EndpointName, string>> = {
  us: '127.0.61.1',
  eu1: '127.0.62.1',
  eu2: '127.0.62.2',
  ap: '127.0.63.1',
};

/** Subnets and a real source address of each region's clients. */
export const CLIENTS_OF: Readonly<Record<Region, { readonly v4: string; readonly v6: string; readonly from: string }>> =
  {
    'us-east': { v4: '198.51.100.0/24', v6: '2001:db8:1::/48', from: '127.0.71.1' },
    'eu-west': { v4: '192.0.2.0/24', v6: '2001:db8:2::/48', from: '127.0.72.1' },
    'ap-southeast': { v4: '203.0.113.0/24', v6: '2001:db8:3::/48', from: '127.0.73.1' },
  };

/** The Redis of a cluster, and what its processes find in their environment. */
export type RedisPlace = { readonly url: string; readonly env?: Readonly<Record<string, string>> };

/** No Redis: each node checks for itself, and no agent is to be started. */
export const EMBEDDED: RedisPlace = { url: '' };

export type ClusterOptions = {
  readonly nodes?: number;
  readonly regions?: readonly Region[];
  /** How checks judge: {@link QUICK} if not given. */
  readonly checks?: string;
  /** Other records below {@link ZONE} and other geo data, where the world is not for a test. */
  readonly world?: ClusterWorld;
};

/** What a cluster serves; `records` is YAML of a zone file, for endpoints that listen at `port`. */
export type ClusterWorld = { readonly records: (port: number) => string; readonly geoData: FileTable };

/** A check once a second, the shortest the format allows: two failures and two regions take an endpoint out. */
const QUICK = 'interval: 1, timeout: 0.5, rise: 2, fall: 2';
/** For worlds side by side on a busy machine, where half a second is no sign of a death. */
export const PATIENT = 'interval: 1, timeout: 1, rise: 2, fall: 4';

/** Where the regions are, and the subnets of {@link CLIENTS_OF} in them. */
export const REGION_FILES: FileTable = {
  'regions.yaml': `
us-east: {name: Northern Virginia, latitude: 39.04, longitude: -77.49, country: US, province: VA}
eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26, country: IE}
ap-southeast: {name: Singapore, latitude: 1.35, longitude: 103.82, country: SG}
`,
  'networks.yaml': REGIONS.map((region) => {
    const { v4, v6, from } = CLIENTS_OF[region];
    return `${v4}: {region: ${region}}\n"${v6}": {region: ${region}}\n${from.replace(/1$/, '0/24')}: {region: ${region}}\n`;
  }).join(''),
};
const GEO_DATA: FileTable = {
  ...REGION_FILES,
  // Instead of the bundled data, which would take every node seconds to compile.
  'places.mmdb': writeMmdb({
    networks: [{ prefix: '81.2.69.0/24', record: { continent: { code: 'EU' }, country: { iso_code: 'GB' } } }],
  }),
};
const STEP_MS = 20;
const SETTLED_WITHIN_MS = 25_000;

/** The processes and endpoints; whoever started Redis stops it. */
export class Cluster {
  readonly redis: RedisPlace;
  readonly nodes: readonly MeridianProcess[];
  readonly agents = new Map<Region, MeridianProcess>();
  readonly endpoints: Readonly<Record<EndpointName, HttpEndpoint>>;
  readonly #files: ClusterFiles;

  constructor(
    redis: RedisPlace,
    endpoints: Readonly<Record<EndpointName, HttpEndpoint>>,
    nodes: MeridianProcess[],
    files: ClusterFiles,
  ) {
    this.redis = redis;
    this.endpoints = endpoints;
    this.nodes = nodes;
    this.#files = files;
  }

  /** Starts the agent of `region`, for the first time or again under the same name. */
  async startAgent(region: Region): Promise<MeridianProcess> {
    const agent = startProbe({
      region,
      agent: `${region}-1`,
      redis: this.redis.url,
      env: this.redis.env ?? {},
      ...this.#files,
    });
    this.agents.set(region, agent);
    await agent.waitForText('meridian probe ready', 20_000);
    return agent;
  }

  /** Starts a further DNS node, which {@link stop} does not know of; with `folder`, with the state kept there. */
  startNode(node: string, options: Pick<MeridianOptions, 'folder' | 'keepFolder'> = {}): Promise<MeridianProcess> {
    return startNode(this.redis, this.#files, node, options);
  }

  /** Waits until every node is NORMAL with all agents fresh and every endpoint up by all regions; milliseconds it took. */
  untilSettled(): Promise<number> {
    return this.untilStatus('settled', SETTLED_WITHIN_MS, (status) => {
      const fresh = status.agents.filter((agent) => agent.fresh).length;
      // Every region says up: one that still says down would keep saying so if its agent were killed now.
      const up = status.endpoints.every(
        ({ verdict, votes }) =>
          verdict === 'up' && votes.filter(({ vote }) => vote === 'up').length === this.agents.size,
      );
      return status.mode === 'NORMAL' && fresh === this.agents.size && up;
    });
  }

  /** Lets endpoints back in that are held back since a suite made them flap, as an operator would, and forgets their flaps. */
  async forgiveFlaps(): Promise<void> {
    const what = ['--name', ZONE, '--resume', '--reason', 'flaps of a test', '--redis', this.redis.url];
    const run = await runMeridian(['shift', 'add', ...what], { env: this.redis.env ?? {} });
    if (run.code !== 0) throw new Error(run.stderr);
    const isForgiven = ({ held, shifts }: NodeStatus) => held.length === 0 && shifts.some(({ isResume }) => isResume);
    await this.untilStatus('forgiven', SETTLED_WITHIN_MS, isForgiven);
  }

  /**
   * Waits until every node of `nodes` has the verdict down on all checks of the endpoint at `address`; milliseconds it took. Answers
   * may have changed before: clients avoid what the two regions nearest them call down.
   */
  untilDown(address: string, withinMs: number, nodes: readonly MeridianProcess[] = this.nodes): Promise<number> {
    const isDown = ({ endpoints }: NodeStatus) =>
      endpoints.filter(({ value }) => value === address).every(({ verdict }) => verdict === 'down');
    return this.untilStatus(`down at ${address}`, withinMs, isDown, nodes);
  }

  /** Waits until the status of every node of `nodes` fulfils `condition`; milliseconds until the last did. */
  async untilStatus(
    what: string,
    withinMs: number,
    condition: (status: NodeStatus) => boolean,
    nodes: readonly MeridianProcess[] = this.nodes,
  ): Promise<number> {
    const startMs = performance.now();
    await Promise.all(
      nodes.map(async (node) => {
        let status = await nodeStatus(node);
        while (!condition(status)) {
          if (performance.now() - startMs > withinMs) {
            const { mode, agents, endpoints } = status;
            const seen = JSON.stringify({
              mode,
              agents,
              endpoints: endpoints.map((e) => [e.name, e.value, e.verdict]),
            });
            throw new Error(`not ${what} within ${withinMs} ms: ${seen}\n${node.output}`);
          }
          await sleep(STEP_MS);
          status = await nodeStatus(node);
        }
      }),
    );
    return performance.now() - startMs;
  }

  /**
   * Waits until every node of `nodes` answers the clients of `region` with exactly `expected`; milliseconds for each.
   * Throws with what was seen last when one does not within `withinMs`.
   */
  untilServed(
    name: string,
    region: Region,
    expected: string,
    withinMs: number,
    nodes: readonly MeridianProcess[] = this.nodes,
  ): Promise<number[]> {
    const startMs = performance.now();
    return Promise.all(
      nodes.map(async (node) => {
        let seen = '';
        while (performance.now() - startMs < withinMs) {
          seen = await addressesFor(node, name, region);
          if (seen === expected) return performance.now() - startMs;
          await sleep(STEP_MS);
        }
        throw new Error(`${name} for ${region} is ${seen} after ${withinMs} ms, not ${expected}\n${node.output}`);
      }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.nodes, ...this.agents.values()].map((child) => child.stop()));
    await Promise.all(Object.values(this.endpoints).map((endpoint) => endpoint.stop()));
  }
}

/** Endpoints, agents and nodes, all running; nothing is waited for beyond their ready lines. */
export async function startCluster(redis: RedisPlace, options: ClusterOptions = {}): Promise<Cluster> {
  const endpoints = await startEndpoints();
  const files = filesOf(endpoints.us.port, options);
  const names = Array.from({ length: options.nodes ?? 2 }, (_, i) => `ns${i + 1}`);
  const started = await Promise.allSettled(names.map((name) => startNode(redis, files, name)));
  const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const cluster = new Cluster(redis, endpoints, nodes, files);
  try {
    for (const result of started) if (result.status === 'rejected') throw result.reason;
    await Promise.all((options.regions ?? REGIONS).map((region) => cluster.startAgent(region)));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

function startNode(
  redis: RedisPlace,
  files: ClusterFiles,
  node: string,
  options: Pick<MeridianOptions, 'folder' | 'keepFolder'> = {},
): Promise<MeridianProcess> {
  const { url, env = {} } = redis;
  const state = url === EMBEDDED.url ? {} : { redis: url };
  return startServe({ ...files, ...state, env, workers: 1, args: ['--node', node], ...options });
}

/** What a node's API says of it. */
export async function nodeStatus(node: MeridianProcess): Promise<NodeStatus> {
  const response = await fetch(`${node.adminUrl}/api/v1/status`, { signal: AbortSignal.timeout(5_000) });
  return (await response.json()) as NodeStatus;
}

/** Check and verdict of every change of a verdict that the log of `node` tells of, `http://127.0.0.1… down`. */
export function verdictsToldBy({ logs }: MeridianProcess): string[] {
  return logs.filter(({ event }) => event === 'verdict').map(({ check, verdict }) => `${check} ${verdict}`);
}

/** The addresses of an answer to a client of `region`, sorted, with a space between; the rcode when there are none. */
export async function addressesFor(
  node: DnsServer,
  name: string,
  region: Region,
  options: AskOptions = { ecs: CLIENTS_OF[region].v4 },
): Promise<string> {
  const reply = await ask(node, name, 'A', options);
  const addresses = reply.answers.map((record) => String(record.data)).sort();
  return addresses.join(' ') || `rcode ${reply.rcode}`;
}

/** Addresses of `names` in the form of {@link addressesFor}. */
export function addresses(...names: EndpointName[]): string {
  return names
    .map((name) => ADDRESS_OF[name])
    .sort()
    .join(' ');
}

async function startEndpoints(): Promise<Record<EndpointName, HttpEndpoint>> {
  const port = await freePort(ADDRESS_OF.us);
  const endpoint = (name: EndpointName) => new HttpEndpoint({ address: ADDRESS_OF[name], port });
  const endpoints = { us: endpoint('us'), eu1: endpoint('eu1'), eu2: endpoint('eu2'), ap: endpoint('ap') };
  await Promise.all(Object.values(endpoints).map((each) => each.accept()));
  return endpoints;
}

type ClusterFiles = { readonly zones: FileTable; readonly geoData: FileTable };

function filesOf(port: number, { checks = QUICK, world }: ClusterOptions): ClusterFiles {
  const records =
    world?.records(port) ?? steered('strict', port, checks, 'all') + steered('www', port, checks, 'majority');
  return { zones: { [`${ZONE}.yaml`]: `---\n${APEX}${records}` }, geoData: world?.geoData ?? GEO_DATA };
}

const APEX = `'':
  type: NS
  values: [ns1.${ZONE}., ns2.${ZONE}.]
ns1: {type: A, value: 127.0.0.1}
ns2: {type: A, value: 127.0.0.1}
`;

/** A steered record of the three regions, from its type to the end of its pools. */
export const RECORD_HEAD = `  type: A
  ttl: 5
  value: ${LAST_RESORT}
  dynamic:
    pools:
      us-east: {fallback: ap-southeast, values: [{value: ${ADDRESS_OF.us}}]}
      eu-west: {fallback: us-east, values: [{value: ${ADDRESS_OF.eu1}}, {value: ${ADDRESS_OF.eu2}}]}
      ap-southeast: {values: [{value: ${ADDRESS_OF.ap}}]}
`;

function steered(name: string, port: number, checks: string, quorum: string): string {
  return `${name}:
${RECORD_HEAD}    rules:
    - {geos: [AS, OC], pool: ap-southeast}
    - {geos: [AF, EU], pool: eu-west}
    - {pool: us-east}
  octodns:
    healthcheck: {protocol: HTTP, port: ${port}, path: /healthz}
    meridian:
      answers: 4
      healthcheck: {${checks}, quorum: ${quorum}}
      steering:
        pools:
          us-east: {region: us-east}
          eu-west: {region: eu-west}
          ap-southeast: {region: ap-southeast}
`;
}
