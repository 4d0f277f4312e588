/**
 * `$GENERATE` in our reader and in BIND, whose invention it is: the same lines, and the same records or the same refusal. Two things are
 * ours: RDATA of several words without quotes, and a plain `$` that forgets the offset of the number before it.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameFromText } from '../../src/wire/name.ts';
import { readMasterZone } from '../../src/zone/master-reader.ts';
import { findTool } from '../tools/tool-finder.ts';

const COMPILE = findTool('named-compilezone');
const ORIGIN = nameFromText('gen.test.') as Uint8Array;
const HEAD = '$TTL 300\n@ SOA ns1 host 1 3600 900 604800 60\n@ NS ns1\nns1 A 192.0.2.1\n';
const LOOSE = ['-q', '-i', 'none', '-k', 'ignore', '-n', 'ignore', '-r', 'ignore', '-m', 'ignore'];

/** What stands behind `$GENERATE`, one to a line. */
const LINES = readFileSync(join(import.meta.dirname, '../vectors/generate-lines.txt'), 'utf8')
  .trim()
  .split('\n');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-generate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The records of `text`, sorted, or `refused`. */
function recordsOf(text: string): string[] | 'refused' {
  const { model } = readMasterZone({ path: 'z', origin: ORIGIN, fallbackSerial: 1, include: () => 'none', text });
  if (model === null) return 'refused';
  const { bytes, count, owners, rdatas, rdataLengths, types, ttls } = model.records;
  return Array.from({ length: count }, (_, row) => {
    let end = owners[row]!;
    while (bytes[end]! > 0) end += 1 + bytes[end]!;
    const owner = Buffer.from(bytes.subarray(owners[row]!, end)).toString('latin1').toLowerCase();
    const rdata = Buffer.from(bytes.subarray(rdatas[row]!, rdatas[row]! + rdataLengths[row]!)).toString('hex');
    return `${JSON.stringify(owner)} ${ttls[row]} ${types[row]} ${rdata}`;
  }).sort();
}

describe.skipIf(COMPILE === null)(
  `$GENERATE as BIND runs it${COMPILE === null ? ' (skipped: no named-compilezone)' : ''}`,
  () => {
    it.each(LINES)('%s', (line) => {
      const zone = `${HEAD}$GENERATE ${line}\n`;
      const file = join(folder, 'zone');
      writeFileSync(file, zone);
      const args = [...LOOSE, '-s', 'full', '-o', '-', 'gen.test', file];
      const { status, stdout, stderr } = spawnSync(COMPILE!, args, { encoding: 'utf8', timeout: 10_000 });
      const theirs = status === 0 ? recordsOf(stdout) : 'refused';
      expect(recordsOf(zone), stderr).toEqual(theirs);
    });
  },
);
