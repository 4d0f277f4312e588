/**
 * Raw queries, ordinary and hostile, against the zone test/vectors/zones/static.test.yaml, and what a good server may do with
 * each. Run by test/conformance/packets.test.ts over UDP and TCP.
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
const NS = 2;
const CNAME = 5;
const SOA = 6;
const TXT = 16;
const AAAA = 28;
const ANY = 255;
const NAME = 'a.static.test';
const QUESTION = [NAME, A] as const;
const CLIENT_SUBNET = 8;
const COOKIE = 10;

type Extra = { readonly check?: PacketCheck; readonly tcp?: boolean };

function packet(
  name: string,
  why: string,
  query: Uint8Array,
  accept: readonly string[],
  extra: Extra = {},
): PacketCase {
  return { name, why, query, accept, strict: null, check: extra.check ?? {}, transport: extra.tcp ? 'tcp' : 'udp' };
}

/** The question for three addresses with an OPT of `options`. */
function withOptions(...options: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  return craftQuery({ questions: [QUESTION], additional: [craftOpt({ options })] });
}

function withSubnet(...bytes: number[]): Uint8Array {
  return withOptions([CLIENT_SUBNET, Uint8Array.from(bytes)]);
}

const OK = ['NOERROR'];
const FORMERR = ['FORMERR'];
const FORMERR_OR_DROP = ['FORMERR', 'DROP'];

const HEADER_CASES: readonly PacketCase[] = [
  packet('plain', 'AA, no RA, no OPT unasked, question echoed', craftQuery({ questions: [QUESTION] }), OK, {
    check: { aa: 1, ra: 0, ad: 0, opt: 0, an: 3, qecho: 1 },
  }),
  packet(
    'mixed case',
    'the case of the question comes back (0x20)',
    craftQuery({ questions: [['a.StAtIc.TeSt', A]] }),
    OK,
    {
      check: { an: 3, qecho: 1 },
    },
  ),
  packet('rd copied', 'RFC 1035 4.1.1', craftQuery({ flags: 0x0100, questions: [QUESTION] }), OK, {
    check: { rd: 1, ra: 0 },
  }),
  packet(
    'all header bits',
    'AA TC RA Z AD CD of a query mean nothing',
    craftQuery({ flags: 0x06f0, questions: [QUESTION] }),
    OK,
    {
      check: { an: 3, tc: 0, ra: 0, z: 0, ad: 0 },
    },
  ),
  packet('rcode in a query', 'ignored', craftQuery({ flags: 0x0003, questions: [QUESTION] }), ['NOERROR', 'FORMERR']),
  packet(
    'a response',
    'never answered, or two servers answer each other for ever',
    craftQuery({ flags: 0x8000, questions: [QUESTION] }),
    ['DROP'],
  ),
  packet('a response with NOTIMP in it', 'never answered', craftQuery({ flags: 0xa804, questions: [QUESTION] }), [
    'DROP',
  ]),
  ...[1, 2, 3, 6, 7, 15].map((opcode) =>
    packet(`opcode ${opcode}`, 'RFC 8906 8.1.4', craftQuery({ flags: opcode << 11, questions: [QUESTION] }), [
      'NOTIMP',
    ]),
  ),
  packet('opcode without a question', 'a header is enough', craftQuery({ flags: 15 << 11 }), ['NOTIMP']),
  packet('notify', 'nobody is followed', craftQuery({ flags: 4 << 11, questions: [['static.test', SOA]] }), [
    'NOTIMP',
    'REFUSED',
    'NOTAUTH',
  ]),
  packet('update', 'never applied', craftQuery({ flags: 5 << 11, questions: [['static.test', SOA]] }), [
    'NOTIMP',
    'REFUSED',
    'NOTAUTH',
  ]),
  packet('no question', 'RFC 9619', craftQuery({}), FORMERR),
  packet('two questions', 'RFC 9619', craftQuery({ questions: [QUESTION, QUESTION] }), FORMERR),
  packet('65535 questions', 'bounded work', craftQuery({ counts: [65535, 0, 0, 0], questions: [QUESTION] }), FORMERR),
  packet(
    '65535 additional',
    'bounded work',
    craftQuery({ counts: [1, 0, 0, 65535], questions: [QUESTION] }),
    FORMERR_OR_DROP,
  ),
  packet(
    'answer promised, none there',
    'counts larger than the octets',
    craftQuery({ counts: [1, 1, 0, 0], questions: [QUESTION] }),
    FORMERR_OR_DROP,
  ),
  packet(
    'octets behind the message',
    'either is right',
    craftQuery({ questions: [QUESTION], tail: Uint8Array.of(1, 2, 3) }),
    ['FORMERR', 'NOERROR', 'DROP'],
  ),
];

