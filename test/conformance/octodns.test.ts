/**
 * octoDNS's own answers about zone YAML, recorded by running it: every case is accepted or rejected as recorded, each recorded reason
 * is told once at its record in octoDNS's words, and what is accepted means the same.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/base/fault.ts';
import { formatIpPrefix } from '../../src/base/ip-prefix.ts';
import { typeCode } from '../../src/wire/codes.ts';
import { nameFromText, nameLength, nameToText } from '../../src/wire/name.ts';
import { rdataFromText } from '../../src/wire/rdata.ts';
import { isRdataFault } from '../../src/wire/rdata-token.ts';
import { listGeoCodes } from '../../src/zone/geo-codes.ts';
import { readYamlZone } from '../../src/zone/yaml-reader.ts';
import type { DynamicModel, ZoneModel } from '../../src/zone/zone-model.ts';

type Recorded = {
  name: string;
  type: string;
  ttl: number;
  values: unknown[];
  rdata: string[] | null;
  dynamic?: {
    pools: Record<string, { fallback: string | null; values: { value: string; weight: number; status: string }[] }>;
    rules: { pool: string; geos?: string[]; subnets?: (string | number)[] }[];
  };
  octodns?: { healthcheck?: { host?: string | null; path?: string; port?: number | string; protocol?: string } };
};
type Case = {
  id: string;
  zone: string;
  yaml: string;
  includes?: Record<string, string>;
  sub_zones?: string[];
  escaped_semicolons?: boolean;
  accept: boolean;
  reasons: string[];
  warnings?: string[];
  kind?: 'record' | 'zone' | 'yaml';
  at?: { name: string; type: string | null; file: string; line: number };
  records?: Recorded[];
  crash?: boolean;
  defect?: boolean;
};

const VECTORS = join(process.env.MERIDIAN_VECTORS ?? '../shared/vectors', 'octodns');
const isThere = existsSync(join(VECTORS, 'zones.json'));
const read = (file: string): string => readFileSync(join(VECTORS, file), 'utf8');
const cases: Case[] = isThere ? JSON.parse(read('zones.json')).cases : [];
const fixtures: (Case & { file: string })[] = isThere ? JSON.parse(read('fixtures/expected.json')).fixtures : [];

function load(entry: Case): { model: ZoneModel | null; faults: Fault[] } {
  const path = `${entry.zone}yaml`;
  return readYamlZone({
    origin: entry.zone,
    files: [{ path, text: entry.yaml }],
    include: (target, from) => {
      const at = normalize(join(dirname(from), target));
      const text = entry.includes?.[at];
      return text === undefined ? `cannot read ${at}` : { path: at, text };
    },
    serial: 1,
    soaDefaults: {},
    subZones: entry.sub_zones ?? [],
    escapedSemicolons: entry.escaped_semicolons ?? true,
    // The vectors were recorded with octoDNS's default_ttl of 3600 for every record.
    defaultTtl: { records: 3_600, dynamic: 3_600 },
  });
}

const errorsOf = (faults: readonly Fault[]): Fault[] => faults.filter((fault) => fault.severity === 'error');

/** octoDNS shows names in their own letters and cuts nothing; the rest of its sentences is ours too. */
function checkRejected(entry: Case, faults: readonly Fault[]): void {
  const errors = errorsOf(faults);
  expect(errors.length, 'an error').toBeGreaterThan(0);
  if (entry.kind === 'yaml') {
    // A broken node inside a sound file is told at the node; the file is the zone's or an included one.
    expect(errors.every((fault) => fault.line > 0)).toBe(true);
    return;
  }
  const { at } = entry;
  if (entry.kind === 'zone' && at === undefined) {
    expect(errors.map((fault) => fault.message).sort()).toEqual([...entry.reasons].sort());
    return;
  }
  const atRecord = errors.filter(
    (fault) => fault.record === at!.name && (typeof at!.type === 'object' || fault.type === at!.type),
  );
  if (entry.crash) {
    expect(atRecord.length).toBeGreaterThan(0);
  } else {
    expect(atRecord.map((fault) => fault.message).sort()).toEqual([...entry.reasons].sort());
  }
  for (const fault of atRecord) {
    expect(fault.file).toBe(at!.file);
    expect(fault.line).toBeGreaterThanOrEqual(at!.line);
  }
}

function staticTexts(model: ZoneModel): Set<string> {
  const { records } = model;
  const texts = new Set<string>();
  for (let row = 0; row < records.count; row++) {
    const owner = nameToText(
      records.bytes.subarray(
        records.owners[row]!,
        records.owners[row]! + nameLength(records.bytes, records.owners[row]!),
      ),
    );
    const rdata = records.bytes.subarray(records.rdatas[row]!, records.rdatas[row]! + records.rdataLengths[row]!);
    texts.add(`${owner} ${records.ttls[row]} ${records.types[row]} ${Buffer.from(rdata).toString('hex')}`);
  }
  return texts;
}

