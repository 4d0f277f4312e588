import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCheck } from '../../../src/cli/check-command.ts';
import type { Settings } from '../../../src/cli/settings.ts';

const ROOT = join(import.meta.dirname, '../../..');
const NS = "'': {type: NS, values: [ns1.example.net.]}\n";
const STEERED = `${NS}www:
  type: A
  values: [192.0.2.1]
  dynamic:
    pools:
      eu:
        values: [{value: 192.0.2.2, status: up}]
    rules:
    - pool: eu
  octodns:
    meridian:
      steering:
        pools:
          eu: {region: eu-wst}
`;

let folder: string;
let zones: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-check-'));
  zones = join(folder, 'zones');
  mkdirSync(zones);
  mkdirSync(join(folder, 'geo-data'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function check(settings: Settings = {}, files: string[] = []): Promise<{ code: number; text: string }> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  const code = await runCheck({ zones, 'geo-data': join(folder, 'geo-data'), ...settings }, files);
  vi.restoreAllMocks();
  return { code, text };
}

describe('check', () => {
  it('finds nothing wrong with the sample files, however strict', async () => {
    const settings = { zones: join(ROOT, 'zones'), 'geo-data': join(ROOT, 'geo-data'), strict: true };
    expect(await check(settings)).toEqual({ code: 0, text: 'checked 4 files: no errors, no warnings\n' });
  });

  it('prints the schema that is shipped with the sample zones', async () => {
    const shipped = readFileSync(join(ROOT, 'zones/zone.schema.json'), 'utf8');
    // If not: npx meridian check --schema > zones/zone.schema.json
    expect(await check({ schema: true })).toEqual({ code: 0, text: shipped });
  });

  it('reports faults of all files at once and exits 1', async () => {
    writeFileSync(
      join(zones, 'a.example.yaml'),
      `${NS}www: {type: A, value: 300.0.2.1}\nx: {type: NONSENSE, value: 1}\n`,
    );
    writeFileSync(join(zones, 'b.example.zone'), '@ 60 IN NS ns1.example.net.\nwww 60 IN A nonsense\n');
    writeFileSync(join(folder, 'geo-data', 'regions.yaml'), 'eu: {latitude: 500}\n');
    const { code, text } = await check();
    expect(code).toBe(1);
    for (const place of ['a.example.yaml:2:', 'a.example.yaml:3:', 'b.example.zone:2:', 'regions.yaml:1:'])
      expect(text).toContain(place);
  });

  it('warns of a region that regions.yaml does not have, where there is one', async () => {
    writeFileSync(join(zones, 'a.example.yaml'), STEERED);
    expect((await check()).text).not.toContain('eu-wst');
    writeFileSync(join(folder, 'geo-data', 'regions.yaml'), 'eu-west: {name: Ireland, latitude: 53, longitude: -6}\n');
    const warned = await check();
    expect(warned.code).toBe(0);
    expect(warned.text).toMatch(
      /a\.example\.yaml:3:3: warning: www A: pool "eu" stands for region "eu-wst".*\[pool-unknown-region\]/,
    );
    expect((await check({ strict: true })).code).toBe(1);
  });

  it('checks named files each by itself, also two of one zone', async () => {
    const paths = ['one', 'two'].map((name) => {
      mkdirSync(join(folder, name));
      return join(folder, name, 'a.example.yaml');
    });
    writeFileSync(paths[0]!, NS);
    writeFileSync(paths[1]!, `${NS}www: {type: A, value: x}\n`);
    const { code, text } = await check({ json: true }, paths);
    expect(code).toBe(1);
    const report = JSON.parse(text) as { files: { path: string; zone: string; ok: boolean }[] };
    expect(report.files.map(({ path, zone, ok }) => [path, zone, ok])).toEqual([
      [paths[0], 'a.example.', true],
      [paths[1], 'a.example.', false],
    ]);
  });

  it('takes files that are missing, directories and other names for wrong usage', async () => {
    writeFileSync(join(folder, 'notes.txt'), '');
    await expect(check({}, [join(folder, 'none.yaml')])).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('no such file'),
    });
    await expect(check({}, [zones])).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('--zones'),
    });
    await expect(check({}, [join(folder, 'notes.txt')])).rejects.toMatchObject({ exitCode: 2 });
    await expect(check({ zones: join(folder, 'none') })).rejects.toMatchObject({ exitCode: 2 });
  });
});
