import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dataDirectories, hostName, serveOptions } from '../../../src/cli/serve-settings.ts';
import { isHealthName } from '../../../src/health/report.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-serve-'));
const zones = join(folder, 'zones');
mkdirSync(zones);
afterAll(() => rmSync(folder, { recursive: true }));

it('without a word a node is embedded and listens on loopback', () => {
  const options = serveOptions({ zones });
  expect(options).toMatchObject({
    listen: [{ address: '127.0.0.1', port: 5300 }],
    redis: null,
    serverId: null,
    serverVersion: null,
    explainFrom: [],
    cookieSecretFile: null,
    rateLimit: { mode: 'off', perSecond: 200, slip: 2, exempt: [] },
    embeddedAgent: true,
    transport: 'auto',
    stateDir: '.meridian',
  });
  expect(options.workers).toBeGreaterThan(0);
});

it('a server shows of itself what it is told to', () => {
  const shown = (id: string, version: string) => {
    const options = serveOptions({ zones, 'server-id': id, 'server-version': version });
    return [options.serverId, options.serverVersion];
  };
  expect(shown('fra 1', '9.1')).toEqual(['fra 1', '9.1']);
  expect(shown('off', 'off')).toEqual([null, null]);
  expect(shown('hostname', 'off')).toEqual([hostName(), null]);
});

it('with Redis the agents are others', () => {
  expect(serveOptions({ zones, redis: 'redis://127.0.0.1:6379' }).embeddedAgent).toBe(false);
});

it('a directory that was asked for must be there', () => {
  expect(() => dataDirectories({ zones: join(folder, 'none') })).toThrow(/no zones directory at .*--zones DIR/);
  expect(() => dataDirectories({ zones, 'geo-data': join(folder, 'none') })).toThrow(/no geo data directory/);
});

it('what the configuration says of every zone is carried on, and octoDNS’s meaning without a word', () => {
  expect(serveOptions({ zones }).zoneDefaults).toMatchObject({ soa: {}, escapedSemicolons: true });
  const told = serveOptions({ zones, 'soa-mname': 'ns1.', 'soa-minimum': 5, 'escaped-semicolons': false }).zoneDefaults;
  expect(told).toMatchObject({ soa: { mname: 'ns1.', minimum: 5 }, escapedSemicolons: false });
});

it('names made from the host are fit for Redis', () => {
  expect(isHealthName(hostName())).toBe(true);
  expect(isHealthName(serveOptions({ zones }).nodeName)).toBe(true);
});
