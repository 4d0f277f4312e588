import { describe, expect, it } from 'vitest';
import { prefixContains } from '../../../src/base/ip-prefix.ts';
import type { SteeredRRset } from '../../../src/decision/expected-shares.ts';
import { countClients, movedShare } from '../../../src/decision/moved-share.ts';
import { compileClassMap, compileClassTable } from '../../../src/geo/class-table.ts';
import { compileLocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { type DynamicSketch, modelZone, network, prefix, serve } from '../../tools/model-zone.ts';
import { findNode } from '../../tools/zone-node.ts';

/** Three countries inside one /16, and an island in the middle of them. */
const NETWORKS = [
  network('5.5.0.0/17', 'DE'),
  network('5.5.128.0/18', 'US', 'CA'),
  network('5.5.192.0/18', 'ZA'),
  network('5.5.64.0/24', 'US'),
];
const COUNTRY_OF: readonly (readonly [string, string])[] = [
  ['5.5.64.0/24', 'NA-US'],
  ['5.5.0.0/17', 'EU-DE'],
  ['5.5.128.0/18', 'NA-US'],
  ['5.5.192.0/18', 'AF-ZA'],
];
const locations = openLocationTable(compileLocationTable({ overrides: NETWORKS, databases: [] }));

type Sketch = Pick<DynamicSketch, 'pools' | 'rules'> & Partial<DynamicSketch>;

function rrset(sketch: Sketch, compile = compileClassTable): SteeredRRset {
  const { tables } = serve([modelZone('example.', [], [{ name: 'www', ...sketch }])], NETWORKS, [], compile);
  const zone = tables.zones[0]!;
  const at = zone.dataOf(zone.findRRset(findNode(zone, 'www.example.'), RRType.A));
  return { zone, at, table: tables.classTables[1] ?? null };
}

function run<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function estimate(before: Sketch, after: Sketch, compile = compileClassTable): number {
  const [old, now] = [rrset(before, compile), rrset(after, compile)];
  return run(movedShare(old, now, run(countClients(old.table, now.table, locations)), createHealthTable(64)));
}

const ADDRESSES = Array.from({ length: 65_536 }, (_, host) => {
  const address = prefix(`5.5.${host >> 8}.${host & 255}/32`);
  return { address, place: COUNTRY_OF.find(([text]) => prefixContains(prefix(text), address))![1] };
});

/** The same by the meaning of the sketch, address by address. */
function bruteForce(before: Sketch, after: Sketch): number {
  let moved = 0;
  for (const { address, place } of ADDRESSES) {
    const [p, q] = [before, after].map((sketch) => answersOf(sketch, address, place));
    const values = new Set([...p!.keys(), ...q!.keys()]);
    for (const value of values) moved += Math.abs((p!.get(value) ?? 0) - (q!.get(value) ?? 0)) / 2;
  }
  return moved / ADDRESSES.length;
}

function answersOf(sketch: Sketch, address: ReturnType<typeof prefix>, place: string): Map<string, number> {
  const bySubnet = sketch.rules.find((rule) => rule.subnets?.some((text) => prefixContains(prefix(text), address)));
  const byGeo = sketch.rules.find((rule) => rule.geos?.some((geo) => `${place}-`.startsWith(`${geo}-`)));
  const rule = bySubnet ?? byGeo ?? sketch.rules.at(-1)!;
  for (let name: string | undefined = rule.pool; name !== undefined; name = sketch.pools[name]!.fallback) {
    const lines = sketch.pools[name]!.values.map((line) => line.split(' ')).filter((line) => line[2] !== 'down');
    const total = lines.reduce((sum, [, weight = '1']) => sum + Number(weight), 0);
    if (total > 0) return new Map(lines.map(([value, weight = '1']) => [value!, Number(weight) / total]));
  }
  return new Map([['last resort', 1]]);
}

const EU = { values: ['192.0.2.1 3', '192.0.2.2'], fallback: 'us' };
const US = { values: ['192.0.2.3'] };
const BASE: Sketch = {
  pools: { eu: EU, us: US },
  rules: [{ geos: ['EU', 'AF-ZA'], pool: 'eu' }, { pool: 'us' }],
};

const CHANGES: readonly (readonly [string, Sketch])[] = [
  ['a weight', { ...BASE, pools: { eu: { ...EU, values: ['192.0.2.1 1', '192.0.2.2'] }, us: US } }],
  ['a country that moves', { ...BASE, rules: [{ geos: ['EU'], pool: 'eu' }, { pool: 'us' }] }],
  ['a subnet', { ...BASE, rules: [{ subnets: ['5.5.60.0/22', '5.5.130.7/32'], pool: 'us' }, ...BASE.rules] }],
  ['an endpoint taken out', { ...BASE, pools: { eu: { ...EU, values: ['192.0.2.1 3', '192.0.2.2 1 down'] }, us: US } }],
  ['a whole pool taken out', { ...BASE, pools: { eu: { ...EU, values: ['192.0.2.1 3 down'] }, us: US } }],
  ['rules that go', { ...BASE, rules: [{ pool: 'us' }] }],
  ['nothing', BASE],
  ['everything', { pools: { us: { values: ['192.0.2.9'] } }, rules: [{ pool: 'us' }] }],
];

describe('the share of clients that a change moves', () => {
  it.each(CHANGES)('is that of brute force: %s', (_, after) => {
    const wanted = bruteForce(BASE, after);
    expect(estimate(BASE, after)).toBeCloseTo(wanted, 9);
    expect(estimate(after, BASE)).toBeCloseTo(wanted, 9);
    expect(estimate(BASE, after, compileClassMap)).toBeCloseTo(wanted, 9);
  });

  it('knows figures that can be worked out by hand', () => {
    const moves = CHANGES.map(([, after]) => estimate(BASE, after));
    // EU and ZA are 3/4 of the addresses, less the island of 1/256; a weight of 3:1 made 1:1 moves a quarter of them.
    expect(moves[0]).toBeCloseTo((0.75 - 1 / 256) / 4, 9);
    expect(moves[6]).toBe(0);
    expect(moves[7]).toBe(1);
  });

  it('follows pools that share by weight', () => {
    const weighted = (eu: number, us: number): Sketch => ({
      pools: { eu: { values: EU.values, share: eu }, us: { values: US.values, share: us } },
      rules: [{ pool: 'us' }],
      steering: { method: 'weighted' },
    });
    expect(estimate(weighted(70, 30), weighted(50, 50))).toBeCloseTo(0.2, 9);
    expect(estimate(weighted(70, 30), weighted(0, 100))).toBeCloseTo(0.7, 9);
  });

  it('yields often while it walks the address space', () => {
    const subnets = Array.from({ length: 20_000 }, (_, i) => `5.5.${i >> 7}.${(i & 127) * 2}/32`);
    const old = rrset(BASE);
    const now = rrset({ ...BASE, rules: [{ subnets, pool: 'us' }, ...BASE.rules] });
    let turns = 0;
    for (const _ of countClients(old.table, now.table, locations)) turns++;
    expect(turns).toBeGreaterThan(1);
  });
});
