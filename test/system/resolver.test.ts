import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskOptions, ask } from '../tools/dns-client.ts';
import type { DnsDaemon } from '../tools/dns-daemon.ts';
import type { Reply } from '../tools/dns-reply.ts';
import { freePort } from '../tools/free-port.ts';
import { leftovers, markDescendants } from '../tools/leftovers.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import { hasSubnetModule, hasUnbound, startUnbound } from '../tools/unbound.ts';

/** Where the parent's name server and the two of the delegated zone are. */
const PARENT = '127.0.81.1';
const CHILDREN = ['127.0.82.1', '127.0.82.2'];
/** A resolver asks the name servers of a delegation at port 53 and nowhere else. */
const DNS_PORT = 53;

const PARENT_ZONE = `---
'':
  type: NS
  value: ns1.example.test.
alias: {type: CNAME, value: far.gslb.example.test.}
gslb:
  type: NS
  values: [ns1.gslb.example.test., ns2.gslb.example.test.]
ns1: {type: A, value: ${PARENT}}
ns1.gslb: {type: A, value: ${CHILDREN[0]}}
ns2.gslb: {type: A, value: ${CHILDREN[1]}}
www: {type: CNAME, value: www.gslb.example.test.}
`;

const CHILD_ZONE = `---
'':
- type: MX
  value: {exchange: mail.gslb.example.test., preference: 10}
- type: NS
  values: [ns1.gslb.example.test., ns2.gslb.example.test.]
'*.wild': {type: A, ttl: 60, value: 127.0.83.7}
'*.www.wild': {type: CNAME, value: www.gslb.example.test.}
a.empty: {type: A, value: 127.0.83.9}
far: {type: CNAME, value: farther.gslb.example.test.}
farther: {type: CNAME, value: static.gslb.example.test.}
large:
  type: TXT
  values: [${Array.from({ length: 30 }, (_, i) => `"${`${i}-`.padEnd(100, 'x')}"`).join(', ')}]
moved: {type: DNAME, value: wild.gslb.example.test.}
ns1: {type: A, value: ${CHILDREN[0]}}
ns2: {type: A, value: ${CHILDREN[1]}}
static:
- {type: A, ttl: 60, value: 127.0.83.1}
- {type: AAAA, ttl: 60, value: '::1'}
www:
  type: A
  ttl: 60
  value: 127.0.83.99
  dynamic:
    pools:
      asia: {values: [{value: 127.0.83.30, status: up}]}
      europe: {values: [{value: 127.0.83.20, status: up}]}
      rest: {values: [{value: 127.0.83.10, status: up}]}
    rules:
    - {geos: [AS, OC], pool: asia}
    - {geos: [EU], pool: europe}
    - {pool: rest}
`;
const EUROPE = '127.0.83.20';
const ASIA = '127.0.83.30';
const REST = '127.0.83.10';

/** Subnets of clients: data of the Client Subnet option, and two real networks of loopback. */
const GEO_DATA = {
  'networks.yaml': `192.0.2.0/24: {country: IE}
198.18.0.0/16: {country: DE}
198.51.100.0/24: {country: US}
203.0.113.0/24: {country: SG}
"2001:db8:2::/48": {country: FR}
"2001:db8:3::/48": {country: JP}
127.0.72.0/24: {country: IE}
127.0.73.0/24: {country: SG}
`,
  'places.mmdb': writeMmdb({ networks: [{ prefix: '81.2.69.0/24', record: { country: { iso_code: 'GB' } } }] }),
};

const canDelegate = hasUnbound() && (await canBindDnsPort());
const path = canDelegate ? 'by a delegation with glue' : 'by stub zones, as port 53 is not ours to bind';
const title = `a real resolver (unbound) ${path}${hasUnbound() ? '' : ' (skipped: no unbound)'}`;
const subnetTitle = `with Client Subnet${hasSubnetModule() ? '' : ' (skipped: unbound has no subnetcache)'}`;

