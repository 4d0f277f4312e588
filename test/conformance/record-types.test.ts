/**
 * Every record type with a text form, through programs that are not ours: a record that NSD or BIND read and print again, and one that dig
 * prints of our answer, must be read as the octets that our own reader made of the original.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeCode, typeName } from '../../src/wire/codes.ts';
import { nameFromText } from '../../src/wire/name.ts';
import { readMasterZone } from '../../src/zone/master-reader.ts';
import { dig } from '../tools/dig.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';
import { RECORD_TEXTS } from '../vectors/record-texts.ts';

const HEAD = '$TTL 300\n@ SOA ns1 hostmaster 1 3600 900 604800 60\n@ NS ns1\nns1 A 192.0.2.1\n';
const ORIGIN = nameFromText('types.test.') as Uint8Array;
/** Types that the oldest version of each program in use (NSD 4.6, BIND 9.18) has not heard of. */
const UNHEARD_OF: Readonly<Record<string, readonly string[]>> = {
  nsd: ['TA', 'RKEY', 'NINFO', 'TALINK', 'AMTRELAY', 'DSYNC', 'RESINFO', 'WALLET', 'GPOS', 'HIP'],
  bind: ['DSYNC', 'RESINFO', 'WALLET', 'MD', 'MF'],
};

/** Types whose names in the vectors have capitals. */
const CASED_NAMES = new Set(['CNAME', 'PX']);

let folder: string;
let server: MeridianProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-types-'));
  const lines = RECORD_TEXTS.map(([type, text], i) => `r${i} ${type} ${text}\n`).join('');
  server = await startServe({ zones: { 'types.test.zone': HEAD + lines } });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  expect(await server.stop()).toMatchObject({ code: 0 });
});

/** `TYPE hex` of the records of `zone` at names that begin with r, sorted. */
function recordsOf(zone: string): string[] {
  const input = { path: 'z', origin: ORIGIN, fallbackSerial: 1, include: () => 'none' };
  const { model, faults } = readMasterZone({ ...input, text: zone });
  if (model === null) throw new Error(`${JSON.stringify(faults)}\n${zone}`);
  const { bytes, count, owners, rdatas, rdataLengths, types } = model.records;
  const rows = Array.from({ length: count }, (_, row) => row).filter((row) => bytes[owners[row]! + 1] === 0x72);
  const hexOf = (row: number) =>
    Buffer.from(bytes.subarray(rdatas[row]!, rdatas[row]! + rdataLengths[row]!)).toString('hex');
  return rows.map((row) => `${typeName(types[row]!)} ${hexOf(row)}`).sort();
}

function printedBy(program: string, args: (file: string) => string[], zone: string): string {
  const file = join(folder, 'zone');
  writeFileSync(file, zone);
  try {
    return execFileSync(findTool(program)!, args(file), {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} refuses:\n${stdout}\n${stderr}`);
  }
}

describe.each([
  ['nsd', 'nsd-checkzone', (file: string) => ['-p', 'types.test', file]],
  [
    'bind',
    'named-compilezone',
    (file: string) => [
      '-q',
      '-i',
      'none',
      '-k',
      'ignore',
      '-n',
      'ignore',
      '-r',
      'ignore',
      '-s',
      'full',
      '-o',
      '-',
      'types.test',
      file,
    ],
  ],
] as const)('as %s reads it', (name, program, args) => {
  const known = RECORD_TEXTS.filter(([type]) => !UNHEARD_OF[name]!.includes(type));

  it.skipIf(findTool(program) === null).each(known)(`(needs ${program}) %s %s`, (type, text) => {
    // NSD keeps names in lower case.
    const zone = `${HEAD}r ${type} ${CASED_NAMES.has(type) ? text.toLowerCase() : text}\n`;
    const printed = printedBy(program, args, zone).replace(/^zone types\.test.*$/gm, '');
    expect(recordsOf(printed)).toEqual(recordsOf(zone));
  });
});

describe('as dig prints our answer', () => {
  it.skipIf(findTool('dig') === null).each(RECORD_TEXTS.map((form, i) => [...form, i] as const))(
    '(needs dig) %s %s',
    async (type, text, i) => {
      const { answers } = await dig('dig', server, `r${i}.types.test.`, `TYPE${typeCode(type)}`, ['+tcp']);
      const lines = answers.map((answer) => `${answer.name} ${answer.ttl} ${answer.type} ${answer.rdata}\n`).join('');
      expect(recordsOf(HEAD + lines)).toEqual(recordsOf(`${HEAD}r ${type} ${text}\n`));
    },
  );
});
