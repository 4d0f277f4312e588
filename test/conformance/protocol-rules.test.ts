/**
 * The rules of an authoritative server, each by the RFC that makes it, over UDP and TCP of both listeners: what the packet suites beside
 * this one do not ask for, and what needs a zone made for it. A row holds what must be in the answer; the rest of it is free.
 */

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rcode, RRType } from '../../src/wire/codes.ts';
import { type AskOptions, ask, buildQuery, exchangeUdp } from '../tools/dns-client.ts';
import { type Reply, readReply } from '../tools/dns-reply.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { optionHex } from '../tools/reply-options.ts';
import { TRANSPORTS } from '../tools/transports.ts';

const ZONES = {
  'rules.test.zone': readFileSync(join(import.meta.dirname, '../vectors/zones/rules.test.zone'), 'utf8'),
  'steered.test.yaml': `'': {type: NS, ttl: 3600, value: ns.elsewhere.}
alias: {type: CNAME, value: www.steered.test.}
cname:
  type: CNAME
  ttl: 30
  value: last.steered.test.
  dynamic:
    pools:
      europe: {values: [{value: plain.steered.test., status: up}]}
      rest: {values: [{value: www.steered.test., status: up}]}
    rules:
    - {geos: [EU], pool: europe}
    - {pool: rest}
last: {type: A, value: 127.0.83.99}
plain: {type: A, value: 127.0.83.9}
www:
  type: A
  ttl: 30
  value: 127.0.83.99
  dynamic:
    pools:
      europe: {values: [{value: 127.0.83.20, status: up}]}
      rest: {values: [{value: 127.0.83.10, status: up}]}
    rules:
    - {geos: [EU], pool: europe}
    - {pool: rest}
`,
};
const NETWORKS = '127.0.0.0/8: {country: US}\n192.0.2.0/24: {country: IE}\n198.51.100.0/24: {country: US}\n';
const LABEL = 'l'.repeat(60);
const LONG = `${LABEL}.${LABEL}.${LABEL}.${'l'.repeat(30)}`;
const NSID = 3;
const EXTENDED_ERROR = 15;
const HESIOD = 4;
const IN_ANY = 255;

/** What a row may speak of: flags, record texts by section (`owner type rdata`), numbers of records, the end of a chain. */
function summaryOf(reply: Reply) {
  const { rcode, aa, tc, rd, ra, ad, z, subnet, optCount, bytes } = reply;
  const texts = (records: Reply['answers']) => records.map(({ text }) => text);
  const [answers, authority, additional] = [reply.answers, reply.authority, reply.additional].map(texts);
  const soa = reply.authority.find(({ type }) => type === RRType.SOA);
  const scope = subnet === null ? null : subnet.scope;
  const counts = [reply.answers.length, reply.authority.length, reply.additional.length];
  const error = optionHex(bytes, EXTENDED_ERROR);
  return {
    rcode,
    aa,
    tc,
    rd,
    ra,
    ad,
    z,
    answers,
    authority,
    additional,
    counts,
    scope,
    optCount,
    error,
    soaTtl: soa?.ttl,
  };
}

type Row = readonly [
  rule: string,
  name: string,
  type: string,
  options: AskOptions,
  holds: Partial<ReturnType<typeof summaryOf>>,
];

