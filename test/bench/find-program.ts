/** Programs of the system: where they are, what version they call themselves. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Daemons live here, and an ordinary user's PATH does not lead there. */
const DAEMON_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The path of `name` on PATH or where daemons live; null when it is not there. */
export function findProgram(name: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, ...DAEMON_FOLDERS]) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder may have it.
    }
  }
  return null;
}

/** The path of a program that was found before. */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === null) throw new Error(`${name} is not installed`);
  return path;
}

/** The first version number in what `name` prints. */
export function programVersion(name: string, args: readonly string[]): string {
  const result = spawnSync(programPath(name), args, { encoding: 'utf8', timeout: 10_000 });
  return /\b\d+\.\d+(\.\d+)?/.exec(`${result.stdout}\n${result.stderr}`.replace(/\d+:\d+:\d+/g, ''))?.[0] ?? '?';
}

/** Null when `name` is here, else a word about it. */
export function whyProgramMissing(name: string): string | null {
  return findProgram(name) === null ? `${name} is not installed` : null;
}
