/**
 * What DNS compliance testers send (RFC 8906, the DNS flag days, EDNS and delegation checks), and the odd forms of what they send,
 * against the zone test/vectors/zones/static.test.yaml. Each was also put to NSD 4.6 and Knot 3.2. Run by packets.test.ts.
 */

import {
  craftOpt,
  craftQuery,
  joinBytes,
  type PacketCase,
  type PacketCheck,
  plainName,
  wordBytes,
} from '../tools/packet-case.ts';

const A = 1;
const SOA = 6;
const DS = 43;
const ANY = 255;
const APEX = 'static.test';
const QUESTION = ['a.static.test', A] as const;
const CLIENT_SUBNET = 8;
const COOKIE = 10;
const NSID = 3;
const KEEPALIVE = 11;
const PADDING = 12;
const EXTENDED_ERROR = 15;
const CHAOS = 3;
const TXT = 16;
const ZERO = new Uint8Array(1);
const CLIENT_COOKIE = new Uint8Array(8).fill(1);
/** Code and length, the client's part and 16 octets of ours (RFC 9018 4). */
const COOKIE_OPTION_BYTES = 28;
const OK = ['NOERROR'];
const FORMERR = ['FORMERR'];
const REFUSED = ['REFUSED'];

function packet(
  name: string,
  why: string,
  query: Uint8Array,
  accept: readonly string[],
  check: PacketCheck = {},
  strict: string | null = null,
): PacketCase {
  return { name, why, query, accept, strict, check, transport: 'udp' };
}

function record(owner: string, type: number, dnsClass: number, ttl: number, rdata: Uint8Array): Uint8Array {
  return joinBytes(plainName(owner), wordBytes(type, dnsClass, ttl >> 16, ttl & 0xffff, rdata.length), rdata);
}

const askSoa = (opt: Parameters<typeof craftOpt>[0], flags = 0) =>
  craftQuery({ flags, questions: [[APEX, SOA]], additional: [craftOpt(opt)] });
const withOptions = (...options: readonly (readonly [number, Uint8Array])[]) =>
  craftQuery({ questions: [QUESTION], additional: [craftOpt({ options })] });
const withSubnets = (...subnets: readonly (readonly number[])[]) =>
  withOptions(...subnets.map((bytes) => [CLIENT_SUBNET, Uint8Array.from(bytes)] as const));
/** Client Subnet, cookie, NSID, keepalive, padding, EXPIRE and one that nobody knows. */
const EVERY_OPTION: readonly (readonly [number, Uint8Array])[] = [
  [CLIENT_SUBNET, Uint8Array.of(0, 1, 24, 0, 192, 0, 2)],
  [COOKIE, CLIENT_COOKIE],
  [NSID, new Uint8Array()],
  [KEEPALIVE, new Uint8Array()],
  [PADDING, new Uint8Array()],
  [9, new Uint8Array()],
  [65001, new Uint8Array()],
];
const withoutQuestion = (...options: readonly (readonly [number, Uint8Array])[]) =>
  craftQuery({ additional: [craftOpt({ options })] });
const tcp = (udp: PacketCase): PacketCase => ({ ...udp, transport: 'tcp' });
const withCookie = (length: number) => withOptions([COOKIE, new Uint8Array(length)]);
const withRecords = (counts: readonly [number, number, number, number], ...additional: Uint8Array[]) =>
  craftQuery({ counts, questions: [QUESTION], additional });

const TSIG_RDATA = joinBytes(
  plainName('hmac-sha256'),
  wordBytes(0, 0x6553, 0x1234, 300, 32),
  new Uint8Array(32),
  wordBytes(0x4d4d, 0, 0),
);
const TSIG = record('key.test', 250, ANY, 0, TSIG_RDATA);
const ADDRESS = record('x', A, 1, 60, Uint8Array.of(1, 2, 3, 4));

