/**
 * Zone models and serving tables made in the test itself, without readers, files or sockets: for tests of the compiler, of
 * decisions and of answers.
 */

import { answerQuery } from '../../src/answer/answer-query.ts';
import { createCounters } from '../../src/answer/counters.ts';
import type { ServingTables } from '../../src/answer/serving-tables.ts';
import { Transaction, Transport } from '../../src/answer/transaction.ts';
import { parseIpAddress } from '../../src/base/ip-address.ts';
import { type IpPrefix, parseIpPrefix } from '../../src/base/ip-prefix.ts';
import type { DecisionTrace } from '../../src/decision/trace.ts';
import { type ClassTable, compileClassTable, openClassTable } from '../../src/geo/class-table.ts';
import type { LatencyFacts } from '../../src/geo/landmarks.ts';
import { compileLocationTable, openLocationTable } from '../../src/geo/location-table.ts';
import { nearestRegionsSpec } from '../../src/geo/nearest-regions.ts';
import type { NetworkOverride } from '../../src/geo/network-override.ts';
import { NO_LATENCY_FACTS, PoolCosts } from '../../src/geo/pool-costs.ts';
import type { Region } from '../../src/geo/region.ts';
import { EndpointRegistry } from '../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../src/health/health-table.ts';
import { typeCode } from '../../src/wire/codes.ts';
import { lowerName, nameFromText } from '../../src/wire/name.ts';
import { rdataFromText } from '../../src/wire/rdata.ts';
import { listEndpoints } from '../../src/zone/steered-record.ts';
import { compileZone } from '../../src/zone/zone-compile.ts';
import { buildZoneIndex, openZoneIndex } from '../../src/zone/zone-index.ts';
import {
  type AliasModel,
  type AllDown,
  type Capacity,
  type ClassSpec,
  DEFAULT_STEERING,
  type DynamicModel,
  type EndpointStatus,
  type GeoCode,
  type SteeringModel,
  type ZoneModel,
  ZoneRecords,
} from '../../src/zone/zone-model.ts';
import { linkZone, openZoneTable } from '../../src/zone/zone-table.ts';
import { checkSpec } from './check-spec.ts';

/** Wire form of an absolute or, with `origin`, relative name that must be good. */
export function wireName(text: string, origin: string | null = null): Uint8Array {
  const name = nameFromText(text, origin === null ? null : wireName(origin));
  if (typeof name === 'string') throw new Error(`${text}: ${name}`);
  return name;
}

/** A prefix that must be good. */
export function prefix(text: string): IpPrefix {
  const parsed = parseIpPrefix(text);
  if (typeof parsed === 'string') throw new Error(`${text}: ${parsed}`);
  return parsed;
}

export type DynamicSketch = {
  readonly name: string;
  readonly type?: DynamicModel['type'];
  readonly ttl?: number;
  readonly values?: readonly string[];
  /** Per pool: its fallback, and `value [weight [status]]` lines. */
  readonly pools: Readonly<Record<string, PoolSketch>>;
  readonly rules: ReadonlyArray<{ geos?: readonly string[]; subnets?: readonly string[]; pool: string }>;
  readonly answers?: number;
  readonly allDown?: AllDown;
  /** Everything else; candidates are all pools unless it says otherwise. */
  readonly steering?: Partial<SteeringModel>;
};

export type PoolSketch = {
  readonly fallback?: string;
  readonly values: readonly string[];
  readonly region?: string;
  readonly share?: number;
  readonly bias?: number;
  readonly capacity?: Capacity;
};

/** An RRset of the lines that follows health; it leaves out, and has no hints, unless it says otherwise. */
export type FollowSketch = {
  readonly owner: string;
  readonly type: 'SRV' | 'SVCB' | 'HTTPS';
  readonly leavesOut?: boolean;
  readonly hints?: boolean;
};

/**
 * A zone of `lines` (`owner ttl type rdata…`, owners relative or `@`), steered records from sketches. The SOA is
 * `ns1 host 1 3600 900 604800 60` with TTL 3600.
 */
export function modelZone(
  origin: string,
  lines: readonly string[],
  dynamics: readonly DynamicSketch[] = [],
  follows: readonly FollowSketch[] = [],
): ZoneModel {
  const wireOrigin = lowerName(wireName(origin));
  const records = new ZoneRecords();
  const aliases: AliasModel[] = [];
  for (const line of lines) {
    const [owner, ttl, type, ...rest] = line.split(' ');
    if (type === 'ALIAS') {
      const [target] = rest.map((text) => lowerName(wireName(text, origin)));
      aliases.push({ owner: lowerName(wireName(owner ?? '', origin)), target: target!, ttlSeconds: Number(ttl) });
      continue;
    }
    const tokens = [...rest.join(' ').matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) =>
      match[1] === undefined ? { text: match[2] ?? '', quoted: false } : { text: match[1], quoted: true },
    );
    const rdata = rdataFromText(typeCode(type ?? ''), tokens, wireOrigin);
    if (!(rdata instanceof Uint8Array)) throw new Error(`${line}: ${rdata.message}`);
    records.add(lowerName(wireName(owner ?? '', origin)), typeCode(type ?? ''), Number(ttl), rdata, 1);
  }
  const soa = {
    mname: wireName('ns1', origin),
    rname: wireName('host', origin),
    serial: 1,
    refresh: 3600,
    retry: 900,
    expire: 604800,
    minimum: 60,
    ttl: 3600,
  };
  return {
    origin: wireOrigin,
    originText: origin,
    soa,
    records,
    dynamics: dynamics.map((d) => modelDynamic(origin, d)),
    aliases,
    follows: follows.map(({ owner, type, leavesOut = true, hints = false }) => ({
      owner: lowerName(wireName(owner, origin)),
      type: typeCode(type),
      leavesOut,
      hints,
    })),
  };
}