const RUNT_CASES: readonly PacketCase[] = [
  packet('empty', 'nothing to answer', new Uint8Array(), ['DROP']),
  packet('one octet', 'no id to answer with', Uint8Array.of(7), ['DROP']),
  packet('11 octets', 'shorter than a header', new Uint8Array(11), ['DROP', 'FORMERR']),
  packet('a header of zeros', 'no question', new Uint8Array(12), ['FORMERR', 'NOTIMP', 'REFUSED']),
  packet('1,200 octets of ones', 'QR is set', new Uint8Array(1200).fill(255), ['DROP']),
  packet('empty frame', 'RFC 7766 8', new Uint8Array(), ['DROP', 'FORMERR'], { tcp: true }),
];

const NAME_CASES: readonly PacketCase[] = [
  packet(
    'name cut',
    'a label beyond the end',
    craftQuery({ counts: [1, 0, 0, 0], tail: Uint8Array.of(9, 97, 98) }),
    FORMERR_OR_DROP,
  ),
  packet(
    'type cut',
    'one octet of four',
    craftQuery({ counts: [1, 0, 0, 0], tail: joinBytes(plainName(NAME), Uint8Array.of(0)) }),
    FORMERR_OR_DROP,
  ),
  packet(
    'pointer to itself',
    'must not loop',
    craftQuery({ questions: [joinBytes(wordBytes(0xc00c), wordBytes(A, 1))] }),
    FORMERR_OR_DROP,
  ),
  packet(
    'pointer ahead',
    'must not loop',
    craftQuery({ questions: [joinBytes(wordBytes(0xc020), wordBytes(A, 1))], tail: plainName(NAME) }),
    FORMERR_OR_DROP,
  ),
  packet(
    'pointer into the header',
    'a question has nothing to point at',
    craftQuery({ questions: [joinBytes(Uint8Array.of(1, 97), wordBytes(0xc000, A, 1))] }),
    ['FORMERR', 'REFUSED', 'DROP'],
  ),
  packet(
    'label type 01',
    'extended labels are dead',
    craftQuery({ questions: [joinBytes(Uint8Array.of(0x41, 0, 0), wordBytes(A, 1))] }),
    ['FORMERR', 'NOTIMP', 'DROP'],
  ),
  packet(
    'label type 10',
    'reserved',
    craftQuery({ questions: [joinBytes(Uint8Array.of(0x81, 0, 0), wordBytes(A, 1))] }),
    FORMERR_OR_DROP,
  ),
  packet(
    'name of 257 octets',
    'at most 255',
    craftQuery({ questions: [[`${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(51)}.static.test`, A]] }),
    FORMERR_OR_DROP,
  ),
  packet(
    'name of 255 octets',
    'the longest there is',
    craftQuery({ questions: [[`${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(49)}.static.test`, A]] }),
    ['NXDOMAIN'],
  ),
  packet(
    '120 labels',
    'linear work',
    craftQuery({ questions: [[`${'a.'.repeat(118)}static.test`, A]] }),
    ['NXDOMAIN'],
    { check: { ns: 1, aa: 1 } },
  ),
  packet('octets of every kind', 'a name is octets', craftQuery({ questions: [['\x00\xff \\"\n.static.test', A]] }), [
    'NXDOMAIN',
  ]),
  packet(
    'a dot inside a label',
    'is not a boundary',
    craftQuery({ questions: [joinBytes(Uint8Array.of(3, 97, 46, 98), plainName('static.test'), wordBytes(A, 1))] }),
    ['NXDOMAIN'],
  ),
  packet('the wildcard itself', 'RFC 4592 2.3', craftQuery({ questions: [['*.wild.static.test', A]] }), OK, {
    check: { an: 1 },
  }),
];

