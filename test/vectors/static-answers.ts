/**
 * What test/vectors/zones/static.test.yaml must be answered with, in the presentation form of RFC 1035 and the RFCs of each type:
 * the RRsets as they stand, and the shapes of answer that are more than an RRset.
 */

/** An RRset: owner relative to the zone (`@` for itself), type, TTL, RDATA in presentation form. */
export type StaticSet = readonly [owner: string, type: string, ttl: number, rdata: readonly string[]];

/** Name of the zone, with the final dot. */
export const STATIC_ORIGIN = 'static.test.';

const HASH = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

/** Everything that can be asked for by its own name and type and comes back as it is. */
export const STATIC_SETS: readonly StaticSet[] = [
  ['@', 'A', 300, ['192.0.2.1']],
  ['@', 'AAAA', 300, ['2001:db8::1']],
  ['@', 'MX', 300, ['10 mail.static.test.', '20 mx.example.net.']],
  ['@', 'NS', 3600, ['ns1.static.test.', 'ns2.static.test.']],
  ['@', 'TXT', 300, ['"v=spf1 -all"', '"k=v; l=w"']],
  ['*.wild', 'A', 60, ['192.0.2.90']],
  ['MiXeD', 'A', 300, ['192.0.2.99']],
  ['_443._tcp', 'TLSA', 300, [`3 1 1 ${HASH}`]],
  ['_http._tcp', 'URI', 300, ['10 1 "https://www.static.test/path?x=1"']],
  ['_sip._tcp', 'SRV', 300, ['10 60 5060 sip.static.test.', '20 0 5060 .']],
  ['a', 'A', 300, ['192.0.2.10', '192.0.2.11', '192.0.2.12']],
  ['aaaa', 'AAAA', 300, ['2001:db8::10', '2001:db8:0:0:1::11']],
  ['alias', 'CNAME', 300, ['a.static.test.']],
  ['caa', 'CAA', 300, ['0 issue "ca.example.net"', '128 iodef "mailto:security@static.test"']],
  ['dname', 'DNAME', 300, ['ent.static.test.']],
  ['https', 'HTTPS', 300, ['1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.10 ipv6hint=2001:db8::10']],
  ['loc', 'LOC', 300, ['31 58 52.100 S 115 49 11.700 E 20.00m 10.00m 10.00m 2.00m']],
  [
    'naptr',
    'NAPTR',
    300,
    ['100 50 "S" "SIP+D2T" "" _sip._tcp.static.test.', '101 50 "U" "E2U+sip" "!^.*$!sip:info@static.test!" .'],
  ],
  ['ns1', 'A', 3600, ['192.0.2.53']],
  ['ns1', 'AAAA', 3600, ['2001:db8::53']],
  ['openpgpkey', 'OPENPGPKEY', 300, ['AQIDBAUGBwg=']],
  ['ptr', 'PTR', 300, ['host.example.net.']],
  ['spf', 'SPF', 300, ['"v=spf1 mx -all"']],
  ['sshfp', 'SSHFP', 300, ['4 2 abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789']],
  ['sub', 'DS', 300, [`12345 13 2 ${HASH}`]],
  ['svcb', 'SVCB', 300, ['0 svc.example.net.']],
  ['unknown', 'TYPE65280', 300, ['\\# 4 01020304']],
];

/** An answer in full; sections that are left out are not looked at. Records are `owner ttl type rdata`, owners absolute. */
export type StaticAnswer = {
  readonly promise: string;
  readonly name: string;
  readonly type: string;
  readonly status: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly aa: boolean;
  readonly answers: readonly string[];
  /** `soa`: exactly the zone's SOA with the negative TTL. */
  readonly authority?: readonly string[] | 'soa' | 'empty';
  readonly additional?: readonly string[];
};

const A_SET = ['192.0.2.10', '192.0.2.11', '192.0.2.12'].map((address) => `a.static.test. 300 A ${address}`);
const REFERRAL = {
  status: 'NOERROR',
  aa: false,
  answers: [],
  authority: ['sub.static.test. 300 NS ns.example.net.', 'sub.static.test. 300 NS ns1.sub.static.test.'],
  additional: ['ns1.sub.static.test. 300 A 203.0.113.53', 'ns1.sub.static.test. 300 AAAA 2001:db8:2::53'],
} as const;
const NODATA = { status: 'NOERROR', aa: true, answers: [], authority: 'soa' } as const;
const NXDOMAIN = { status: 'NXDOMAIN', aa: true, answers: [], authority: 'soa' } as const;
const FOUND = { status: 'NOERROR', aa: true } as const;

