/**
 * BIND, Knot Resolver and PowerDNS Recursor as clients, from their root hints through a delegation with glue to static and steered
 * names: a steered name is what the resolver's own address gets, and by PowerDNS, which has Client Subnet, what each client's gets.
 */

import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../tools/dns-client.ts';
import type { DnsDaemon } from '../tools/dns-daemon.ts';
import { startHinted } from '../tools/hinted-resolver.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';

/** Resolvers ask the servers of a delegation at port 53 and nowhere else. */
const DNS_PORT = 53;
const PARENT = '127.0.84.1';
const CHILDREN = ['127.0.85.1', '127.0.85.2'];
const PARENT_ZONE = `'': {type: NS, value: ns1.example.}
alias: {type: CNAME, value: www.gslb.example.}
gslb: {type: NS, values: [ns1.gslb.example., ns2.gslb.example.]}
ns1: {type: A, value: ${PARENT}}
ns1.gslb: {type: A, value: ${CHILDREN[0]}}
ns2.gslb: {type: A, value: ${CHILDREN[1]}}
`;
const CHILD_ZONE = `---
'': {type: NS, values: [ns1.gslb.example., ns2.gslb.example.]}
'*.wild': {type: A, value: 127.0.83.7}
a.empty: {type: A, value: 127.0.83.9}
large:
  type: TXT
  values: [${Array.from({ length: 30 }, (_, i) => `"${`${i}-`.padEnd(100, 'x')}"`).join(', ')}]
moved: {type: DNAME, value: wild.gslb.example.}
ns1: {type: A, value: ${CHILDREN[0]}}
ns2: {type: A, value: ${CHILDREN[1]}}
static:
- {type: A, value: 127.0.83.1}
- {type: AAAA, value: '::1'}
www:
  type: A
  ttl: 60
  value: 127.0.83.99
  dynamic:
    pools:
      europe: {values: [{value: 127.0.83.20, status: up}]}
      rest: {values: [{value: 127.0.83.10, status: up}]}
    rules:
    - {geos: [EU], pool: europe}
    - {pool: rest}
`;
/** Where the resolvers ask from is in Europe. */
const NETWORKS = `127.0.0.1/32: {country: IE}
192.0.2.0/24: {country: IE}
198.18.0.0/16: {country: US}
203.0.113.0/24: {country: SG}
`;
const STEERED = '127.0.83.20';
const ELSEWHERE = '127.0.83.10';
const NXDOMAIN = 3;

const canDelegate = await canBindDnsPort();

describe.each([
  ['BIND', 'named'],
  ['Knot Resolver', 'kresd'],
  ['PowerDNS Recursor', 'pdns_recursor'],
] as const)('%s', (_, binary) => {
  const why =
    findTool(binary) === null ? ` (skipped: no ${binary})` : canDelegate ? '' : ' (skipped: port 53 is not ours)';
  describe.skipIf(why !== '')(`through a delegation${why}`, () => {
    let parent: MeridianProcess;
    let child: MeridianProcess;
    let resolver: DnsDaemon;
    beforeAll(async () => {
      const common = { geoData: { 'networks.yaml': NETWORKS }, workers: 1, dnsPort: DNS_PORT };
      [parent, child] = await Promise.all([
        startServe({ ...common, listen: [PARENT], zones: { 'example.yaml': PARENT_ZONE } }),
        startServe({ ...common, listen: CHILDREN, zones: { 'gslb.example.yaml': CHILD_ZONE } }),
      ]);
      const root = { name: 'ns1.example.', address: PARENT };
      resolver = await startHinted(binary, { root, readyName: 'ns1.example.' });
    }, 60_000);
    afterAll(async () => {
      await resolver?.stop();
      await Promise.all([parent?.stop(), child?.stop()]);
    });

    const resolve = (name: string, type: string, tcp = false) =>
      ask(resolver, name, type, { rd: true, edns: 1232, timeoutMs: 10_000, tcp });

    it.each<[string, string, string[]]>([
      ['static.gslb.example.', 'A', ['127.0.83.1']],
      ['static.gslb.example.', 'AAAA', ['::1']],
      ['www.gslb.example.', 'A', [STEERED]],
      ['alias.example.', 'A', ['www.gslb.example', STEERED]],
      ['a.b.wild.gslb.example.', 'A', ['127.0.83.7']],
    ])('resolves %s %s', async (name, type, expected) => {
      const reply = await resolve(name, type);
      expect(reply.rcode, resolver.output()).toBe(0);
      expect(reply.answers.map((record) => String(record.data))).toEqual(expected);
    });

    it('follows a DNAME', async () => {
      const reply = await resolve('a.moved.gslb.example.', 'A');
      // PowerDNS tells the DNAME last.
      expect(reply.answers.map(({ text }) => text)).toContain('a.wild.gslb.example. a 127.0.83.7');
    });

    it.each([
      ['NXDOMAIN', 'nothing.gslb.example.', 'A', NXDOMAIN],
      ['NODATA', 'static.gslb.example.', 'TXT', 0],
      ['NODATA of an empty non-terminal', 'empty.gslb.example.', 'A', 0],
    ])('learns %s, with the SOA to keep it by', async (_, name, type, rcode) => {
      const reply = await resolve(name, type);
      expect(reply.rcode).toBe(rcode);
      expect(reply.answers).toEqual([]);
      expect(reply.authority.map((record) => [record.name, record.type])).toEqual([['gslb.example.', 6]]);
    });

    it('fetches over TCP what does not fit into a datagram', async () => {
      const before = (await counters(child)).queriesTcp!;
      expect((await resolve('large.gslb.example.', 'TXT', true)).answers).toHaveLength(30);
      expect((await counters(child)).queriesTcp).toBeGreaterThan(before);
    });

    describe.skipIf(binary !== 'pdns_recursor')('with Client Subnet', () => {
      const steeredFor = async (ecs: string, name = 'www.gslb.example.') =>
        (await ask(resolver, name, 'A', { rd: true, ecs, timeoutMs: 10_000 })).answers.map(({ data }) => data);

      it('gives two subnets behind it their own regions, from its cache too (RFC 7871 7.3.1)', async () => {
        for (let i = 0; i < 3; i++) {
          expect(await steeredFor('192.0.2.0/24')).toEqual([STEERED]);
          expect(await steeredFor('203.0.113.0/24')).toEqual([ELSEWHERE]);
          expect(await steeredFor('203.0.113.0/24', 'alias.example.')).toEqual(['www.gslb.example', ELSEWHERE]);
        }
      });

      it('asks once for a scope that is wider than the subnet', async () => {
        expect(await steeredFor('198.18.1.0/24')).toEqual([ELSEWHERE]);
        const before = (await counters(child)).queriesUdp;
        expect(await steeredFor('198.18.77.0/24')).toEqual([ELSEWHERE]);
        expect((await counters(child)).queriesUdp).toBe(before);
      });
    });

    it('was referred by the parent, and refused by nobody it was referred to', async () => {
      expect((await counters(parent)).referrals).toBeGreaterThan(0);
      expect((await counters(child)).rcode5 ?? 0).toBe(0);
    });
  });
});

async function counters(node: MeridianProcess): Promise<Record<string, number>> {
  const response = await fetch(`${node.adminUrl}/api/v1/status`);
  return ((await response.json()) as { counters: Record<string, number> }).counters;
}

function canBindDnsPort(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind(DNS_PORT, PARENT, () => socket.close(() => resolve(true)));
  });
}