const ZONE_CASES: readonly PacketCase[] = [
  packet(
    'no data',
    'SOA with the lesser of its TTL and minimum (RFC 2308)',
    craftQuery({ questions: [[NAME, AAAA]] }),
    OK,
    { check: { an: 0, ns: 1, aa: 1, soa_ttl: 60 } },
  ),
  packet('no name', 'RFC 2308', craftQuery({ questions: [['none.static.test', A]] }), ['NXDOMAIN'], {
    check: { an: 0, ns: 1, aa: 1, soa_ttl: 60 },
  }),
  packet(
    'empty non-terminal',
    'NODATA, never NXDOMAIN (RFC 8020)',
    craftQuery({ questions: [['ent.static.test', A]] }),
    OK,
    { check: { an: 0, ns: 1 } },
  ),
  packet('referral', 'not ours to answer with authority', craftQuery({ questions: [['x.sub.static.test', A]] }), OK, {
    check: { aa: 0, an: 0, ns: 2 },
  }),
  packet('NS at the cut', 'a referral too', craftQuery({ questions: [['sub.static.test', NS]] }), OK, {
    check: { aa: 0, an: 0, ns: 2 },
  }),
  packet(
    'dangling alias',
    'rcode of the last name (RFC 6604)',
    craftQuery({ questions: [['dangling.static.test', A]] }),
    ['NXDOMAIN'],
    { check: { an: 1 } },
  ),
  packet('alias loop', 'ends', craftQuery({ questions: [['loopa.static.test', A]] }), ['NOERROR', 'SERVFAIL']),
  packet('alias asked as such', 'only itself', craftQuery({ questions: [['alias.static.test', CNAME]] }), OK, {
    check: { an: 1 },
  }),
  packet('outside', 'small and without records', craftQuery({ questions: [['example.com', A]] }), ['REFUSED'], {
    check: { an: 0, maxlen: 29, aa: 0 },
  }),
  packet('the root', 'an amplifier elsewhere', craftQuery({ questions: [['', NS]] }), ['REFUSED'], {
    check: { an: 0, maxlen: 17 },
  }),
  packet('the parent', 'not ours', craftQuery({ questions: [['test', SOA]] }), ['REFUSED']),
  packet(
    'any',
    'RFC 8482: small',
    craftQuery({ questions: [['large.static.test', ANY]] }),
    ['NOERROR', 'NOTIMP', 'REFUSED'],
    { check: { maxlen: 512 } },
  ),
  packet('unknown type', 'NODATA', craftQuery({ questions: [[NAME, 65281]] }), OK, { check: { an: 0, ns: 1 } }),
  packet('OPT as a question', 'RFC 6895 3.1: an answer, whatever it is', craftQuery({ questions: [[NAME, 41]] }), [
    'FORMERR',
    'NOERROR',
    'NOTIMP',
    'REFUSED',
  ]),
  packet(
    'transfer',
    'dynamic answers do not transfer',
    craftQuery({ questions: [['static.test', 252]] }),
    ['REFUSED', 'NOTIMP', 'NOTAUTH'],
    { tcp: true, check: { an: 0 } },
  ),
  packet(
    'transfer over UDP',
    'RFC 5936 4.2',
    craftQuery({ questions: [['static.test', 252]] }),
    ['REFUSED', 'NOTIMP', 'FORMERR', 'NOTAUTH'],
    { check: { an: 0 } },
  ),
  packet('class chaos', 'off by default', craftQuery({ questions: [['version.bind', TXT, 3]] }), [
    'REFUSED',
    'NOERROR',
    'NOTIMP',
  ]),
  packet('class hesiod', 'refused', craftQuery({ questions: [[NAME, A, 4]] }), ['REFUSED', 'NOTIMP', 'NOTAUTH']),
];

