import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runZoneFmt } from '../../../src/cli/zone-fmt-command.ts';

let zones: string;
let file: string;
beforeEach(() => {
  zones = mkdtempSync(join(tmpdir(), 'meridian-fmt-'));
  file = join(zones, 'a.test.yaml');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(zones, { recursive: true });
});

async function fmt(text: string, isCheck: boolean, files: string[] = []) {
  writeFileSync(file, text);
  const out: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((part) => out.push(String(part)) > 0);
  }
  const code = await runZoneFmt({ zones }, files, isCheck);
  return { code, out: out.join(''), text: readFileSync(file, 'utf8') };
}

it('sorts the files of the zones directory, and says which', async () => {
  const sorted = 'a: {type: A, value: 192.0.2.1}\nb: {type: A, value: 192.0.2.1}\n';
  const text = sorted.split('\n').slice(0, 2).toReversed().join('\n');
  expect(await fmt(`\ufeff${text}\n`, false)).toEqual({ code: 0, out: `${file}: sorted\n`, text: `\ufeff${sorted}` });
  expect(await fmt(sorted, true)).toEqual({ code: 0, out: '', text: sorted });
});

it('writes nothing with --check and fails', async () => {
  expect(await fmt('b: 1\na: 1\n', true, [file])).toEqual({
    code: 1,
    out: `${file}: not in order\n`,
    text: 'b: 1\na: 1\n',
  });
});

it('leaves what does not parse alone, and says where', async () => {
  const { code, out, text } = await fmt('b: [\na: 1\n', false);
  expect([code, text]).toEqual([1, 'b: [\na: 1\n']);
  expect(out).toMatch(/a\.test\.yaml:\d+:\d+: error: .*\[yaml-syntax\]\n/);
});

it('is asked wrongly for a directory, a master file and nothing', async () => {
  for (const path of [zones, join(zones, 'none.yaml')]) {
    await expect(fmt('a: 1\n', false, [path])).rejects.toMatchObject({ exitCode: 2 });
  }
});