/** DNS flag day 2019 and 2020, ednscomp. */
const FLAG_DAY_CASES: readonly PacketCase[] = [
  packet('dns', 'plain SOA', craftQuery({ questions: [[APEX, SOA]] }), OK, { aa: 1, an: 1, opt: 0 }),
  packet('edns', 'RFC 8906 8.2.1', askSoa({}), OK, { aa: 1, an: 1, opt: 1, optver: 0 }),
  packet('edns1', 'RFC 8906 8.2.2', askSoa({ version: 1 }), ['BADVERS'], { an: 0, opt: 1, optver: 0, aa: 0 }),
  packet('edns@512', 'RFC 8906 8.2.3', askSoa({ size: 512 }), OK, { an: 1, opt: 1, maxlen: 512 }),
  packet('ednsopt', 'RFC 8906 8.2.4', askSoa({ options: [[100, new Uint8Array()]] }), OK, { an: 1, opt: 1, optlen: 0 }),
  packet('edns1opt', 'RFC 8906 8.2.6', askSoa({ version: 1, options: [[100, new Uint8Array()]] }), ['BADVERS'], {
    an: 0,
    optver: 0,
    optlen: 0,
  }),
  packet(
    'edns1 with RDATA that is no options',
    'another version may have another form',
    askSoa({ version: 1, rdata: Uint8Array.of(0, 8, 0) }),
    ['BADVERS', 'FORMERR'],
    { optver: 0 },
  ),
  packet('edns255', 'RFC 6891 6.1.3', askSoa({ version: 255 }), ['BADVERS'], { optver: 0 }),
  packet('do', 'RFC 8906 8.2.5', askSoa({ flags: 0x8000 }), OK, { an: 1, do: 1, optz: 0 }),
  packet('docd', 'CD is not ours to set', askSoa({ flags: 0x8000 }, 0x0010), OK, { an: 1, do: 1, z: 0, ad: 0 }),
  packet('ednsflags', 'RFC 8906 8.2.7', askSoa({ flags: 0x0080 }), OK, { an: 1, optz: 0, do: 0 }),
  packet(
    'optlist',
    'NSID, subnet, cookie, expire together',
    withOptions(
      [3, new Uint8Array()],
      [CLIENT_SUBNET, Uint8Array.of(0, 1, 0, 0)],
      [COOKIE, new Uint8Array(8).fill(1)],
      [9, new Uint8Array()],
    ),
    ['NOERROR', 'BADCOOKIE'],
    { an: 3, opt: 1 },
  ),
  packet('signed', 'RFC 8945 5.2.1', withRecords([1, 0, 0, 1], TSIG), ['NOTAUTH'], { an: 0, aa: 0 }),
  packet('signed with EDNS', 'both come back', withRecords([1, 0, 0, 2], craftOpt({}), TSIG), ['NOTAUTH'], { opt: 1 }),
  packet('extended rcode in a query', 'ignored', askSoa({}).with(-6, 255), OK, { an: 1 }),
];

const RECORD_CASES: readonly PacketCase[] = [
  packet('TSIG before OPT', 'RFC 8945 5.1: last', withRecords([1, 0, 0, 2], TSIG, craftOpt({})), FORMERR),
  packet('two TSIGs', 'RFC 8945 5.1', withRecords([1, 0, 0, 2], TSIG, TSIG), FORMERR),
  packet('TSIG as answer', 'RFC 8945 5.1', withRecords([1, 1, 0, 0], TSIG), FORMERR),
  packet('TSIG of class IN', 'RFC 8945 4.2', withRecords([1, 0, 0, 1], record('k', 250, 1, 0, TSIG_RDATA)), FORMERR),
  packet('TSIG with a TTL', 'RFC 8945 4.2', withRecords([1, 0, 0, 1], record('k', 250, ANY, 5, TSIG_RDATA)), FORMERR),
  packet(
    'TSIG of three octets',
    'cut',
    withRecords([1, 0, 0, 1], record('k', 250, ANY, 0, Uint8Array.of(1, 2, 3))),
    FORMERR,
  ),
  packet('SIG(0)', 'nobody checks it', withRecords([1, 0, 0, 1], record('', 24, ANY, 0, new Uint8Array(40))), [
    'NOERROR',
    'FORMERR',
  ]),
  packet('OPT as answer', 'RFC 6891 6.1.1', withRecords([1, 1, 0, 0], craftOpt({})), FORMERR),
  packet('OPT as authority', 'RFC 6891 6.1.1', withRecords([1, 0, 1, 0], craftOpt({})), FORMERR),
  packet('three OPTs', 'RFC 6891 6.1.1', withRecords([1, 0, 0, 3], craftOpt({}), craftOpt({}), craftOpt({})), FORMERR),
  packet('a record behind the OPT', 'its place is free', withRecords([1, 0, 0, 2], craftOpt({}), ADDRESS), [
    'NOERROR',
    'FORMERR',
  ]),
  packet('a record as answer', 'not a response', withRecords([1, 1, 0, 0], ADDRESS), ['NOERROR', 'FORMERR']),
  packet(
    'owner that points ahead',
    'must not loop',
    withRecords([1, 0, 0, 1], joinBytes(wordBytes(0xc0ff), ADDRESS.subarray(3))),
    FORMERR,
  ),
  ...([1, 2, 3] as const).map((section) =>
    packet(
      `256 records promised in section ${section}`,
      'counts larger than the octets (RFC 1035 4.1.1)',
      withRecords([1, 0, 0, 0].with(section, 256) as [number, number, number, number]),
      FORMERR,
      { maxlen: 12 },
    ),
  ),
  packet('256 questions counted', 'not 0', craftQuery({ counts: [256, 0, 0, 0], questions: [QUESTION] }), FORMERR),
  packet('100 questions', 'RFC 9619', craftQuery({ questions: Array(100).fill(QUESTION) }), FORMERR),
];

