/**
 * A file replaced whole: a reader sees the old content or the new, and a power cut leaves one of them. For files that an operator
 * wrote, so that mode, owner and a symlink to it stay, and what somebody else has written meanwhile is not lost.
 */

import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from '../server/state-dir.ts';
import { workFailure } from './command-failure.ts';

/** Puts `text` where `before` was read. Throws a work failure where that cannot be done; the file is then as it was. */
export function replaceFile(path: string, before: Uint8Array, text: string): void {
  // Dot files are no zones: a node that looks at the wrong moment does not see the half of it.
  let temporary: string | null = null;
  try {
    const real = realpathSync(path);
    const { mode, uid, gid } = statSync(real);
    temporary = join(dirname(real), `.${basename(real)}.${randomBytes(6).toString('hex')}.tmp`);
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(fd, text);
      fchmodSync(fd, mode & 0o7777);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    const own = statSync(temporary);
    if (own.uid !== uid || own.gid !== gid) chownSync(temporary, uid, gid);
    if (!readFileSync(real).equals(before)) throw new Error('somebody else has changed it meanwhile; try again');
    renameSync(temporary, real);
    temporary = null;
  } catch (error) {
    throw workFailure(`${path} is not changed: ${reasonOf(error)}`);
  } finally {
    if (temporary !== null) rmSync(temporary, { force: true });
  }
}
