/** Zone files in master format (RFC 1035 5). Input: the text; it may include itself. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readMasterZone } from '../../src/zone/master-reader.ts';
import { wireName } from '../tools/model-zone.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { pick } from './mutate-octets.ts';
import { mutateText, textOf } from './mutate-text.ts';
import { countLines, judgeZone } from './zone-oracle.ts';

const ZONES = join(import.meta.dirname, '../../zones/*.zone');
const MANY_ZONES = join(process.env.MERIDIAN_VECTORS ?? '../shared/vectors', 'dns/zones-and-queries.json.gz');
const ZONES_TAKEN = 60;

const EVERYTHING = `$TTL 1h
$ORIGIN fuzz.test.
@ IN SOA ns1 host ( 1 ; serial
   1d 2h 4w 300 )
@ NS ns1
ns1 A 192.0.2.1
    AAAA 2001:db8::1
$GENERATE 1-20/3 host-\x24{0,3,d} A 192.0.2.$
$GENERATE 0-9 \x24{-1,2,x}.rev PTR host-$
$INCLUDE self.zone sub
*.w 300 IN TXT "a b" c ( "d"
  "e;" )
x IN 600 MX 10 mail\\.x
srv SRV 0 0 443 .
loc LOC 42 21 54.5 N 71 06 18 W -24m 30m 10m 2m
ds DS 60485 5 1 ( 2BB183AF5F22588179A53B0A
  98631FAD1A292118 )
caa CAA 0 issue "ca.example.net; k=v"
https HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 mandatory=alpn key65400=x
svcb SVCB 0 svc
naptr NAPTR 100 10 "u" "sip+E2U" "!^.*$!sip:i@fuzz.test!" .
tlsa TLSA 3 1 1 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
unk TYPE65280 \\# 4 0A000001
sshfp SSHFP 1 1 123456789abcdef67890123456789abcdef67890
uri URI 10 1 "ftp://ftp.fuzz.test/public"
sub NS ns.sub
ns.sub A 192.0.2.9
dn DNAME other.example.
`;

const WORDS = [
  ...[
    'A',
    'AAAA',
    'NS',
    'SOA',
    'MX',
    'TXT',
    'CNAME',
    'DNAME',
    'SRV',
    'PTR',
    'LOC',
    'DS',
    'HTTPS',
    'SVCB',
    'CAA',
    'RRSIG',
  ],
  ...['TYPE0', 'TYPE65535', 'TYPE99999', 'CLASS1', 'CLASS3', 'IN', 'CH', 'HS', 'ANY', '\\# 0', '\\# 4 0A00', '\\# -1 '],
  ...['$TTL ', '$ORIGIN ', '$INCLUDE self.zone ', '$GENERATE 1-3 ', '$GENERATE 0-4294967295 ', '$UNKNOWN ', '$'],
  ...[
    '\x24{0,99999,d}',
    '\x24{-1}',
    '\x24{0,3,n}',
    '$$',
    '(',
    ')',
    '"',
    ';',
    '\\',
    '\\000',
    '\\255',
    '\\256',
    '\\"',
    '\t',
    '\r',
  ],
  ...['@', '.', '*', '..', 'a..b', 'fuzz.test.', 'fuzz.test', '0', '-1', '1w2d', '99999999999', '1h1h', '65536', '256'],
  ...[
    '192.0.2.300',
    '::1',
    '1.2.3',
    '0x1',
    'a'.repeat(64),
    'a.'.repeat(130),
    '( '.repeat(40),
    '" '.repeat(40),
    'ü',
    '\0',
  ],
];

/** The master-file reader and all behind it. */
export const ZONE_MASTER_TARGET: FuzzTarget = {
  name: 'zone-master',
  open: () => {
    const own = globSync(ZONES).map((path) => readFileSync(path, 'utf8'));
    const texts = [EVERYTHING, EVERYTHING, EVERYTHING, ...own, ...foreignZones()];
    const origin = wireName('fuzz.test.');
    return {
      generate: (random) => mutateText(random, pick(random, texts), 8, WORDS, texts),
      check: (input) => {
        const text = textOf(input);
        const include = (path: string) => (path === 'self.zone' ? { path, text } : 'no such file');
        const { model, faults } = readMasterZone({ path: 'fuzz.zone', text, origin, fallbackSerial: 1, include });
        const lines = countLines(text);
        return judgeZone(
          model,
          faults,
          new Map([
            ['fuzz.zone', lines],
            ['self.zone', lines],
          ]),
        );
      },
    };
  },
};

/** Some of the zones beside the project, moved to where ours is. */
function foreignZones(): string[] {
  if (!existsSync(MANY_ZONES)) return [];
  const zones = JSON.parse(gunzipSync(readFileSync(MANY_ZONES)).toString()) as { origin: string; zone: string }[];
  return zones.slice(0, ZONES_TAKEN).map(({ origin, zone }) => zone.replaceAll(origin, 'fuzz.test.'));
}
