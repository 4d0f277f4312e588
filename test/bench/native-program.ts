/** The two C programs of this folder, compiled on the spot into the folder of a run. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';

/** Sources of this folder. */
export type NativeName = 'reflector' | 'open-loop';

/** Compiled programs by name, for the life of this process. */
const compiled = new Map<NativeName, string>();

/** The C compiler's path, or null. */
export function findCompiler(): string | null {
  return findProgram('cc') ?? findProgram('gcc');
}

/** Compiles `name` into `folder`, once; throws with what the compiler said. */
export function compileNative(name: NativeName, folder: string): string {
  const known = compiled.get(name);
  if (known !== undefined && existsSync(known)) return known;
  const compiler = findCompiler();
  if (compiler === null) throw new Error('no C compiler');
  const path = join(folder, name);
  const source = join(import.meta.dirname, `${name}.c`);
  const result = spawnSync(compiler, ['-O2', '-o', path, source], { encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) throw new Error(`${compiler} ${source}: ${result.stderr}`);
  compiled.set(name, path);
  return path;
}
