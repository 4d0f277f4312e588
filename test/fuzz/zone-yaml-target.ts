/** Zone files in octoDNS YAML. Input: the text; it may include a record, and itself. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYamlZone } from '../../src/zone/yaml-reader.ts';
import { withOtherWords } from '../tools/other-words.ts';
import { yamlTree } from '../tools/yaml-tree.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { chance, pick } from './mutate-octets.ts';
import { mutateText, textOf } from './mutate-text.ts';
import { countLines, judgeZone } from './zone-oracle.ts';

const ROOT = join(import.meta.dirname, '../..');
const VECTORS = process.env.MERIDIAN_VECTORS ?? '../shared/vectors';
const PATTERNS = [join(ROOT, 'zones/*.yaml'), join(ROOT, 'test/vectors/zones/*.yaml'), join(VECTORS, '*/*.yaml')];
const FIXTURES = join(VECTORS, 'octodns/fixtures');

const STEERED = `---
'': [{type: NS, values: [ns1.fuzz.test., ns2.fuzz.test.]}, {type: SOA, value: {mname: ns1.fuzz.test., rname: h.fuzz.test.}}]
www: &www
  type: A
  ttl: 30
  values: [192.0.2.1, 192.0.2.2]
  octodns: {healthcheck: {protocol: HTTPS, port: 443, path: /health, host: www.fuzz.test}}
  meridian:
    steering: {method: nearest, answers: 2, all_down: fallback}
    pools: {eu: {region: eu-west, share: 0.5, capacity: {soft: 100, hard: 200}}}
  dynamic:
    pools:
      eu: {fallback: us, values: [{value: 192.0.2.10, weight: 3, status: up}, {value: 192.0.2.11, status: obey}]}
      us: {values: [{value: 192.0.2.20}]}
    rules:
    - {geos: [EU, NA-US-CA], pool: eu}
    - {subnets: [10.0.0.0/8, '2001:db8::/32'], pool: us}
    - {pool: us}
again: *www
inc: !include part.yaml
txt: {type: TXT, values: ["a\\\\; b", 'long']}
svc: {type: HTTPS, value: {svcpriority: 1, targetname: ., svcparams: {alpn: [h2, h3], ipv4hint: [192.0.2.1], port: 443}}, octodns: {meridian: {follow: [hints]}}}
loc: {type: LOC, value: {lat_degrees: 31, lat_minutes: 58, lat_seconds: 52.1, lat_direction: S, long_degrees: 115, long_minutes: 49, long_seconds: 11.7, long_direction: E, altitude: 20, size: 10, precision_horz: 10, precision_vert: 2}}
`;

const PART = { path: 'part.yaml', text: '{type: A, value: 192.0.2.5}' };

const WORDS = [
  ...['type: ', 'ttl: ', 'value: ', 'values: ', 'dynamic: ', 'pools: ', 'rules: ', 'geos: ', 'subnets: ', 'pool: '],
  ...[
    'fallback: ',
    'weight: ',
    'status: ',
    'meridian: ',
    'octodns: ',
    'healthcheck: ',
    'method: ',
    'answers: ',
    'follow: ',
  ],
  ...['A', 'AAAA', 'CNAME', 'DNAME', 'NS', 'MX', 'TXT', 'SRV', 'CAA', 'NAPTR', 'SSHFP', 'TLSA', 'URI', 'LOC', 'ALIAS'],
  ...['DS', 'SVCB', 'HTTPS', 'OPENPGPKEY', 'PTR', 'SPF', 'SOA', 'URLFWD', 'NONE', 'EU', 'NA-US-CA', 'AF', 'XX'],
  ...['0', '-1', '1', '15', '16', '101', '2147483648', '1e309', '.inf', '.nan', '0x10', '0o17', '1_000', '12:30:45'],
  ...['true', 'no', '~', 'null', '""', "''", '192.0.2.300', '::1', '::ffff:1.2.3.4', '0.0.0.0/0', '10.0.0.0/33'],
  ...[
    '&a ',
    '*a',
    '*www',
    '<<: *www',
    '!include self.yaml',
    '!include ../../x',
    '!!python/object:os.system ',
    '!!set ',
  ],
  ...['__proto__: ', 'constructor: ', 'toString: ', '? ', ': ', '- ', '| ', '> ', '{', '}', '[', ']', ',', '#', '---'],
  ...[
    '*',
    '*.a',
    'a.*',
    '@',
    '.',
    '..',
    'a..b',
    '_x._y',
    'ü',
    '例え',
    'xn--a',
    'xn--',
    '\\046',
    '\\; ',
    '\ufeff',
    '\0',
    '\u2028',
  ],
  ...['a'.repeat(64), 'a.'.repeat(130), '- '.repeat(200), '['.repeat(200), '{a: '.repeat(100), 'x'.repeat(5_000)],
];

/** The YAML reader and all behind it. */
export const ZONE_YAML_TARGET: FuzzTarget = {
  name: 'zone-yaml',
  open: () => {
    const paths = globSync(existsSync(FIXTURES) ? [...PATTERNS, join(FIXTURES, '**/*.yaml')] : PATTERNS).sort();
    const texts = [STEERED, STEERED, ...paths.map((path) => readFileSync(path, 'utf8'))].filter(
      (text) => text.length < 20_000,
    );
    return {
      generate: (random) => {
        const text = pick(random, texts);
        if (chance(random, 2)) return mutateText(random, text, 8, WORDS, texts);
        const few = textOf(mutateText(random, text, 2, WORDS, texts));
        return new TextEncoder().encode(withOtherWords(few, (below) => random.nextBelow(below)));
      },
      check: (input) => {
        const text = textOf(input);
        const include = (target: string) =>
          target === 'self.yaml' ? { path: target, text } : target === 'part.yaml' ? PART : 'no such file';
        const inPieces = yamlTree(text, include, 1);
        const whole = yamlTree(text, include, Number.POSITIVE_INFINITY);
        // How deep is too deep for the stack differs by a frame or two.
        const isTooDeep = [inPieces, whole].some((tree) => tree.includes('nested too deeply'));
        if (inPieces !== whole && !isTooDeep) return 'read otherwise in pieces than whole';
        const { model, faults } = readYamlZone({
          origin: 'fuzz.test.',
          files: [{ path: 'fuzz.test.yaml', text }],
          include,
          serial: 1,
          soaDefaults: {},
          subZones: ['sub'],
          escapedSemicolons: true,
        });
        const lines = countLines(text);
        return judgeZone(
          model,
          faults,
          new Map([
            ['fuzz.test.yaml', lines],
            ['self.yaml', lines],
            ['part.yaml', 1],
          ]),
        );
      },
    };
  },
};