/** Wildcards, empty non-terminals, delegations, aliases and absences. */
export const STATIC_ANSWERS: readonly StaticAnswer[] = [
  {
    promise: 'a wildcard answers under the name asked for',
    name: 'x.wild',
    type: 'A',
    ...FOUND,
    answers: ['x.wild.static.test. 60 A 192.0.2.90'],
  },
  {
    promise: 'a wildcard answers at any depth',
    name: 'z.y.x.wild',
    type: 'A',
    ...FOUND,
    answers: ['z.y.x.wild.static.test. 60 A 192.0.2.90'],
  },
  { promise: 'a wildcard has no data of other types', name: 'x.wild', type: 'AAAA', ...NODATA },
  { promise: 'a wildcard does not match its own parent', name: 'wild', type: 'A', ...NODATA },
  {
    promise: 'a name beside a wildcard hides it',
    name: 'wild-alias.wild',
    type: 'A',
    ...FOUND,
    answers: ['wild-alias.wild.static.test. 60 CNAME a.static.test.', ...A_SET],
  },
  { promise: 'the closest encloser below a wildcard ends it', name: 'x.wild-alias.wild', type: 'A', ...NXDOMAIN },
  { promise: 'an empty non-terminal exists', name: 'ent', type: 'A', ...NODATA },
  { promise: 'so does one between', name: 'er.ent', type: 'TXT', ...NODATA },
  { promise: 'a name beside an empty non-terminal does not', name: 'other.ent', type: 'A', ...NXDOMAIN },
  { promise: 'a name without the type has no data', name: 'a', type: 'AAAA', ...NODATA },
  { promise: 'an unknown name does not exist', name: 'nowhere', type: 'A', ...NXDOMAIN },
  { promise: 'nothing is below a name without children', name: 'x.a', type: 'A', ...NXDOMAIN },
  { promise: 'a name below a cut is referred, with glue of both kinds', name: 'www.sub', type: 'A', ...REFERRAL },
  { promise: 'the cut itself is referred', name: 'sub', type: 'A', ...REFERRAL },
  { promise: 'name servers of the cut are not ours to assert', name: 'sub', type: 'NS', ...REFERRAL },
  { promise: 'glue is not ours to assert', name: 'ns1.sub', type: 'A', ...REFERRAL },
  {
    promise: 'an alias is followed',
    name: 'alias',
    type: 'A',
    ...FOUND,
    answers: ['alias.static.test. 300 CNAME a.static.test.', ...A_SET],
  },
  {
    promise: 'a chain of aliases is followed to its end',
    name: 'chain1',
    type: 'A',
    ...FOUND,
    answers: [
      'chain1.static.test. 300 CNAME chain2.static.test.',
      'chain2.static.test. 300 CNAME chain3.static.test.',
      'chain3.static.test. 300 CNAME alias.static.test.',
      'alias.static.test. 300 CNAME a.static.test.',
      ...A_SET,
    ],
  },
  {
    promise: 'an alias to a name without the type has no data',
    name: 'alias',
    type: 'AAAA',
    ...NODATA,
    answers: ['alias.static.test. 300 CNAME a.static.test.'],
  },
  {
    promise: 'an alias to no name says so',
    name: 'dangling',
    type: 'A',
    ...NXDOMAIN,
    answers: ['dangling.static.test. 300 CNAME nowhere.static.test.'],
  },
  {
    promise: 'an alias out of the zone ends there',
    name: 'outside',
    type: 'A',
    ...FOUND,
    answers: ['outside.static.test. 300 CNAME www.example.net.'],
  },
  {
    promise: 'a DNAME redirects what is below it',
    name: 'deep.er.dname',
    type: 'A',
    ...FOUND,
    answers: [
      'dname.static.test. 300 DNAME ent.static.test.',
      'deep.er.dname.static.test. 300 CNAME deep.er.ent.static.test.',
      'deep.er.ent.static.test. 300 A 192.0.2.91',
    ],
  },
  {
    promise: 'a DNAME to no name says so',
    name: 'x.dname',
    type: 'A',
    ...NXDOMAIN,
    answers: ['dname.static.test. 300 DNAME ent.static.test.', 'x.dname.static.test. 300 CNAME x.ent.static.test.'],
  },
  { promise: 'a DNAME does not redirect itself', name: 'dname', type: 'A', ...NODATA },
];
