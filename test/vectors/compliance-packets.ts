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
    packet(`cookie of ${length} octets`, 'RFC 7873 5.2', withCookie(length), ['NOERROR', 'BADCOOKIE']),
  ),
  packet('NSID with content', 'RFC 5001 2.1: ignored', withOptions([3, Uint8Array.of(1)]), ['NOERROR', 'FORMERR']),
  packet('option 0', 'reserved, so unknown', withOptions([0, Uint8Array.of(1)]), OK, { an: 3, optlen: 0 }),
  packet('option 65535', 'reserved, so unknown', withOptions([65535, new Uint8Array()]), OK, { an: 3, optlen: 0 }),
];

const QUESTION_CASES: readonly PacketCase[] = [
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