const OPTION_CASES: readonly PacketCase[] = [
  packet('subnet of family 0', 'RFC 7871 6: 1 or 2', withSubnets([0, 0, 0, 0]), ['FORMERR', 'NOERROR'], {}, 'FORMERR'),
  packet('empty subnet', 'RFC 7871 6', withSubnets([]), FORMERR),
  packet('two subnets', 'whose answer would it be', withSubnets([0, 1, 8, 0, 1], [0, 1, 8, 0, 2]), FORMERR),
  packet('subnet /128', 'RFC 7871', withSubnets([0, 2, 128, 0, ...Array<number>(16).fill(1)]), OK, {
    an: 3,
    optlen: 24,
  }),
  packet('subnet /129', 'RFC 7871 6', withSubnets([0, 2, 129, 0, ...Array<number>(17).fill(0)]), FORMERR),
  packet('subnet /1', 'seven bits to spare', withSubnets([0, 1, 1, 0, 0x80]), OK, { an: 3, optlen: 9 }),
  packet('subnet of IPv6, none given', 'RFC 7871 7.1.2', withSubnets([0, 2, 0, 0]), OK, { an: 3, optlen: 8 }),
  ...[0, 9, 15, 41].map((length) =>
    packet(`cookie of ${length} octets`, 'RFC 7873 5.2.2', withCookie(length), FORMERR),
  ),
  ...[8, 16, 24, 40].map((length) =>
    packet(`cookie of ${length} octets`, 'RFC 7873 5.2', withCookie(length), ['NOERROR', 'BADCOOKIE'], {
      an: 3,
      optlen: COOKIE_OPTION_BYTES,
    }),
  ),
  packet(
    'two cookies',
    'RFC 7873 5.2: the first',
    withOptions([COOKIE, CLIENT_COOKIE], [COOKIE, new Uint8Array(3)]),
    OK,
    {
      an: 3,
      optlen: COOKIE_OPTION_BYTES,
    },
  ),
  packet('a cookie and no question', 'RFC 7873 5.4', withoutQuestion([COOKIE, CLIENT_COOKIE]), OK, {
    an: 0,
    opt: 1,
    optlen: COOKIE_OPTION_BYTES,
  }),
  packet(
    'a foreign cookie and no question',
    'RFC 7873 5.4',
    withoutQuestion([COOKIE, new Uint8Array(24).fill(1)]),
    ['BADCOOKIE'],
    { an: 0, opt: 1, optlen: COOKIE_OPTION_BYTES },
  ),
  packet('half a cookie and no question', 'RFC 7873 5.2.2', withoutQuestion([COOKIE, new Uint8Array(7)]), FORMERR),
  packet('NSID and no question', 'RFC 9619', withoutQuestion([NSID, new Uint8Array()]), FORMERR),
  packet(
    'a cookie, no question and octets left over',
    'cut',
    joinBytes(withoutQuestion([COOKIE, CLIENT_COOKIE]), ZERO),
    FORMERR,
  ),
  packet('NSID not told', 'RFC 5001 2.2: the operator chooses', withOptions([NSID, new Uint8Array()]), OK, {
    an: 3,
    optlen: 0,
  }),
  packet('padding over UDP', 'RFC 8467 3: only where it is encrypted', withOptions([PADDING, new Uint8Array(50)]), OK, {
    an: 3,
    optlen: 0,
  }),
  packet(
    'an extended error in a query',
    'RFC 8914 3: ignored',
    withOptions([EXTENDED_ERROR, Uint8Array.of(0, 3)]),
    OK,
    {
      an: 3,
      optlen: 0,
    },
  ),
  tcp(
    packet('keepalive over TCP', 'RFC 7828 3.3.2', withOptions([KEEPALIVE, new Uint8Array()]), OK, {
      an: 3,
      optlen: 6,
    }),
  ),
  tcp(
    packet('keepalive that says a time', 'RFC 7828 3.2.1', withOptions([KEEPALIVE, Uint8Array.of(0, 1)]), [
      'FORMERR',
      'NOERROR',
    ]),
  ),
  tcp(packet('padding over TCP', 'RFC 8467 3', withOptions([PADDING, new Uint8Array(50)]), OK, { an: 3, optlen: 0 })),
  packet('every option at once', 'one OPT, each once', withOptions(...EVERY_OPTION), OK, {
    an: 3,
    optlen: COOKIE_OPTION_BYTES + 11,
  }),
  packet(
    'every option on what is not ours',
    'an error is not longer than its query but for the cookie (RFC 7873 5.3)',
    craftQuery({ questions: [['example.com', A]], additional: [craftOpt({ options: EVERY_OPTION })] }),
    REFUSED,
    { an: 0, optlen: COOKIE_OPTION_BYTES + 11 },
  ),
  packet('NSID with content', 'RFC 5001 2.1: ignored', withOptions([3, Uint8Array.of(1)]), ['NOERROR', 'FORMERR']),
  packet('option 0', 'reserved, so unknown', withOptions([0, Uint8Array.of(1)]), OK, { an: 3, optlen: 0 }),
  packet('option 65535', 'reserved, so unknown', withOptions([65535, new Uint8Array()]), OK, { an: 3, optlen: 0 }),
];

