import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfigFile } from '../../../src/cli/config-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-config-'));
const file = join(folder, 'meridian.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

describe('the configuration file', () => {
  it('gives its settings', () => {
    writeFileSync(file, 'zones: z\n');
    expect(readConfigFile(file)).toEqual({ zones: 'z' });
  });

  it('names every fault with file, line and column, one a line', () => {
    writeFileSync(file, 'zone: z\nworkers: 0\n');
    expect(() => readConfigFile(file)).toThrow(new RegExp(`^${file}:1:1: error: .*\\n${file}:2:10: error: [^\\n]*$`));
  });

  it('says so when it is missing or no file', () => {
    expect(() => readConfigFile(join(folder, 'none'))).toThrow(/cannot read the configuration file .*: no such file/);
    expect(() => readConfigFile(folder)).toThrow(/cannot read the configuration file .*: EISDIR/);
  });

  it('is not read when it is far too large', () => {
    writeFileSync(file, '#'.repeat(300_000));
    expect(() => readConfigFile(file)).toThrow(/CONFIG_FILE_BYTES_MAX/);
  });
});
