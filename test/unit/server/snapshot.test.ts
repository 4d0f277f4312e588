import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { systemClock } from '../../../src/redis/system-clock.ts';
import { BuildClient } from '../../../src/server/build-client.ts';
import type { TableDelta } from '../../../src/server/serving-state.ts';
import { Snapshot } from '../../../src/server/snapshot.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { writeMmdb } from '../../tools/mmdb-writer.ts';
import { until } from '../../tools/until.ts';

/** Steered by place; the operator's word on every endpoint. */
const zone = (address: string, geo = 'EU') => `'':
  type: NS
  value: ns1.outside.test.
www:
  type: A
  value: 127.0.0.9
  dynamic:
    pools:
      one:
        values: [{value: ${address}, status: up}]
      two:
        values: [{value: 127.0.0.2, status: up}]
    rules:
    - geos: [${geo}]
      pool: one
    - pool: two
`;

describe('Snapshot', () => {
  let root: string;
  let client: BuildClient;
  let registry: EndpointRegistry;
  let snapshot: Snapshot;
  let published: TableDelta[];
  let order: string[];
  let lines: Record<string, unknown>[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-snapshot-'));
    mkdirSync(join(root, 'zones'));
    mkdirSync(join(root, 'geo'));
    const record = { country: { iso_code: 'DE' }, location: { latitude: 50, longitude: 10 } };
    writeFileSync(
      join(root, 'geo/city.mmdb'),
      writeMmdb({ networks: [{ prefix: '5.5.0.0/16', record }], databaseType: 'Test-City' }),
    );
    published = [];
    order = [];
    lines = [];
    build(64);
  });
  afterEach(async () => {
    await client.restart();
    rmSync(root, { recursive: true, force: true });
  });

  function build(slots: number): void {
    registry = new EndpointRegistry(createHealthTable(slots));
    client = new BuildClient(
      { zonesDir: join(root, 'zones'), zoneDefaults: ZONE_DEFAULTS, geoDataDir: join(root, 'geo'), stateDir: null },
      () => {},
    );
    snapshot = new Snapshot({
      client,
      registry,
      clock: systemClock,
      log: pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) }),
      zonesDir: join(root, 'zones'),
      publish: (delta) => {
        published.push(delta);
        order.push('publish');
      },
      onEndpoints: () => order.push('endpoints'),
    });
  }
  const put = (name: string, text: string) => writeFileSync(join(root, 'zones', name), text);
  const statuses = () => snapshot.zoneStatuses().map(({ zone: name, state }) => `${name} ${state}`);

  it('puts sound zones into force and refuses the others, each by itself', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    put('b.test.yaml', 'www: {type: A, value: nonsense}\n');
    const report = await snapshot.look(true);
    expect(report).toMatchObject({ ok: false, added: ['a.test.'], refused: ['b.test.'] });
    expect(statuses()).toEqual(['a.test. serving', 'b.test. refused']);
    expect(snapshot.counts()).toEqual({ serving: 1, refused: 1 });
    put('b.test.yaml', zone('127.0.0.3'));
    expect(await snapshot.look(false)).toMatchObject({ ok: true, added: ['b.test.'], changed: [] });
  });

  it('tells health of new endpoints before a query can see them', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    await snapshot.look(true);
    expect(order[0]).toBe('endpoints');
    expect(order).toContain('publish');
  });

  it('sends only what has changed, and a newcomer everything', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    put('b.test.yaml', zone('127.0.0.3'));
    await snapshot.look(true);
    published = [];
    put('b.test.yaml', zone('127.0.0.4'));
    await snapshot.look(true);
    expect(published.map((delta) => [delta.zones.length, delta.classTables.length, delta.index])).toEqual([
      [1, 0, null],
    ]);
    expect(snapshot.allTables().zones).toHaveLength(2);
    published = [];
    await snapshot.look(true);
    expect(published).toEqual([]);
  });

  it('lets zones with equal rules share a class table, and drops one that nobody needs', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    put('b.test.yaml', zone('127.0.0.3'));
    await snapshot.look(true);
    const tables = () => snapshot.serving.classTables.filter((table) => table !== null).length;
    expect(tables()).toBe(1);
    put('b.test.yaml', zone('127.0.0.3', 'AF'));
    await snapshot.look(true);
    expect(tables()).toBe(2);
    put('b.test.yaml', zone('127.0.0.3'));
    await snapshot.look(true);
    expect(tables()).toBe(1);
  });

  it('keeps a zone whose file is gone until told to reload, and uses its place again', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    put('b.test.yaml', zone('127.0.0.3'));
    await snapshot.look(true);
    rmSync(join(root, 'zones/a.test.yaml'));
    expect(await snapshot.look(false)).toMatchObject({ ok: false, removed: [], refused: ['a.test.'] });
    expect(statuses()).toEqual(['a.test. last-good', 'b.test. serving']);
    expect(await snapshot.look(true)).toMatchObject({ ok: true, removed: ['a.test.'] });
    put('c.test.yaml', zone('127.0.0.5'));
    await snapshot.look(true);
    expect(snapshot.serving.zones).toHaveLength(2);
    expect([...registry.endpoints()].map(({ spec }) => spec.zone).sort()).toEqual(
      ['b.test.', 'b.test.', 'c.test.', 'c.test.'].sort(),
    );
  });

  it('never lets everything go, nor anything while the directory cannot be read', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    await snapshot.look(true);
    rmSync(join(root, 'zones/a.test.yaml'));
    expect(await snapshot.look(true)).toMatchObject({ ok: false, removed: [] });
    rmSync(join(root, 'zones'), { recursive: true });
    expect(await snapshot.look(true)).toMatchObject({ ok: false, removed: [] });
    expect(snapshot.counts().serving).toBe(1);
  });

  it('refuses a zone for which there are no endpoint slots, and keeps the others', async () => {
    await client.restart();
    build(3);
    put('a.test.yaml', zone('127.0.0.1'));
    put('b.test.yaml', zone('127.0.0.3'));
    const report = await snapshot.look(true);
    expect(report).toMatchObject({ added: ['a.test.'], refused: ['b.test.'] });
    expect(report.faults[0]).toMatchObject({ code: 'server-full' });
  });

  it('goes on with a new builder thread when the old one has gone', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    await snapshot.look(true);
    await client.restart();
    put('b.test.yaml', zone('127.0.0.3', 'AF'));
    expect(await snapshot.look(true)).toMatchObject({ ok: true, added: ['b.test.'], changed: [] });
    expect(snapshot.serving.classTables.filter((table) => table !== null)).toHaveLength(2);
  });

  it('logs what a reload changed, and how many clients it moved', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    await snapshot.look(true);
    put('a.test.yaml', zone('127.0.0.7'));
    await snapshot.look(true);
    await until('the share of clients', () => lines.some((line) => line.event === 'clients-moved'));
    expect(lines.find((line) => line.event === 'zone-loaded')).toMatchObject({ changed: ['www.a.test. A'] });
    // All whom the table places are in Germany, and theirs was the pool that changed.
    expect(lines.find((line) => line.event === 'clients-moved')).toMatchObject({
      record: 'www.a.test. A',
      percent: 100,
    });
  });

  it('takes looks that come while one runs for one more', async () => {
    put('a.test.yaml', zone('127.0.0.1'));
    const first = snapshot.look(true);
    const [second, third] = [snapshot.look(false), snapshot.look(false)];
    expect(second).toBe(third);
    await Promise.all([first, second]);
  });
});
