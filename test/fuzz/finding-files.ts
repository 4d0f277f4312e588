/**
 * Findings as files of `test/vectors/fuzz`: one each, with the promise that it once broke. `npm test` plays all of them again;
 * a file stays when its fault is mended.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './fuzz-target.ts';

const FOLDER = join(import.meta.dirname, '../vectors/fuzz');

/** Input as text where it is text, else hexadecimal. */
type FindingFile = { readonly target: string; readonly fault: string; readonly text?: string; readonly hex?: string };

/** All of them, by file name. */
export function readFindings(): ReadonlyMap<string, Finding> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return new Map(names.map((name) => [name, readFinding(readFileSync(join(FOLDER, name), 'utf8'))]));
}

/** Writes `finding` and returns the path. */
export function writeFinding({ target, fault, input }: Finding): string {
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const path = join(FOLDER, `${target}-${digest}.json`);
  const text = new TextDecoder().decode(input);
  const isText = Buffer.from(text).equals(input);
  const content = isText ? { text } : { hex: Buffer.from(input).toString('hex') };
  const file: FindingFile = { target, fault: fault.slice(0, 300), ...content };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
  return path;
}

function readFinding(json: string): Finding {
  const { target, fault, text, hex } = JSON.parse(json) as FindingFile;
  return { target, fault, input: Uint8Array.from(text === undefined ? Buffer.from(hex!, 'hex') : Buffer.from(text)) };
}
