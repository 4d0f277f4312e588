import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Settings } from '../../../src/cli/settings.ts';
import { runZoneDiff } from '../../../src/cli/zone-diff-command.ts';

let folder: string;
const path = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-diff-'));
  for (const [name, value] of [
    ['old', 1],
    ['new', 2],
  ] as const) {
    mkdirSync(path(name));
    const text = `# ${name}\n'': {type: NS, values: [ns1.example.net.]}\nx: {type: A, value: 192.0.2.${value}}\n`;
    writeFileSync(path(`${name}/a.test.yaml`), text);
    writeFileSync(path(`${name}.yaml`), text);
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function diff(before: string, after: string, settings: Settings = {}) {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    out += String(part);
    return true;
  });
  const code = await runZoneDiff({ json: true, 'geo-data': folder, ...settings }, path(before), path(after));
  return { code, ...(JSON.parse(out) as object) };
}

it('compares directories and files, and says by its exit code whether they differ', async () => {
  const zones = [{ zone: 'a.test.', state: 'changed', changed: ['x.a.test. A'], added: [] }];
  expect(await diff('old', 'new')).toMatchObject({ code: 1, same: false, zones });
  expect(await diff('old/a.test.yaml', 'new/a.test.yaml')).toMatchObject({ code: 1, zones });
  expect(await diff('old', 'old')).toMatchObject({ code: 0, same: true });
});

it('needs to know of which zone two files are', async () => {
  await expect(diff('old.yaml', 'new.yaml')).rejects.toThrow(/--name ZONE/);
  expect(await diff('old.yaml', 'new.yaml', { name: 'a.test' })).toMatchObject({
    zones: [{ changed: ['x.a.test. A'] }],
  });
});

it('has exit code 2 for what cannot be compared', async () => {
  writeFileSync(path('new/a.test.yaml'), 'x: [');
  for (const [before, after] of [
    ['old', 'new'],
    ['old', 'old.yaml'],
    ['old', 'none'],
  ] as const) {
    await expect(diff(before, after)).rejects.toMatchObject({ exitCode: 2 });
  }
});