function modelDynamic(origin: string, sketch: DynamicSketch): DynamicModel {
  const names = Object.keys(sketch.pools);
  return {
    owner: lowerName(wireName(sketch.name, origin)),
    key: sketch.name,
    type: sketch.type ?? 'A',
    ttlSeconds: sketch.ttl ?? 30,
    values: sketch.values ?? ['192.0.2.250'],
    pools: Object.entries(sketch.pools).map(([name, pool]) => ({
      name,
      fallback: pool.fallback === undefined ? -1 : names.indexOf(pool.fallback),
      region: pool.region ?? null,
      share: pool.share ?? 1,
      bias: pool.bias ?? 0,
      capacity: pool.capacity ?? null,
      endpoints: pool.values.map((line) => {
        const [value = '', weight = '1', status = 'obey'] = line.split(' ');
        return { value, weight: Number(weight), status: status as EndpointStatus, check: checkSpec({ target: value }) };
      }),
    })),
    rules: sketch.rules.map((rule, i) => ({
      subnets: (rule.subnets ?? []).map(prefix),
      geos: (rule.geos ?? []).map(geoCode),
      pool: names.indexOf(rule.pool),
      place: { file: 'test.yaml', line: 10 + i, column: 3 },
    })),
    steering: {
      ...DEFAULT_STEERING,
      candidates: names.map((_, i) => i),
      answers: sketch.answers ?? 1,
      allDown: sketch.allDown ?? 'values',
      ...sketch.steering,
    },
    place: { file: 'test.yaml', line: 1, column: 1 },
  };
}

function geoCode(text: string): GeoCode {
  const [continent = '', country = null, province = null] = text.split('-');
  return { continent, country, province };
}

/** A network placed in `country`; for `networks` of {@link serve}. */
export function network(text: string, country: string, province: string | null = null): NetworkOverride {
  return { prefix: prefix(text), country, province, latitude: null, longitude: null, region: null };
}

/** A network at a point in degrees, of no country. */
export function networkAt(text: string, latitude: number, longitude: number): NetworkOverride {
  return { prefix: prefix(text), country: null, province: null, latitude, longitude, region: null };
}

/** A region at a point in degrees. */
export function regionAt(name: string, latitude: number, longitude: number): Region {
  return { name, label: name, latitude, longitude, country: null, province: null };
}

export type Serving = {
  readonly tables: ServingTables;
  readonly registry: EndpointRegistry;
  /** The slot of the endpoint with this value, in whatever record. */
  readonly slotOf: (value: string) => number;
};

/** Tables that serve `models`, with clients placed by `networks` alone; class tables in either form, and agents in every region. */
export function serve(
  models: readonly ZoneModel[],
  networks: readonly NetworkOverride[] = [],
  regions: readonly Region[] = [],
  compile: typeof compileClassTable = compileClassTable,
  facts: LatencyFacts = NO_LATENCY_FACTS,
): Serving {
  const locations = openLocationTable(compileLocationTable({ overrides: networks, databases: [] }));
  const registry = new EndpointRegistry(createHealthTable(16_384));
  const costs = new PoolCosts(locations.classes, regions, facts);
  const nearest = nearestRegionsSpec(regions.map(({ name }, number) => ({ region: name, number })));
  const openGroup = (spec: ClassSpec) => openClassTable(compile(spec, locations, costs), locations);
  // The first place is NEAREST_GROUP.
  const classTables: (ClassTable | null)[] = [nearest === null ? null : openGroup(nearest)];
  const zones = models.map((model) => {
    const compiled = compileZone(model);
    const { image, groups } = compiled;
    const ids = groups.map((spec) => classTables.push(openGroup(spec)) - 1);
    linkZone(image, registry.claim(listEndpoints(compiled)), Int32Array.from(ids));
    return openZoneTable(image);
  });
  const tables = { index: openZoneIndex(buildZoneIndex(zones)), zones, classTables, health: registry.table };
  const slotOf = (value: string) => [...registry.endpoints()].find(({ spec }) => spec.value === value)?.slot ?? -1;
  return { tables, registry, slotOf };
}

/** Hands `query` to `answerQuery` as it would come over `transport` from `client`; null: silence. */
export class Asker {
  readonly tx: Transaction;
  readonly counters = createCounters();
  readonly #buffer = new Uint8Array(70_000);
  readonly #tables: ServingTables;

  constructor(tables: ServingTables, seed = 1) {
    this.#tables = tables;
    this.tx = new Transaction(seed);
  }

  ask(
    query: Uint8Array,
    client = '127.0.0.1',
    transport: number = Transport.UDP,
    trace: DecisionTrace | null = null,
  ): Uint8Array | null {
    const { tx } = this;
    const address = parseIpAddress(client);
    if (address === null) throw new Error(client);
    this.#buffer.set(query, 7);
    tx.bytes = this.#buffer;
    tx.start = 7;
    tx.length = query.length;
    tx.transport = transport;
    tx.clientFamily = address.family;
    tx.clientWords.set(address.words);
    tx.trace = trace;
    const length = answerQuery(tx, this.#tables, this.counters);
    return length === 0 ? null : this.#buffer.slice(7, 7 + length);
  }
}