describe.skipIf(!hasUnbound())(title, () => {
  let parent: MeridianProcess;
  let child: MeridianProcess;
  let resolver: DnsDaemon;
  beforeAll(async () => {
    markDescendants();
    const childPort = canDelegate ? DNS_PORT : await freePort(CHILDREN[0]);
    const common = { geoData: GEO_DATA, workers: 1 };
    [parent, child] = await Promise.all([
      startServe({ ...common, listen: [PARENT], zones: { 'example.test.yaml': PARENT_ZONE } }),
      startServe({
        ...common,
        listen: CHILDREN,
        dnsPort: childPort,
        zones: { 'gslb.example.test.yaml': CHILD_ZONE },
      }),
    ]);
    resolver = await startResolver([]);
  }, 60_000);
  afterAll(async () => {
    await resolver?.stop();
    await Promise.all([parent?.stop(), child?.stop()]);
    expect(await leftovers()).toEqual([]);
  });

  function startResolver(subnetTo: readonly string[]): Promise<DnsDaemon> {
    const stubs = { 'example.test.': parent, ...(canDelegate ? {} : { 'gslb.example.test.': child }) };
    return startUnbound({ stubs, root: parent, subnetTo, readyName: 'ns1.example.test' });
  }

  const resolve = (name: string, type: string, options: AskOptions = {}): Promise<Reply> =>
    ask(resolver, name, type, { rd: true, edns: 1232, timeoutMs: 5_000, ...options });

  /** Asks again like any client: a resolver needs some timeouts until it gives a server up. */
  async function resolvePatiently(name: string): Promise<Reply> {
    for (let tries = 1; ; tries++) {
      const reply = await resolve(name, 'A', { timeoutMs: 3_000 }).catch(() => null);
      if (reply?.rcode === 0) return reply;
      if (tries === 10) throw new Error(`${name} is not resolved: rcode ${reply?.rcode}\n${resolver.output()}`);
    }
  }

  it.each<[string, string, string[]]>([
    ['static.gslb.example.test', 'A', ['127.0.83.1']],
    ['static.gslb.example.test', 'AAAA', ['::1']],
    ['a.b.wild.gslb.example.test', 'A', ['127.0.83.7']],
    ['www.gslb.example.test', 'A', [REST]],
    ['ns2.gslb.example.test', 'A', [CHILDREN[1]!]],
    [
      'alias.example.test',
      'A',
      ['far.gslb.example.test', 'farther.gslb.example.test', 'static.gslb.example.test', '127.0.83.1'],
    ],
    ['www.example.test', 'A', ['www.gslb.example.test', REST]],
    ['x.www.wild.gslb.example.test', 'A', ['www.gslb.example.test', REST]],
  ])('resolves %s %s', async (name, type, expected) => {
    const reply = await resolve(name, type);
    expect(reply.rcode).toBe(0);
    expect(reply.answers.map((record) => String(record.data))).toEqual(expected);
  });

  it('follows a DNAME', async () => {
    const reply = await resolve('a.moved.gslb.example.test', 'A');
    expect(reply.answers.map(({ type }) => type)).toEqual([39, 5, 1]);
    expect(reply.answers.at(-1)).toMatchObject({ name: 'a.wild.gslb.example.test.', data: '127.0.83.7' });
  });

  it('fetches over TCP what does not fit into a datagram', async () => {
    const before = await counters(child);
    const reply = await resolve('large.gslb.example.test', 'TXT', { tcp: true });
    expect(reply.answers).toHaveLength(30);
    const after = await counters(child);
    expect(after.queriesTcp! - before.queriesTcp!).toBe(1);
    expect(after.truncated! - before.truncated!).toBe(1);
  });

  it.each([
    ['NXDOMAIN', 'nothing.gslb.example.test', 'A', 3],
    ['NODATA of a name with other types', 'static.gslb.example.test', 'TXT', 0],
    ['NODATA of an empty non-terminal', 'empty.gslb.example.test', 'A', 0],
    ['NXDOMAIN behind a CNAME', 'x.moved.gslb.example.test', 'TXT', 0],
  ])('takes %s, with an SOA to keep it by, from its cache the second time', async (_, name, type, rcode) => {
    const first = await resolve(name, type);
    expect(first.rcode).toBe(rcode);
    expect(first.authority.map((record) => [record.name, record.type])).toEqual([['gslb.example.test.', 6]]);
    const before = await counters(child);
    expect((await resolve(name, type)).rcode).toBe(rcode);
    expect(await counters(child)).toEqual(before);
  });

  it.runIf(canDelegate)(
    'has been referred by the parent and has asked the name servers of the delegation',
    async () => {
      expect((await counters(parent)).referrals).toBeGreaterThan(0);
      expect((await counters(child)).queriesUdp).toBeGreaterThan(5);
      expect((await counters(child)).rcode5 ?? 0).toBe(0);
    },
  );

  it('goes on when the name server that it asks is gone, and comes back to it', async () => {
    const { folder, dnsPort } = child;
    expect((await resolve('before.wild.gslb.example.test', 'A')).rcode).toBe(0);
    await child.stop();
    const options = { geoData: GEO_DATA, workers: 1, dnsPort, zones: { 'gslb.example.test.yaml': CHILD_ZONE } };
    child = await startServe({ ...options, listen: [CHILDREN[1]!] });
    // Only the second name server lives. Where a stub leads to the first, there is no second one to go to.
    if (canDelegate) {
      expect((await resolvePatiently('during.wild.gslb.example.test')).answers).toHaveLength(1);
    }
    await child.stop();
    child = await startServe({ ...options, listen: CHILDREN });
    expect(child.folder).not.toBe(folder);
    expect((await resolvePatiently('after.wild.gslb.example.test')).answers).toHaveLength(1);
  }, 90_000);

  describe.skipIf(!hasSubnetModule())(subnetTitle, () => {
    beforeAll(async () => {
      await resolver.stop();
      resolver = await startResolver(CHILDREN);
    });

    const www = async (options: AskOptions) => {
      const reply = await resolve('www.gslb.example.test', 'A', options);
      return { address: reply.answers.map((record) => String(record.data)).join(' '), scope: reply.subnet?.scope };
    };

    it.each<[string, AskOptions, string]>([
      ['a subnet in Europe', { ecs: '192.0.2.0/24' }, EUROPE],
      ['a subnet in Asia', { ecs: '203.0.113.0/24' }, ASIA],
      ['a subnet in America', { ecs: '198.51.100.0/24' }, REST],
      ['an IPv6 subnet in Europe', { ecs: '2001:db8:2::/48' }, EUROPE],
      ['an IPv6 subnet in Asia', { ecs: '2001:db8:3::/48' }, ASIA],
      ['the address of a client in Europe', { from: '127.0.72.1' }, EUROPE],
      ['the address of a client in Asia', { from: '127.0.73.1' }, ASIA],
    ])('gives %s its own region, from the cache too', async (_, options, expected) => {
      for (let i = 0; i < 3; i++) expect((await www(options)).address).toBe(expected);
    });

    it('asks once for each scope, and gives nobody the answer of another', async () => {
      // A /16 is one place: what was fetched for one /24 in it is true of all the others.
      expect(await www({ ecs: '198.18.1.0/24' })).toEqual({ address: EUROPE, scope: 16 });
      const before = await counters(child);
      for (const third of [1, 2, 99, 255])
        expect(await www({ ecs: `198.18.${third}.0/24` })).toEqual({ address: EUROPE, scope: 16 });
      expect(await counters(child)).toEqual(before);
      expect((await www({ ecs: '192.0.2.0/24' })).scope).toBe(24);
      expect((await www({ ecs: '198.51.100.0/24' })).address).toBe(REST);
      expect((await www({ ecs: '203.0.113.0/24' })).address).toBe(ASIA);
      expect((await www({ ecs: '198.18.3.0/24' })).address).toBe(EUROPE);
    });

    it('keeps a static answer for everybody', async () => {
      const ecs = ['192.0.2.0/24', '203.0.113.0/24', '198.51.100.0/24'];
      const first = await resolve('static.gslb.example.test', 'A', { ecs: ecs[0]! });
      expect(first.answers.map((record) => record.data)).toEqual(['127.0.83.1']);
      const before = await counters(child);
      for (const subnet of ecs)
        expect((await resolve('static.gslb.example.test', 'A', { ecs: subnet })).answers).toHaveLength(1);
      expect(await counters(child)).toEqual(before);
    });

    it('resolves a steered name through an alias in the parent zone', async () => {
      for (const [ecs, expected] of [
        ['192.0.2.0/24', EUROPE],
        ['203.0.113.0/24', ASIA],
      ] as const)
        expect((await resolve('www.example.test', 'A', { ecs })).answers.at(-1)!.data).toBe(expected);
    });
  });
});

/** Counters of queries, once they have stood still for a moment: a resolver may ask for more than it was asked. */
async function counters(node: MeridianProcess): Promise<Record<string, number>> {
  await sleep(50);
  const response = await fetch(`${node.adminUrl}/api/v1/status`, { signal: AbortSignal.timeout(5_000) });
  return ((await response.json()) as { counters: Record<string, number> }).counters;
}

function canBindDnsPort(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind(DNS_PORT, CHILDREN[0], () => socket.close(() => resolve(true)));
  });
}