const AUTHORITY: readonly Row[] = [
  ['RFC 1034 4.3.1: AA on own data, no RA', 'a.rules.test.', 'A', {}, { aa: true, ra: false, counts: [1, 0, 0] }],
  ['RFC 1035 4.1.1: RD comes back', 'a.rules.test.', 'A', { rd: true }, { rd: true, ra: false }],
  ['RFC 1035 4.1.1, 6840 5.7: Z and AD are 0', 'a.rules.test.', 'A', { dnssecOk: true }, { z: false, ad: false }],
  [
    'RFC 2308 2.1: NXDOMAIN has the SOA',
    'no.rules.test.',
    'A',
    {},
    { rcode: Rcode.NXDOMAIN, aa: true, counts: [0, 1, 0] },
  ],
  ['RFC 2308 5: its TTL is the minimum, if less', 'no.rules.test.', 'A', {}, { soaTtl: 60 }],

  ['RFC 2308 2.2: no data has the SOA', 'a.rules.test.', 'TXT', {}, { rcode: 0, aa: true, counts: [0, 1, 0] }],
  ['RFC 8020 2: an empty non-terminal is no data', 'ent.rules.test.', 'A', {}, { rcode: 0, counts: [0, 1, 0] }],
  [
    'RFC 4592 2.2.2: so is one below a wildcard',
    'x.star.rules.test.',
    'A',
    {},
    { rcode: 0, answers: ['x.star.rules.test. a 192.0.2.2'] },
  ],
  ['RFC 4592 3.3.1: the closest encloser decides', 'b.x.host.star.rules.test.', 'A', {}, { rcode: Rcode.NXDOMAIN }],
  [
    'RFC 4592 2.2.1: an existing name is not synthesised',
    'host.star.rules.test.',
    'TXT',
    {},
    { rcode: 0, counts: [0, 1, 0] },
  ],
  [
    'RFC 4592 2.2.2: a wildcard that is an empty non-terminal is no data',
    'x.in.rules.test.',
    'A',
    {},
    { rcode: 0, counts: [0, 1, 0] },
  ],
  ['RFC 4592 4.6: an empty non-terminal ends the search', 'x.ent.star.rules.test.', 'A', {}, { rcode: Rcode.NXDOMAIN }],
  [
    'RFC 4592 2.2.2: a wildcard without the type is no data',
    'x.star.rules.test.',
    'MX',
    {},
    { rcode: 0, counts: [0, 1, 0] },
  ],
  ['RFC 1034 4.3.2: a CNAME of a wildcard is followed', 'x.wc.rules.test.', 'A', {}, { rcode: 0, counts: [2, 0, 0] }],
  ['RFC 1034 4.2.1: a referral without AA', 'x.cut.rules.test.', 'A', {}, { rcode: 0, aa: false, counts: [0, 2, 2] }],
  [
    'RFC 9471 2.1: with all glue of servers below the cut',
    'cut.rules.test.',
    'NS',
    {},
    { aa: false, counts: [0, 2, 2] },
  ],
  ['RFC 9471 3.1: TC if that does not fit', 'x.glue.rules.test.', 'A', { tcp: false }, { tc: true, aa: false }],
  ['RFC 9471 3.1: whole over TCP', 'x.glue.rules.test.', 'A', { tcp: true }, { tc: false, counts: [0, 13, 26] }],
  ['RFC 9471 2.2: no glue but what is in the zone', 'x.far.rules.test.', 'A', {}, { aa: false, counts: [0, 1, 0] }],
  ['RFC 4035 3.1.4.1: DS at the cut is ours', 'cut.rules.test.', 'DS', {}, { aa: true, counts: [1, 0, 0] }],
  ['RFC 4035 3.1.4.1: no DS is no data of ours', 'far.rules.test.', 'DS', {}, { aa: true, counts: [0, 1, 0] }],
  ['RFC 1034 4.2.1: what lies below a cut is not ours', 'ns1.cut.rules.test.', 'A', {}, { aa: false, answers: [] }],
  [
    'RFC 1034 3.6.2: an alias into a delegated zone ends in the referral',
    'intocut.rules.test.',
    'A',
    {},
    { aa: true, counts: [1, 2, 2] },
  ],
  [
    'RFC 1034 4.3.1: outside is refused, empty',
    'www.example.net.',
    'A',
    {},
    { rcode: Rcode.REFUSED, aa: false, counts: [0, 0, 0] },
  ],
  [
    'RFC 1034 4.3.1: the zone above too: no upward referral',
    'test.',
    'NS',
    {},
    { rcode: Rcode.REFUSED, counts: [0, 0, 0] },
  ],
  ['RFC 1034 4.3.1: and the root', '.', 'NS', {}, { rcode: Rcode.REFUSED, counts: [0, 0, 0] }],
  ['RFC 2181 6.1: a name that only ends alike is outside', 'xrules.test.', 'A', {}, { rcode: Rcode.REFUSED }],
];