const EDNS_CASES: readonly PacketCase[] = [
  packet('truncated without EDNS', 'RFC 1035 4.2.1', craftQuery({ questions: [['medium.static.test', TXT]] }), OK, {
    check: { tc: 1, maxlen: 512, opt: 0 },
  }),
  packet(
    'truncated with EDNS',
    'RFC 6891, 9715',
    craftQuery({ questions: [['large.static.test', TXT]], additional: [craftOpt({ size: 4096 })] }),
    OK,
    { check: { tc: 1, maxlen: 1232, opt: 1 } },
  ),
  packet('whole over TCP', 'RFC 7766', craftQuery({ questions: [['large.static.test', TXT]] }), OK, {
    tcp: true,
    check: { tc: 0, an: 10 },
  }),
  packet('payload of 0', 'is 512', craftQuery({ questions: [QUESTION], additional: [craftOpt({ size: 0 })] }), OK, {
    check: { an: 3, opt: 1 },
  }),
  packet('DO', 'copied', craftQuery({ questions: [QUESTION], additional: [craftOpt({ flags: 0x8000 })] }), OK, {
    check: { do: 1, an: 3 },
  }),
  packet(
    'Z of the OPT',
    'not copied',
    craftQuery({ questions: [QUESTION], additional: [craftOpt({ flags: 0x7fff })] }),
    OK,
    { check: { optz: 0, do: 0 } },
  ),
  packet(
    'EDNS version 1',
    'RFC 6891 6.1.3',
    craftQuery({ questions: [QUESTION], additional: [craftOpt({ version: 1 })] }),
    ['BADVERS'],
    { check: { an: 0, opt: 1, optver: 0 } },
  ),
  packet(
    'two OPTs',
    'RFC 6891 6.1.1',
    craftQuery({ questions: [QUESTION], additional: [craftOpt({}), craftOpt({})] }),
    FORMERR,
  ),
  packet(
    'OPT with an owner',
    'RFC 6891 6.1.2',
    craftQuery({ questions: [QUESTION], additional: [craftOpt({ owner: plainName('a') })] }),
    FORMERR_OR_DROP,
  ),
  packet(
    'OPT longer than the message',
    'cut',
    craftQuery({ questions: [QUESTION], additional: [craftOpt({}).with(10, 1)] }),
    FORMERR_OR_DROP,
  ),
  packet(
    'half an option',
    'three octets',
    craftQuery({ questions: [QUESTION], additional: [craftOpt({ rdata: Uint8Array.of(0, 8, 0) })] }),
    FORMERR_OR_DROP,
  ),
  packet('unknown option', 'ignored and not echoed', withOptions([65001, Uint8Array.of(1, 2)]), OK, {
    check: { an: 3, optlen: 0 },
  }),
  packet(
    '250 options',
    'linear work',
    withOptions(...Array.from({ length: 250 }, () => [65001, new Uint8Array()] as const)),
    ['NOERROR', 'FORMERR'],
  ),
  packet('subnet /24', 'RFC 7871', withSubnet(0, 1, 24, 0, 192, 0, 2), OK, { check: { an: 3, optlen: 11 } }),
  packet('subnet /0', 'RFC 7871: the client wants none', withSubnet(0, 1, 0, 0), OK, { check: { an: 3, optlen: 8 } }),
  packet('subnet of IPv6', 'RFC 7871', withSubnet(0, 2, 56, 0, 0x20, 1, 0x0d, 0xb8, 0, 0, 0), OK, {
    check: { an: 3, optlen: 15 },
  }),
  packet('subnet with a scope', 'RFC 7871 6', withSubnet(0, 1, 24, 24, 192, 0, 2), FORMERR),
  packet('subnet /33', 'RFC 7871 6', withSubnet(0, 1, 33, 0, 192, 0, 2, 1, 0), FORMERR),
  packet('subnet with an octet too many', 'RFC 7871 6', withSubnet(0, 1, 24, 0, 192, 0, 2, 0), FORMERR),
  packet('subnet with an octet too few', 'RFC 7871 6', withSubnet(0, 1, 24, 0, 192, 0), FORMERR),
  packet('subnet with bits beyond its prefix', 'RFC 7871 6', withSubnet(0, 1, 20, 0, 192, 0, 0x1f), FORMERR),
  packet('subnet of family 3', 'RFC 7871 7.1.2', withSubnet(0, 3, 8, 0, 1), FORMERR),
  packet('subnet of three octets', 'RFC 7871 6', withSubnet(0, 1, 0), FORMERR),
  packet('cookie of 7 octets', 'RFC 7873 5.2.2', withOptions([COOKIE, new Uint8Array(7)]), FORMERR),
  packet('cookie of 12 octets', 'RFC 7873 5.2.2', withOptions([COOKIE, new Uint8Array(12)]), FORMERR),
  packet('cookie of 41 octets', 'RFC 7873 5.2.2', withOptions([COOKIE, new Uint8Array(41)]), FORMERR),
  packet('keepalive over UDP', 'ignored (RFC 7828 3.2.1)', withOptions([11, new Uint8Array()]), OK, {
    check: { an: 3, optlen: 0 },
  }),
  packet(
    '60,000 octets of padding',
    'a long frame',
    withOptions([12, new Uint8Array(60_000)]),
    ['NOERROR', 'FORMERR', 'DROP'],
    { tcp: true },
  ),
];

/** All of them. */
export const PACKETS: readonly PacketCase[] = [
  ...HEADER_CASES,
  ...RUNT_CASES,
  ...NAME_CASES,
  ...ZONE_CASES,
  ...EDNS_CASES,
];
