/**
 * One steered record in three regions, for tests of what clients of it get: pools ap, eu and us, endpoints told by the last octet of their
 * address, and networks of known places.
 */

import { expect } from 'vitest';
import { compileClassTable } from '../../src/geo/class-table.ts';
import type { LatencyFacts } from '../../src/geo/landmarks.ts';
import type { SteeringModel } from '../../src/zone/zone-model.ts';
import { checkSpec } from './check-spec.ts';
import { buildQuery } from './dns-client.ts';
import { readReply } from './dns-reply.ts';
import { Asker, modelZone, network, networkAt, regionAt, type Serving, serve } from './model-zone.ts';

/** Where the pools and agents are. */
export const REGIONS = [
  regionAt('dublin', 53.35, -6.26),
  regionAt('virginia', 38.9, -77.4),
  regionAt('tokyo', 35.7, 139.7),
];
/** Cities inside countries inside continents; the second octet of 20.0.0.0/8 tells the city. */
export const NETWORKS = [
  network('20.0.0.0/8', 'DE'),
  networkAt('20.1.0.0/16', 51.5, -0.12),
  networkAt('20.2.0.0/16', 42.36, -71.06),
  networkAt('20.3.0.0/16', 37.57, 126.98),
  networkAt('20.3.7.0/25', 51.5, -0.12),
  network('20.4.0.0/17', 'JP'),
  network('20.5.5.0/26', 'US', 'CA'),
  networkAt('2400:3::/32', 37.57, 126.98),
  network('2a00::/16', 'FR'),
];

type Measured = readonly (readonly number[])[];
/** Round trips that the line of latency over distance would give. */
export const AS_FAR_AS_IT_IS: Measured = [
  [197, 223, 5],
  [5, 114, 197],
  [114, 5, 223],
];

/** Pools ap, eu, us in Tokyo, Dublin, Virginia; JP is pinned to us, 20.6.6.0/24 to ap. */
export function world(
  steering: Partial<SteeringModel>,
  compile: typeof compileClassTable = compileClassTable,
  measured: Measured = AS_FAR_AS_IT_IS,
): Serving {
  const pools = {
    ap: { fallback: 'us', region: 'tokyo', share: 1, values: ['192.0.2.1 2', '192.0.2.2'] },
    eu: { fallback: 'us', region: 'dublin', share: 7, values: ['192.0.2.11 3', '192.0.2.12', '192.0.2.13'] },
    us: { region: 'virginia', share: 2, values: ['192.0.2.21'] },
  };
  const rules = [{ subnets: ['20.6.6.0/24'], pool: 'ap' }, { geos: ['AS-JP'], pool: 'us' }, { pool: 'eu' }];
  const models = [modelZone('example.', [], [{ name: 'www', pools, rules, steering }])];
  return serve(models, NETWORKS, REGIONS, compile, latencies(measured));
}

/** What agents of the three regions measure of each pool; pools in the order ap, eu, us, regions dublin, virginia, tokyo. */
function latencies(measured: Measured): LatencyFacts {
  const octets = [[1, 2], [11, 12, 13], [21]];
  const rows = measured.flatMap((row, pool) =>
    octets[pool]!.map((octet) => [checkSpec({ target: `192.0.2.${octet}` }).id, Float64Array.from(row)] as const),
  );
  return { line: { baseMs: 5, msPerKm: 0.02 }, regions: REGIONS.map(({ name }) => name), checks: new Map(rows) };
}

type Reply = { readonly octets: readonly number[]; readonly scope: number; readonly rcode: string };

/** One query on a fresh worker: the last octets of the answer's addresses, and the scope. */
export function ask(serving: Serving, ecs: string | null, seed: number, client = '9.9.9.9'): Reply {
  return askOf(new Asker(serving.tables, seed), ecs, client);
}

/** As {@link ask}, on a worker that goes on. */
export function askOf(asker: Asker, ecs: string | null, client = '9.9.9.9'): Reply {
  const query = buildQuery('www.example.', 'A', ecs === null ? { id: 1 } : { id: 1, ecs });
  const bytes = asker.ask(query, client) ?? expect.fail('silence');
  const reply = readReply(bytes);
  const octets = reply.answers.map((record) => Number(String(record.data).split('.')[3]));
  return { octets, scope: reply.subnet?.scope ?? 0, rcode: String(reply.rcode) };
}

/** Where the address of the first answer ends: header, question, owner and head of the record, three octets. */
const FIRST_OCTET_AT = 12 + 13 + 4 + 12 + 3;

/** As {@link askOf} without decoders, for great numbers of queries: the last octet of the first answer. */
export function firstOctet(asker: Asker, query: Uint8Array, client = '9.9.9.9'): number {
  return (asker.ask(query, client) ?? expect.fail('silence'))[FIRST_OCTET_AT]!;
}

/** The pool that an octet tells of. */
export function poolOfOctet(octet: number): string {
  return octet < 10 ? 'ap' : octet < 20 ? 'eu' : octet < 30 ? 'us' : 'values';
}

/** How often each pool answers `rounds` queries of one worker. */
export function poolShares(serving: Serving, ecs: string | null, rounds: number): Record<string, number> {
  const asker = new Asker(serving.tables, 4);
  const query = buildQuery('www.example.', 'A', ecs === null ? { id: 1 } : { id: 1, ecs });
  const counts: Record<string, number> = {};
  for (let i = 0; i < rounds; i++) {
    const pool = poolOfOctet(firstOctet(asker, query));
    counts[pool] = (counts[pool] ?? 0) + 1;
  }
  return counts;
}