const ALIASES: readonly Row[] = [
  ['RFC 1034 3.6.2: eight aliases are followed', 'c1.rules.test.', 'A', {}, { rcode: 0, counts: [9, 0, 0] }],
  ['RFC 1034 3.6.2: a ninth is not', 'c0.rules.test.', 'A', {}, { rcode: 0, counts: [8, 0, 0] }],
  [
    'RFC 1034 3.6.2: a loop tells what was followed',
    'loop1.rules.test.',
    'A',
    {},
    { rcode: 0, aa: true, counts: [2, 0, 0] },
  ],
  ['RFC 1034 3.6.2: an alias of itself', 'self.rules.test.', 'A', {}, { rcode: 0, counts: [1, 0, 0] }],
  ['RFC 1034 3.6.2: CNAME asked for is not followed', 'c1.rules.test.', 'CNAME', {}, { counts: [1, 0, 0] }],
  [
    'RFC 6604 3: the rcode is that of the last name',
    'dangling.rules.test.',
    'A',
    {},
    { rcode: Rcode.NXDOMAIN, counts: [1, 1, 0] },
  ],
  ['RFC 6604 2.1: AA is about the first name', 'away.rules.test.', 'A', {}, { rcode: 0, aa: true, counts: [1, 0, 0] }],
  [
    'RFC 6672 3.1: DNAME with a synthesised CNAME',
    'a.b.dn.rules.test.',
    'A',
    {},
    {
      answers: [
        'dn.rules.test. dname rules.test.',
        'a.b.dn.rules.test. cname a.b.rules.test.',
        'a.b.rules.test. a 192.0.2.3',
      ],
    },
  ],
  ['RFC 6672 2.3: not for its owner', 'dn.rules.test.', 'A', {}, { rcode: 0, counts: [0, 1, 0] }],
  ['RFC 6672 3.1: CNAME asked for is the synthesised one', 'a.dn.rules.test.', 'CNAME', {}, { counts: [2, 0, 0] }],
  [
    'RFC 6672 2.2: YXDOMAIN when too long',
    `${LONG}.longdn.rules.test.`,
    'A',
    { edns: 1232 },
    { rcode: Rcode.YXDOMAIN, counts: [1, 0, 0] },
  ],
  [
    'RFC 7871 7.2.1: a steered CNAME has its own scope',
    'cname.steered.test.',
    'A',
    { ecs: '192.0.2.0/24' },
    {
      answers: ['cname.steered.test. cname plain.steered.test.', 'plain.steered.test. a 127.0.83.9'],
      scope: 24,
    },
  ],
  [
    'RFC 7871 7.2.1: an alias of a steered name has that name\u2019s',
    'alias.steered.test.',
    'A',
    { ecs: '192.0.2.0/24' },
    {
      answers: ['alias.steered.test. cname www.steered.test.', 'www.steered.test. a 127.0.83.20'],
      scope: 24,
    },
  ],
];

const OTHERS: readonly Row[] = [
  ['RFC 8482 4.1: ANY is one RRset', 'rules.test.', 'ANY', {}, { rcode: 0, aa: true, counts: [1, 0, 0] }],
  [
    'RFC 8482 4.1: ANY of a large name is small',
    'large.rules.test.',
    'ANY',
    { edns: 4096 },
    { answers: ['large.rules.test. a 192.0.2.6'], tc: false },
  ],
  [
    'RFC 1035 3.2.4: class HS is refused',
    'a.rules.test.',
    'A',
    { class: HESIOD },
    { rcode: Rcode.REFUSED, counts: [0, 0, 0] },
  ],
  [
    'RFC 1035 3.2.5: class ANY is refused',
    'a.rules.test.',
    'A',
    { class: IN_ANY },
    { rcode: Rcode.REFUSED, counts: [0, 0, 0] },
  ],
  ['RFC 5936 2.2.1: AXFR is refused', 'rules.test.', 'AXFR', {}, { rcode: Rcode.REFUSED, counts: [0, 0, 0] }],
  ['RFC 1995 2: IXFR is refused', 'rules.test.', 'IXFR', {}, { rcode: Rcode.REFUSED, counts: [0, 0, 0] }],
  ['RFC 3597 5: an unknown type is octets', 'unknown.rules.test.', 'TYPE65280', {}, { rcode: 0, counts: [1, 0, 0] }],
  ['RFC 6891 6.1.1: no OPT unless asked', 'a.rules.test.', 'A', {}, { optCount: 0 }],
  [
    'RFC 6891 6.1.1: one OPT if asked, also in errors',
    'x.example.net.',
    'A',
    { edns: 512 },
    { rcode: Rcode.REFUSED, optCount: 1 },
  ],
  [
    'RFC 8914 4.21: not authoritative is told',
    'x.example.net.',
    'A',
    { options: [{ code: NSID, data: new Uint8Array(2) }] },
    { error: '0014' },
  ],
  [
    'RFC 8914 4.19: prohibited is told',
    'rules.test.',
    'AXFR',
    { options: [{ code: NSID, data: new Uint8Array(2) }] },
    { error: '0012' },
  ],
  ['RFC 8914 2: nothing is told of good answers', 'a.rules.test.', 'A', { edns: 1232 }, { error: null }],
  ['RFC 7871 7.2.2: no subnet unless asked', 'www.steered.test.', 'A', { edns: 1232 }, { scope: null }],
  [
    'RFC 7871 7.1.2: source 0 is scope 0, by the resolver\u2019s address',
    'www.steered.test.',
    'A',
    { ecs: '0.0.0.0/0' },
    {
      answers: ['www.steered.test. a 127.0.83.10'],
      scope: 0,
    },
  ],
  ['RFC 7871 7.2.1: a static answer has scope 0', 'last.steered.test.', 'A', { ecs: '192.0.2.0/24' }, { scope: 0 }],
  [
    'RFC 7871 7.2.1: nor is an error anybody\u2019s own',
    'no.steered.test.',
    'A',
    { ecs: '192.0.2.0/24' },
    { rcode: Rcode.NXDOMAIN, scope: 0 },
  ],
];

