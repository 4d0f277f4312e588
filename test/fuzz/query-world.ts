/**
 * What fuzzed queries are asked of: the zones of the test vectors, the project's own and those beside it, with steered names in
 * them; and good queries to start from. Everything in process.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLAIN_POLICY } from '../../src/answer/answer-policy.ts';
import { createLivePolicy, setCookieSecrets, setHeld } from '../../src/answer/live-policy.ts';
import type { RandomStream } from '../../src/base/random.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../src/health/health-table.ts';
import { readYamlZone } from '../../src/zone/yaml-reader.ts';
import type { ZoneModel } from '../../src/zone/zone-model.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { Asker, type DynamicSketch, modelZone, network, serve, wireName } from '../tools/model-zone.ts';
import { COMPLIANCE_PACKETS } from '../vectors/compliance-packets.ts';
import { PACKETS } from '../vectors/packets.ts';
import { chance, mutateOctets, noise, pick } from './mutate-octets.ts';
import { mutateSketch, readSketch, writeSketch } from './query-sketch.ts';

const VECTORS = process.env.MERIDIAN_VECTORS ?? '../shared/vectors';
const OWN_ZONE = join(import.meta.dirname, '../vectors/zones/static.test.yaml');
const SHARED_ZONE = join(VECTORS, 'dns/gslb.test.yaml');
const SHARED_PACKETS = join(VECTORS, 'dns/packets.json');
/** Secret, client and time of RFC 9018's first example, whose server cookie is among the queries. */
const SECRET = Buffer.from('e5e973e5a6b2a43f48e7dc849e37bfcf', 'hex');
const NOW_SECONDS = 1_559_731_985;
const CLIENTS = ['198.51.100.100', '10.1.2.3', '2001:db8:2::1', '127.0.0.1'];
const SERVER_COOKIE = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';

const POOLS = { eu: { fallback: 'us', values: ['192.0.2.1', '192.0.2.2 5'] }, us: { values: ['192.0.2.3'] } };
const POOLS6 = { eu: { fallback: 'us', values: ['2001:db8::1'] }, us: { values: ['2001:db8::3'] } };
const ALIASES = { eu: { values: ['www.steered.example.'] }, us: { values: ['elsewhere.example.net.'] } };
const RULES = [{ subnets: ['10.0.0.0/8'], pool: 'us' }, { geos: ['EU'], pool: 'eu' }, { pool: 'us' }];
const LINES = [
  '@ 300 NS ns1',
  'ns1 300 A 192.0.2.53',
  ...Array.from({ length: 30 }, (_, i) => `big 300 TXT "${'y'.repeat(90 + i)}"`),
  'alias 300 CNAME www',
  'dn 300 DNAME www',
  'long 300 DNAME a.name.that.is.long.enough.to.make.names.below.it.too.long.for.the.protocol',
  'loop 300 CNAME pool',
  'pool 300 CNAME loop',
  'sub 300 NS ns.sub',
  'ns.sub 300 AAAA 2001:db8::1',
  '*.wild 300 MX 10 mail',
  'www 300 HTTPS 1 . alpn=h3,h2 ech=AAAA',
  'www 300 HTTPS 2 www6 ipv4hint=192.0.2.1',
  'www 300 HTTPS 3 cname',
  '_s._tcp 300 SRV 1 1 53 www',
  '_s._tcp 300 SRV 1 1 53 www6',
  '_s._tcp 300 SRV 2 1 53 loop',
];
const OWN_NAMES = [
  ...['www', 'www6', 'cname', 'big', 'alias', 'a.dn', 'a.b.long', 'loop', 'x.sub', 'x.wild', 'none', '_s._tcp'].map(
    (label) => `${label}.steered.example.`,
  ),
  ...['steered.example.', '.', 'example.net.', 'version.bind.', 'id.server.', '_explain.www.steered.example.'],
];

/** A query as the fuzzer has it: how it came, from whom, what stood in the tables; then its octets. */
export type AskedQuery = { readonly transport: number; readonly client: string; readonly query: Uint8Array };

/** Octets before the query in an input of the query target: transport, tables, client. */
export const ASKED_BYTES = 3;

/** Tables, and whoever answers from them. */
export class QueryWorld {
  readonly #asker: Asker;
  readonly #health: Int32Array;
  readonly #live = createLivePolicy();
  readonly #packets: readonly Uint8Array[];
  readonly #names: readonly Uint8Array[];
  readonly #down = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

