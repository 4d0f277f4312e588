/**
 * The clients of the demo: resolvers all over the world, as far as a DNS node can tell. They ask on loopback for addresses that the node's
 * own map names (Client Subnet, RFC 7871), countries as often as they have clients.
 */

import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildQuery, type DnsServer } from '../tools/dns-client.ts';

/** The rate, over all nodes. */
const QUERIES_PER_SECOND = 240;
const TURN_MS = 50;
/** It swells and ebbs by this part within a minute, so that the chart has something to show. */
const SWELL = 0.35;
const SWELL_MS = 60_000;
/** A node that has just started answers queries before it can draw a map. */
const MAP_WITHIN_MS = 40_000;
const MAP_AGAIN_MS = 250;

type Asker = { readonly server: DnsServer; readonly socket: Socket; readonly queries: readonly WeighedQuery[] };
type WeighedQuery = { readonly octets: Uint8Array; readonly upTo: number };

/** Owner of a socket for each node, and of a timer. */
export class DemoClients {
  readonly #askers: Asker[] = [];
  readonly #timer: NodeJS.Timeout;
  #owed = 0;

  constructor(nodes: readonly DnsServer[], queries: readonly WeighedQuery[]) {
    for (const server of nodes) {
      // Answers are read and forgotten; a node that is gone is no affair of theirs.
      const socket = createSocket('udp4')
        .on('error', () => {})
        .on('message', () => {});
      this.#askers.push({ server, socket, queries });
    }
    this.#timer = setInterval(() => this.#ask(), TURN_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const { socket } of this.#askers) socket.close();
  }

  #ask(): void {
    const swell = 1 + SWELL * Math.sin((performance.now() / SWELL_MS) * 2 * Math.PI);
    this.#owed += (QUERIES_PER_SECOND * swell * TURN_MS) / 1000;
    for (; this.#owed >= 1; this.#owed--) {
      const { server, socket, queries } = this.#askers[Math.floor(Math.random() * this.#askers.length)]!;
      const at = Math.random() * (queries.at(-1)?.upTo ?? 0);
      const query = queries.find(({ upTo }) => at < upTo);
      if (query !== undefined) socket.send(query.octets, server.dnsPort, server.dnsHost, () => {});
    }
  }
}

type MapRecord = {
  readonly name: string;
  readonly countries: readonly { readonly clients: number; readonly client: string | null }[];
};

/** Clients of every country that the node at `adminUrl` knows, for each steered name. */
export async function startClients(nodes: readonly DnsServer[], adminUrl: string): Promise<DemoClients> {
  const records = await readMap(adminUrl);
  let upTo = 0;
  const queries = records.flatMap(({ name, countries }) =>
    countries.flatMap(({ clients, client }) => {
      if (client === null || !/^[\d.]+$/.test(client)) return [];
      // By the root of their numbers: else one country in ten would ever be seen.
      upTo += Math.sqrt(clients);
      return [{ octets: buildQuery(name, 'A', { ecs: `${client}/32` }), upTo }];
    }),
  );
  return new DemoClients(nodes, queries);
}

async function readMap(adminUrl: string): Promise<readonly MapRecord[]> {
  const deadlineMs = performance.now() + MAP_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${adminUrl}/api/v1/map`, { signal: AbortSignal.timeout(MAP_WITHIN_MS) });
    const body = (await response.json()) as { readonly records?: readonly MapRecord[]; readonly error?: string };
    if (body.records !== undefined) return body.records;
    if (performance.now() > deadlineMs) throw new Error(`the node has no map: ${body.error ?? response.status}`);
    await sleep(MAP_AGAIN_MS);
  }
}