const WAYS = [
  ['UDP', false],
  ['TCP', true],
] as const;

describe.each(TRANSPORTS)('over %s', (transport) => {
  let server: MeridianProcess;
  beforeAll(async () => {
    server = await startServe({ zones: ZONES, geoData: { 'networks.yaml': NETWORKS }, transport, workers: 1 });
  });
  afterAll(async () => {
    expect(await server.stop()).toMatchObject({ code: 0, signal: null });
  });

  describe.each(WAYS)('%s', (_, tcp) => {
    const rows = [...AUTHORITY, ...ALIASES, ...OTHERS].filter(([, , , options]) => (options.tcp ?? tcp) === tcp);
    it.each(rows)('%s (%s %s)', async (_rule, name, type, options, holds) => {
      expect(summaryOf(await ask(server, name, type, { tcp, ...options }))).toMatchObject(holds);
    });
  });

  it('RFC 1035 2.3.3: a name is the same in any case, and the question\u2019s case comes back', async () => {
    const query = buildQuery('A.rUlEs.TeSt.', 'A');
    const bytes = (await exchangeUdp(server, query)) ?? expect.fail('silence');
    expect(Buffer.from(bytes.subarray(12, query.length))).toEqual(Buffer.from(query.subarray(12)));
    expect(readReply(bytes).answers).toHaveLength(1);
  });

  it('RFC 1035 4.2.1, RFC 6891 6.2.5, RFC 9715 3.1: 512 octets, what was offered, 1232', async () => {
    for (const [edns, limit] of [
      [null, 512],
      [0, 512],
      [511, 512],
      [600, 600],
      [1231, 1231],
      [4096, 1232],
      [65_535, 1232],
    ] as const) {
      const reply = await ask(server, 'large.rules.test.', 'TXT', { edns });
      expect(reply.bytes.length, `${edns}`).toBeLessThanOrEqual(limit);
      // RFC 2181 9: what does not fit as a whole RRset is left out, and the OPT stays.
      expect([reply.tc, reply.answers.length, reply.optCount]).toEqual([true, 0, edns === null ? 0 : 1]);
      if (edns !== null) expect(reply.opt?.payload).toBe(1232);
    }
  });

  it('RFC 3597 4: names in types newer than RFC 1035 are not compressed', async () => {
    const { bytes } = await ask(server, 'srv.rules.test.', 'SRV');
    expect(Buffer.from(bytes).includes(Buffer.from('\x01a\x05rules\x04test\x00', 'latin1'))).toBe(true);
  });

  it('RFC 7766 6.2.1.1, 8: pipelined messages in any split, and an end of the client\u2019s side, are all answered', async () => {
    const queries = Array.from({ length: 50 }, (_, id) => buildQuery('a.rules.test.', 'A', { id }));
    const stream = Buffer.concat(queries.flatMap((query) => [Buffer.from([0, query.length]), query]));
    const ids = new Set<number>();
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host: server.dnsHost, port: server.dnsPort, allowHalfOpen: true });
      let received = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        for (let end = 0; received.length >= 2; received = received.subarray(end)) {
          end = 2 + received.readUInt16BE(0);
          if (received.length < end) break;
          ids.add(received.readUInt16BE(2));
        }
      });
      socket.on('error', reject);
      socket.on('end', () => socket.end(resolve));
      const step = 7;
      for (let at = 0; at < stream.length; at += step) socket.write(stream.subarray(at, at + step));
      socket.end();
    });
    expect(ids.size).toBe(queries.length);
  });
});
