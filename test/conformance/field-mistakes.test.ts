/** What other servers were seen to do wrong, and a datagram that brings some down: each is asked of a running server of ours. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rcode } from '../../src/wire/codes.ts';
import { BulkClient } from '../tools/bulk-client.ts';
import { chiSquare, chiSquareLimit } from '../tools/chi-square.ts';
import { ask, buildQuery } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { sendRaw } from '../tools/raw-datagram.ts';
import { TRANSPORTS } from '../tools/transports.ts';

const ZONE = `'': {type: NS, ttl: 3600, value: ns.elsewhere.}
'*.wild': {type: A, value: 127.0.83.7}
a.host.wild: {type: A, value: 127.0.83.8}
even:
  type: A
  ttl: 30
  value: 127.0.83.99
  dynamic:
    pools:
      all: {values: [{value: 127.0.83.1, status: up}, {value: 127.0.83.2, status: up}, {value: 127.0.83.3, status: up, weight: 3}]}
    rules: [{pool: all}]
near:
  type: A
  ttl: 30
  value: 127.0.83.99
  dynamic:
    pools:
      gulf: {fallback: first, values: [{value: 127.0.83.20, status: up}]}
      first: {values: [{value: 127.0.83.10, status: up}]}
    rules:
    - {geos: [OC], pool: gulf}
    - {pool: first}
  octodns: {meridian: {steering: {method: nearest, pools: {gulf: {region: gulf}, first: {region: far}}}}}
`;
/** A region in the Gulf of Guinea, where latitude and longitude are 0. */
const GEO_DATA = {
  'regions.yaml': `gulf: {name: Null Island, latitude: 0, longitude: 0}\nfar: {name: Tokyo, latitude: 35.7, longitude: 139.7}\n`,
  'networks.yaml':
    '192.0.2.0/24: {country: GH, latitude: 5.6, longitude: -0.2}\n198.51.0.0/16: {country: JP, latitude: 35, longitude: 139}\n',
};
const DRAWS = 3_000;

describe.each(TRANSPORTS)('over %s', (transport) => {
  let server: MeridianProcess;
  beforeAll(async () => {
    server = await startServe({ zones: { 'field.test.yaml': ZONE }, geoData: GEO_DATA, transport, workers: 1 });
  });
  afterAll(async () => {
    expect(await server.stop()).toMatchObject({ code: 0, signal: null });
  });
  const addresses = async (name: string, ecs: string) =>
    (await ask(server, name, 'A', { ecs })).answers.map(({ data }) => data);
  const portZero = async () => {
    const text = await (await fetch(`${server.adminUrl}/metrics`)).text();
    return Number(/^meridian_\w+\{[^}]*"port_zero"[^}]*\} (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  };

  it('a client that nobody can place is not at latitude 0 (PowerDNS): the catch-all has it', async () => {
    expect(await addresses('near.field.test.', '192.0.2.0/24')).toEqual(['127.0.83.20']);
    expect(await addresses('near.field.test.', '198.51.100.0/24')).toEqual(['127.0.83.10']);
    expect(await addresses('near.field.test.', '240.0.0.0/24')).toEqual(['127.0.83.10']);
  });

  it('the first record has its share and no more (geodns draws to the sum and one, Knot 16 bits modulo the sum)', async () => {
    const client = await BulkClient.open(server);
    const counts = [0, 0, 0];
    for (let i = 0; i < DRAWS; i += 50) {
      const replies = await Promise.all(
        Array.from({ length: 50 }, () => client.ask(buildQuery('even.field.test.', 'A'), false)),
      );
      for (const reply of replies) counts[Number(reply!.at(-1)) - 1]!++;
    }
    client.close();
    expect(chiSquare(counts, [1, 1, 3])).toBeLessThan(chiSquareLimit(2));
  });

  it('a wildcard does not match below a name beside it (CoreDNS-GSLB; RFC 4592 3.3.1)', async () => {
    expect((await ask(server, 'b.host.wild.field.test.', 'A')).rcode).toBe(Rcode.NXDOMAIN);
    expect(await ask(server, 'host.wild.field.test.', 'A')).toMatchObject({ rcode: 0, answers: [] });
    expect((await ask(server, 'x.y.wild.field.test.', 'A')).answers).toHaveLength(1);
  });

  it('the scope is what the answer rests on, not the source prefix (CoreDNS-GSLB; RFC 7871 7.2.1)', async () => {
    const scopeOf = async (name: string, ecs: string) => (await ask(server, name, 'A', { ecs })).subnet?.scope;
    expect(await scopeOf('near.field.test.', '198.51.100.0/24')).toBeLessThanOrEqual(16);
    expect(await scopeOf('even.field.test.', '198.51.100.0/24')).toBe(0);
    expect(await scopeOf('x.wild.field.test.', '198.51.100.0/24')).toBe(0);
  });

  it('SOA is answered, and AAAA of a name with A is no data (OpenGSLB; RFC 1035 3.3.13, RFC 4074 4)', async () => {
    expect(await ask(server, 'field.test.', 'SOA')).toMatchObject({ rcode: 0, aa: true, answers: [{ type: 6 }] });
    const reply = await ask(server, 'even.field.test.', 'AAAA');
    expect(reply).toMatchObject({ rcode: 0, aa: true, answers: [], authority: [{ type: 6 }] });
  });

  it('a datagram from port 0 is dropped and counted (RFC 768: there is nobody to answer)', async (context) => {
    const before = await portZero();
    const query = buildQuery('even.field.test.', 'A');
    for (let i = 0; i < 100; i++) if (!sendRaw(server.dnsPort, 0, query)) context.skip('raw sockets are not ours');
    await expect.poll(portZero, { timeout: 10_000, interval: 50 }).toBe(before + 100);
    expect(readReply((await ask(server, 'even.field.test.', 'A')).bytes).answers).toHaveLength(1);
  });
});