const QUESTION_CASES: readonly PacketCase[] = [
  ...['version.bind', 'version.server', 'id.server', 'hostname.bind', 'authors.bind'].map((name) =>
    packet(`CHAOS ${name}`, 'not told (RFC 4892)', craftQuery({ questions: [[name, TXT, CHAOS]] }), REFUSED, { an: 0 }),
  ),
  ...[1, 2, 3, 4, 5, 6, 7, 15].map((opcode) =>
    packet(
      `opcode ${opcode}`,
      'NOTIFY (RFC 1996) and UPDATE (RFC 2136) too: never applied',
      craftQuery({ flags: opcode << 11, questions: [[APEX, SOA]] }),
      ['NOTIMP'],
      { an: 0, maxlen: 12 },
    ),
  ),
  ...[249, 250, 251, 252].map((type) =>
    packet(`type ${type}`, 'transfers and keys are no data', craftQuery({ questions: [[APEX, type]] }), [
      'REFUSED',
      'FORMERR',
      'NOERROR',
    ]),
  ),
  tcp(packet('ANY over TCP', 'RFC 8482 4.1', craftQuery({ questions: [[APEX, ANY]] }), OK, { an: 1, maxlen: 512 })),

  ...[0, 3, 10, 24, 128, 253, 254, 32768, 65535].map((type) =>
    packet(`type ${type}`, 'NODATA (RFC 8906 8.1.2)', craftQuery({ questions: [[APEX, type]] }), OK, { an: 0, ns: 1 }),
  ),
  ...[0, 2, 254, 256, 65535].map((dnsClass) =>
    packet(`class ${dnsClass}`, 'not served', craftQuery({ questions: [['a.static.test', A, dnsClass]] }), REFUSED, {
      an: 0,
    }),
  ),
  packet('class ANY', 'refused or IN', craftQuery({ questions: [['a.static.test', A, ANY]] }), ['REFUSED', 'NOERROR']),
  packet('DS of the apex', 'the parent is not ours: NODATA', craftQuery({ questions: [[APEX, DS]] }), OK, {
    aa: 1,
    an: 0,
    ns: 1,
  }),
  packet('DS at a cut', 'the parent side answers', craftQuery({ questions: [['sub.static.test', DS]] }), OK, {
    aa: 1,
    an: 1,
  }),
  packet('DS below a cut', 'a referral', craftQuery({ questions: [['x.sub.static.test', DS]] }), OK, {
    aa: 0,
    an: 0,
    ns: 2,
  }),
  packet('DS of the parent', 'not ours', craftQuery({ questions: [['test', DS]] }), REFUSED),
  packet('ANY at a cut', 'a referral', craftQuery({ questions: [['sub.static.test', ANY]] }), OK, {
    aa: 0,
    an: 0,
    ns: 2,
  }),
  packet('ANY for no name', 'as any type', craftQuery({ questions: [['none.static.test', ANY]] }), ['NXDOMAIN'], {
    aa: 1,
  }),
  packet('the root, any', 'an amplifier elsewhere', craftQuery({ questions: [['', ANY]] }), REFUSED, { maxlen: 17 }),
  packet('wildcard in odd case', '0x20', craftQuery({ questions: [['FoO.wILd.StAtIc.tEsT', A]] }), OK, {
    an: 1,
    qecho: 1,
  }),
  packet('DNAME in odd case', '0x20', craftQuery({ questions: [['dEEp.Er.dNaMe.StAtIc.tEsT', A]] }), OK, {
    an: 3,
    qecho: 1,
  }),
  packet('a header alone that says TC', 'nothing to answer', craftQuery({ flags: 0x0200 }), FORMERR),
];

/** All of them. */
export const COMPLIANCE_PACKETS: readonly PacketCase[] = [
  ...FLAG_DAY_CASES,
  ...RECORD_CASES,
  ...OPTION_CASES,
  ...QUESTION_CASES,
];
