import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import type { SettingSource } from '../../../src/cli/resolve-settings.ts';
import type { SettingKey, Settings } from '../../../src/cli/settings.ts';
import { runStatus } from '../../../src/cli/status-command.ts';
import { freePort } from '../../tools/free-port.ts';
import { sampleStatus } from '../admin/sample-status.ts';

const server = createServer((_request, response) => response.end(JSON.stringify(sampleStatus())));
afterEach(() => vi.restoreAllMocks());

async function status(settings: Settings, source: SettingSource): Promise<{ out: string; err: string }> {
  let out = '';
  let err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    out += String(part);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((part) => {
    err += String(part);
    return true;
  });
  const sources = new Map(Object.keys(settings).map((key): [SettingKey, SettingSource] => [key as SettingKey, source]));
  expect(await runStatus({ settings, sources })).toBe(0);
  vi.restoreAllMocks();
  return { out, err };
}

it('asks the node, also when Redis is down, unless Redis was asked for by flag', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const admin = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const redis = `redis://user:hunter2@127.0.0.1:${await freePort()}`;
  const plain = await status({ admin, json: true }, 'flag');
  expect(JSON.parse(plain.out)).toMatchObject({
    source: `http://127.0.0.1:${admin.port}`,
    nodes: [{ node: 'ns1-1', mode: 'HOLD' }],
  });

  const fallen = await status({ admin, redis, json: true }, 'environment');
  expect(JSON.parse(fallen.out)).toMatchObject({ nodes: [{ mode: 'HOLD' }] });
  expect(fallen.err).toMatch(/^meridian: cannot reach Redis at redis:\/\/\*\*\*@.*; asking the node instead\n$/);

  const sources = new Map([['redis', 'flag'] as const]);
  await expect(runStatus({ settings: { admin, redis }, sources })).rejects.toMatchObject({ exitCode: 1 });
  server.closeAllConnections();
  server.close();
});
