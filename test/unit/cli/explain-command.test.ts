import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { runExplain } from '../../../src/cli/explain-command.ts';
import type { ResolvedSettings, SettingSource } from '../../../src/cli/resolve-settings.ts';
import type { SettingKey, Settings } from '../../../src/cli/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-explain-'));
const zones = join(folder, 'zones');
const geo = join(folder, 'geo-data');
mkdirSync(zones);
mkdirSync(geo);
writeFileSync(
  join(geo, 'networks.yaml'),
  '100.64.0.0/16: {country: DE, latitude: 52, longitude: 13}\n100.65.0.0/16: {country: US, latitude: 39, longitude: -77}\n',
);
writeFileSync(
  join(zones, 'a.example.yaml'),
  `'': {type: NS, values: [ns1.example.net.]}
www:
  type: A
  values: [192.0.2.9]
  dynamic:
    pools:
      eu: {values: [{value: 192.0.2.1}]}
      us: {values: [{value: 192.0.2.2}]}
    rules:
    - {geos: [EU], pool: eu}
    - {pool: us}
`,
);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

async function explain(
  settings: Settings,
  name: string | undefined = 'www.a.example',
  type?: string,
  exitCode = 0,
): Promise<Record<string, unknown>> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  const all: Settings = { zones, 'geo-data': geo, 'state-dir': join(folder, 'none'), json: true, ...settings };
  const sources = new Map(Object.keys(all).map((key): [SettingKey, SettingSource] => [key as SettingKey, 'flag']));
  const resolved: ResolvedSettings = { settings: all, sources };
  expect(await runExplain(resolved, name, type)).toBe(exitCode);
  vi.restoreAllMocks();
  return JSON.parse(text) as Record<string, unknown>;
}

describe('explain', () => {
  it('answers by the files alone as a node would, health not known', async () => {
    const german = await explain({ client: '100.64.1.1' });
    expect(german).toMatchObject({
      name: 'www.a.example.',
      clientLocation: { country: 'DE', origin: 'networks' },
      trace: { steps: [{ rule: 1, outcome: 'pool eu', chosen: ['192.0.2.1'] }] },
      answer: { rcode: 'NOERROR', answer: [{ type: 'A', data: '192.0.2.1' }] },
      notes: [expect.stringContaining('health is not known')],
    });
  });

  it('takes the client subnet before the source address', async () => {
    const { trace } = await explain({ client: '100.64.1.1', ecs: '100.65.7.0/24' });
    expect(trace).toMatchObject({ steps: [{ chosen: [expect.stringMatching(/192\.0\.2\.[12]/)] }] });
  });

  it('replays what it wrote, octet for octet, and says when the files are others', async () => {
    const trace = join(folder, 'trace.json');
    writeFileSync(trace, JSON.stringify(await explain({ client: '100.65.1.1' })));
    expect(await explain({ replay: trace })).toMatchObject({
      trace: { steps: [{ chosen: ['192.0.2.2'] }] },
      replay: { isSame: true, differences: [] },
    });
    const others = join(folder, 'other-zones');
    mkdirSync(others, { recursive: true });
    const zone = readFileSync(join(zones, 'a.example.yaml'), 'utf8').replace('192.0.2.2', '192.0.2.3');
    writeFileSync(join(others, 'a.example.yaml'), zone);
    expect(await explain({ replay: trace, zones: others }, undefined, undefined, 1)).toMatchObject({
      replay: {
        isSame: false,
        differences: ['www.a.example. A: pool us (192.0.2.2 1) then, us (192.0.2.3 1) now'],
      },
    });
  });

  it('refuses to replay what is no trace', async () => {
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{"name": 1}');
    await expect(explain({ replay: broken })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('not an explanation'),
    });
    writeFileSync(broken, 'name: www');
    await expect(explain({ replay: broken })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('not JSON'),
    });
    await expect(explain({ replay: join(folder, 'no') })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('no such file'),
    });
  });

  it('refuses a question without a client', async () => {
    await expect(explain({})).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('--client') });
    await expect(explain({ client: '192.0.2.1' }, 'a..b')).rejects.toMatchObject({ exitCode: 2 });
    await expect(explain({ client: '192.0.2.1' }, 'a', 'NONSENSE')).rejects.toMatchObject({ exitCode: 2 });
  });

  it('asks the node that is named on the command line, and reads no file then', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const trace = { seed: 1, steps: [] };
      response.end(
        JSON.stringify({
          name: 'www.a.example.',
          type: 'AAAA',
          client: '192.0.2.1',
          ecs: null,
          clientLocation: null,
          ecsLocation: null,
          trace,
          endpoints: [],
          answer: '',
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const admin = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
    expect(await explain({ client: '192.0.2.1', admin, zones: '/nonexistent' }, 'www.a.example', 'AAAA')).toMatchObject(
      { answer: null },
    );
    expect(asked).toEqual(['/api/v1/explain?name=www.a.example.&type=AAAA&client=192.0.2.1']);
    server.closeAllConnections();
    server.close();
  });
});
