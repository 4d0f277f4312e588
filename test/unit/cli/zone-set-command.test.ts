import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runZoneSet } from '../../../src/cli/zone-set-command.ts';

const ZONE = `'': {type: NS, values: [ns1.example.net.]}
www: # the site
  type: A
  values: [192.0.2.1]
  dynamic:
    pools:
      eu: {values: [{value: 192.0.2.2, weight: 3}, {value: 192.0.2.3}]}
    rules:
    - pool: eu
`;
let folder: string;
let zones: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-set-'));
  zones = join(folder, 'zones');
  mkdirSync(zones);
  mkdirSync(join(folder, 'geo'));
  writeFileSync(join(zones, 'a.test.yaml'), ZONE);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function set(edit: string, isDry = false, name = 'WWW.a.test', value = '192.0.2.2') {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    out += String(part);
    return true;
  });
  await runZoneSet({ zones, 'geo-data': join(folder, 'geo'), json: true }, { name, pool: 'eu', value, edit }, isDry);
  return JSON.parse(out) as unknown;
}
const text = () => readFileSync(join(zones, 'a.test.yaml'), 'utf8');

it('writes the weight alone, and tells who moves', async () => {
  const view = await set('weight=1');
  expect(view).toMatchObject({
    old: 3,
    weight: 1,
    line: 7,
    written: true,
    zones: [{ shifts: [{ name: 'www.a.test.', movedShare: 0.25 }] }],
  });
  expect(text()).toBe(ZONE.replace('weight: 3', 'weight: 1'));
  expect(readdirSync(zones)).toEqual(['a.test.yaml']);
});

it('tells and writes nothing when dry', async () => {
  expect(await set('weight=9', true)).toMatchObject({ written: false, same: false });
  expect(text()).toBe(ZONE);
});

it('writes nothing that has faults, before or after', async () => {
  await expect(set('weight=101')).rejects.toThrow(/would have faults[\s\S]*invalid weight/);
  expect(text()).toBe(ZONE);
  writeFileSync(join(zones, 'a.test.yaml'), ZONE.replace('pool: eu', 'pool: us'));
  await expect(set('weight=4')).rejects.toThrow(/has faults already[\s\S]*undefined pool/);
});

it('names every zone that the included file is a part of', async () => {
  const [pools] = ZONE.match(/\{values.*/)!;
  writeFileSync(join(zones, 'pools.yaml'), `${pools}\n`);
  for (const zone of ['a', 'b', 'c.a']) {
    writeFileSync(join(zones, `${zone}.test.yaml`), ZONE.replace(pools, '!include pools.yaml'));
  }
  writeFileSync(join(zones, 'd.test.yaml'), ZONE);
  const view = (await set('weight=5')) as { zones: { zone: string }[] };
  expect(view.zones.map(({ zone }) => zone)).toEqual(['a.test.', 'b.test.', 'c.a.test.']);
  expect(readFileSync(join(zones, 'pools.yaml'), 'utf8')).toContain('weight: 5');
});

it.each([
  ['weight=x', 'www.a.test', '192.0.2.2'],
  ['weight=5', 'www.b.test', '192.0.2.2'],
  ['weight=5', 'www.a.test', '192.0.2.9'],
])('is asked wrongly by %s for %s %s', async (edit, name, value) => {
  await expect(set(edit, false, name, value)).rejects.toMatchObject({ exitCode: 2 });
});
