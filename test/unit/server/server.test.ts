import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServeOptions } from '../../../src/server/serve-options.ts';
import { MeridianServer } from '../../../src/server/server.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { ask } from '../../tools/dns-client.ts';
import { writeMmdb } from '../../tools/mmdb-writer.ts';

const ZONE = `'': {type: NS, value: ns1.outside.test.}
www:
  type: A
  value: 127.0.0.9
  dynamic:
    pools: {main: {values: [{value: 127.0.0.1, status: up}]}}
    rules: [{pool: main}]
`;

describe('MeridianServer', () => {
  let root: string;
  const servers: MeridianServer[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-server-'));
    for (const name of ['zones', 'geo']) mkdirSync(join(root, name));
    const record = { country: { iso_code: 'DE' }, location: { latitude: 50, longitude: 10 } };
    writeFileSync(join(root, 'geo/city.mmdb'), writeMmdb({ networks: [{ prefix: '5.5.0.0/16', record }] }));
    writeFileSync(join(root, 'zones/a.test.yaml'), ZONE);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    rmSync(root, { recursive: true, force: true });
  });

  function create(fields: Partial<ServeOptions> = {}): MeridianServer {
    const options: ServeOptions = {
      zonesDir: join(root, 'zones'),
      zoneDefaults: ZONE_DEFAULTS,
      geoDataDir: join(root, 'geo'),
      listen: [{ address: '127.0.0.1', port: 0 }],
      redis: null,
      clusterName: 'test',
      nodeName: 'n1',
      workers: 1,
      transport: 'auto',
      stateDir: null,
      serverId: null,
      serverVersion: null,
      explainFrom: [],
      cookieSecretFile: null,
      rateLimit: { mode: 'off', perSecond: 1, slip: 2, exempt: [] },
      embeddedAgent: false,
      proxyFrom: [],
      tls: null,
      watchFiles: false,
      ...fields,
    };
    const server = new MeridianServer(options, pino({ level: 'silent' }));
    servers.push(server);
    return server;
  }

  it('has its workers born while it loads', async () => {
    const server = create();
    const started = server.start();
    while (server.status().workers.length === 0) await sleep(1);
    const { workers, zones } = server.status();
    expect([workers.map(({ state }) => state), zones]).toEqual([['starting', 'starting'], []]);
    expect(await started).toMatchObject({ zones: 1 });
  });

  it('answers once it has started, and says how it is', async () => {
    const server = create();
    const started = await server.start();
    expect(started).toMatchObject({ zones: 1, refused: 0, state: 'embedded' });
    const address = { dnsHost: '127.0.0.1', dnsPort: started.listen[0]!.port };
    expect((await ask(address, 'www.a.test', 'A')).answers.map((record) => record.data)).toEqual(['127.0.0.1']);
    const status = server.status();
    expect(status).toMatchObject({ node: 'n1', geo: { source: 'city.mmdb' }, counters: { queriesUdp: 1, rcode0: 1 } });
    expect(status.workers.map((worker) => worker.state)).toEqual(['ready', 'ready']);
    expect(status.endpoints[0]).toMatchObject({ value: '127.0.0.1', status: 'up', verdict: 'unknown', barred: false });
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  });

  it('explains without a socket or a worker', async () => {
    const server = create({ listen: [] });
    await server.start();
    expect(server.status()).toMatchObject({ workers: [], listen: [], transport: 'none' });
    // Nobody checks anything yet, and the node says why it holds.
    expect(server.status()).toMatchObject({ mode: 'HOLD', modeReason: 'starting' });
    const explanation = server.explain('www.a.test', 'A', '5.5.1.1', null);
    expect(explanation.clientLocation).toMatchObject({ country: 'DE' });
    expect(explanation.endpoints.map((endpoint) => endpoint.value)).toEqual(['127.0.0.1']);
  });

  it('reports what a reload refused, and goes on with what it had', async () => {
    const server = create();
    await server.start();
    writeFileSync(join(root, 'zones/a.test.yaml'), ZONE.replace('pool: main', 'pool: none'));
    expect(await server.reload()).toMatchObject({ ok: false, refused: ['a.test.'], changed: [] });
    expect(server.status().zones[0]).toMatchObject({ state: 'last-good', names: 2 });
  });

  it('starts without a single good zone, and says so', async () => {
    writeFileSync(join(root, 'zones/a.test.yaml'), 'www: {type: A, value: nonsense}\n');
    const server = create();
    const started = await server.start();
    expect(started).toMatchObject({ zones: 0, refused: 1 });
    expect(server.status().warnings[0]).toContain('every query is refused');
    const address = { dnsHost: '127.0.0.1', dnsPort: started.listen[0]!.port };
    expect((await ask(address, 'www.a.test', 'A')).rcode).toBe(5);
  });

  it('does not start without a zones directory, nor on a port that is taken, and leaves nothing running', async () => {
    await expect(create({ zonesDir: join(root, 'none') }).start()).rejects.toThrow('create it or name another');
    const first = create();
    const { listen } = await first.start();
    await expect(create({ listen }).start()).rejects.toThrow('another program does');
  });

  it('can be stopped twice', async () => {
    const server = create();
    await server.start();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
  });
});