  constructor() {
    const dynamics: DynamicSketch[] = [
      { name: 'www', pools: POOLS, rules: RULES, answers: 2 },
      { name: 'www6', type: 'AAAA', values: ['2001:db8::9'], pools: POOLS6, rules: RULES },
      { name: 'cname', type: 'CNAME', values: ['www.steered.example.'], pools: ALIASES, rules: RULES },
    ];
    const steered = modelZone('steered.example.', LINES, dynamics, [
      { owner: 'www', type: 'HTTPS', hints: true },
      { owner: '_s._tcp', type: 'SRV' },
    ]);
    const shared = existsSync(SHARED_ZONE) ? [readZone('gslb.test.', SHARED_ZONE)] : [];
    const models = [steered, readZone('static.test.', OWN_ZONE), ...shared];
    const { tables } = serve(models, [network('192.0.0.0/8', 'DE'), network('2001:db8::/32', 'FR')]);
    this.#asker = new Asker(tables);
    this.#health = tables.health;
    setCookieSecrets(this.#live, [SECRET]);
    const shown = new TextEncoder().encode('x'.repeat(64));
    this.#asker.tx.policy = { ...PLAIN_POLICY, serverId: shown, version: shown, live: this.#live };
    this.#asker.tx.nowSeconds = NOW_SECONDS;
    this.#packets = [...startingQueries(), ...sharedPackets()];
    const asked = this.#packets.flatMap((bytes) => readSketch(bytes)?.questions.map(({ name }) => name) ?? []);
    this.#names = [...OWN_NAMES.map((name) => wireName(name)), ...asked];
  }

  /** The answer to `asked`, null for silence. `tables` is what it finds: bit 0 held, bits 1 to 4 endpoints that are down. */
  ask({ transport, client, query }: AskedQuery, tables: number): Uint8Array | null {
    setHeld(this.#live, (tables & 1) !== 0);
    for (let slot = 0; slot < 4; slot++) this.#health[slot] = (tables & (2 << slot)) === 0 ? UNKNOWN_WORD : this.#down;
    return this.#asker.ask(query, client, transport);
  }

  /** A query: noise, or a good one with parts of it changed. */
  generateQuery(random: RandomStream): Uint8Array {
    if (chance(random, 20)) return noise(random, random.nextBelow(chance(random, 8) ? 4_000 : 80));
    const packet = pick(random, this.#packets);
    if (chance(random, 8)) return mutateOctets(random, packet, 6, this.#packets);
    const sketch = readSketch(packet);
    if (sketch === null) return mutateOctets(random, packet, 3, this.#packets);
    mutateSketch(random, sketch, this.#names);
    const bytes = writeSketch(sketch, random);
    return (chance(random, 6) ? mutateOctets(random, bytes, 3, this.#packets) : bytes).slice(0, 65_535);
  }
}

/** Takes an input of the query target apart. */
export function readAsked(input: Uint8Array): AskedQuery & { readonly tables: number } {
  const [transport = 0, tables = 0, client = 0] = input;
  return {
    transport: transport & 3,
    tables,
    client: CLIENTS[client % CLIENTS.length]!,
    query: input.subarray(ASKED_BYTES),
  };
}

function readZone(origin: string, path: string): ZoneModel {
  const { model, faults } = readYamlZone({
    origin,
    files: [{ path, text: readFileSync(path, 'utf8') }],
    include: () => 'nothing is included here',
    serial: 1,
    soaDefaults: {},
    subZones: [],
    escapedSemicolons: true,
  });
  if (model === null) throw new Error(`${path}: ${JSON.stringify(faults.slice(0, 3))}`);
  return model;
}

function startingQueries(): Uint8Array[] {
  const id = 0x4d4d;
  return [
    buildQuery('www.steered.example.', 'A', { id, ecs: '100.1.2.0/24' }),
    buildQuery('www.steered.example.', 'HTTPS', { id, ecs: '100.1.2.0/24' }),
    buildQuery('_s._tcp.steered.example.', 'SRV', { id, edns: 1232 }),
    buildQuery('www6.steered.example.', 'AAAA', { id, ecs: '2001:db8::/56', dnssecOk: true }),
    buildQuery('cname.steered.example.', 'A', { id, edns: 1232 }),
    buildQuery('x.wild.steered.example.', 'MX', { id, edns: 1232, cookie: '0011223344556677' }),
    buildQuery('big.steered.example.', 'TXT', { id, edns: 512 }),
    buildQuery('a.dn.steered.example.', 'A', { id, edns: 4096, cookie: SERVER_COOKIE }),
    ...OWN_NAMES.map((name) => buildQuery(name, 'A', { id })),
    ...[...PACKETS, ...COMPLIANCE_PACKETS].map(({ query }) => query),
  ];
}

function sharedPackets(): Uint8Array[] {
  if (!existsSync(SHARED_PACKETS)) return [];
  const cases = JSON.parse(readFileSync(SHARED_PACKETS, 'utf8')) as { readonly hex: string }[];
  return cases.map(({ hex }) => Uint8Array.from(Buffer.from(hex, 'hex')));
}