/** The records of a case as the model should hold them, and how many of their values may be missing from it. */
function expectedTexts(entry: Case, faults: readonly Fault[]): { texts: string[]; unserved: Set<string> } {
  const texts: string[] = [];
  const unserved = new Set<string>();
  for (const record of entry.records ?? []) {
    if (record.dynamic !== undefined && record.type !== 'DNAME') continue;
    const told = faults.some(
      (fault) => fault.record?.toLowerCase() === record.name && /unserved|empty|dname-at-root/.test(fault.code),
    );
    const name = record.name === '' ? entry.zone : `${record.name === '@' ? '\\@' : record.name}.${entry.zone}`;
    const owner = nameToText(nameFromText(name) as Uint8Array);
    const ttl = Math.min(Math.max(record.ttl, 0), 2_147_483_647);
    for (const text of record.rdata ?? []) {
      const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) => ({
        text: match[1] ?? match[2]!,
        quoted: match[1] !== undefined,
      }));
      const rdata =
        typeCode(record.type) < 0
          ? { message: 'no type', token: 0 }
          : rdataFromText(typeCode(record.type), words, null);
      const key = isRdataFault(rdata)
        ? `${record.name} ${record.type} ${text}`
        : `${owner} ${ttl} ${typeCode(record.type)} ${Buffer.from(rdata).toString('hex')}`;
      texts.push(key);
      if (told || record.type === 'ALIAS') unserved.add(key);
    }
  }
  return { texts, unserved };
}

function checkDynamic(recorded: Recorded, model: DynamicModel): void {
  expect(model.ttlSeconds).toBe(recorded.ttl);
  const canonical = (text: string) => (recorded.type === 'CNAME' && !text.endsWith('.') ? `${text}.` : text);
  const isServed = (value: string) => !(recorded.type === 'CNAME' && /^[\d.]+$/.test(value));
  expect([...model.values].sort()).toEqual((recorded.values as string[]).filter(isServed).map(canonical).sort());
  const pools = Object.fromEntries(
    model.pools.map((pool) => [
      pool.name,
      {
        fallback: pool.fallback < 0 ? null : model.pools[pool.fallback]!.name,
        values: pool.endpoints
          .map(({ value, weight, status }) => ({ value, weight, status }))
          .sort((a, b) => (a.value < b.value ? -1 : 1)),
      },
    ]),
  );
  const wanted = Object.fromEntries(
    Object.entries(recorded.dynamic!.pools).map(([name, pool]) => [
      name,
      {
        fallback: pool.fallback,
        values: pool.values
          .filter(({ value }) => isServed(value))
          .map(({ value, weight, status }) => ({ value: canonical(value), weight: Math.trunc(Number(weight)), status }))
          .sort((a, b) => (a.value < b.value ? -1 : 1)),
      },
    ]),
  );
  expect(pools).toEqual(wanted);
  expect(model.rules.map((rule) => model.pools[rule.pool]!.name)).toEqual(
    recorded.dynamic!.rules.map((rule) => rule.pool),
  );
  for (const [i, rule] of recorded.dynamic!.rules.entries()) {
    const geos = model.rules[i]!.geos.map((geo) =>
      [geo.continent, geo.country, geo.province].filter((part) => part !== null).join('-'),
    );
    expect(geos.sort()).toEqual([...(rule.geos ?? [])].sort());
    expect(model.rules[i]!.subnets.length).toBe(rule.subnets?.length ?? 0);
    for (const subnet of rule.subnets ?? []) {
      if (typeof subnet !== 'string' || !/\/\d+$/.test(subnet)) continue;
      expect(model.rules[i]!.subnets.map(formatIpPrefix)).toContain(subnet);
    }
  }
}

function checkAccepted(entry: Case, model: ZoneModel | null, faults: readonly Fault[]): void {
  expect(errorsOf(faults)).toEqual([]);
  const zone = model!;
  const texts = staticTexts(zone);
  const { texts: wanted, unserved } = expectedTexts(entry, faults);
  for (const text of wanted) if (!unserved.has(text)) expect(texts).toContain(text);
  for (const text of texts) expect(wanted).toContain(text);
  const steered = (entry.records ?? []).filter((record) => record.dynamic !== undefined && record.type !== 'DNAME');
  expect(zone.dynamics.length).toBe(steered.length);
  for (const record of steered) {
    const owner = nameToText(
      nameFromText(record.name === '' ? entry.zone : `${record.name}.${entry.zone}`) as Uint8Array,
    );
    const dynamic = zone.dynamics.find(
      (candidate) => nameToText(candidate.owner) === owner && candidate.type === record.type,
    );
    expect(dynamic, record.name).toBeDefined();
    checkDynamic(record, dynamic!);
  }
  for (const warning of entry.warnings ?? []) {
    expect(faults.filter((fault) => fault.severity === 'warning').map((fault) => fault.message)).toContain(warning);
  }
}

function check(entry: Case): void {
  const { model, faults } = load(entry);
  if (entry.accept || entry.defect) {
    if (entry.accept) checkAccepted(entry, model, faults);
    else expect(errorsOf(faults)).toEqual([]);
  } else {
    expect(model).toBeNull();
    checkRejected(entry, faults);
  }
}

describe.skipIf(!isThere)(`octoDNS ${isThere ? '' : '(vectors are not here: set MERIDIAN_VECTORS) '}cases`, () => {
  it.each(cases.map((entry) => [entry.id, entry] as const))('%s', (_id, entry) => {
    check(entry);
  });

  it.each(fixtures.map((entry) => [entry.file, entry] as const))('fixture %s', (file, entry) => {
    check({ ...entry, yaml: read(`fixtures/${file}`) });
  });

  it('knows the places that octoDNS knows', () => {
    const geo: Record<string, { countries: Record<string, { provinces?: Record<string, unknown> }> }> = JSON.parse(
      read('geo.json'),
    );
    const theirs = Object.entries(geo).flatMap(([continent, { countries }]) => [
      continent,
      ...Object.entries(countries).flatMap(([country, { provinces = {} }]) => [
        `${continent}-${country}`,
        ...Object.keys(provinces).map((province) => `${continent}-${country}-${province}`),
      ]),
    ]);
    expect(listGeoCodes().sort()).toEqual(theirs.sort());
  });
});
