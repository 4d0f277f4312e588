/**
 * What a node keeps between runs: the compiled location table, serial numbers, verdicts. Nothing in here is needed to
 * serve; a directory that cannot be made, read or written costs a warning, never an answer. Files are replaced whole
 * (temporary name, then rename), so a reader sees the old content or the new. Used by the control and builder threads.
 */

import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { STATE_FILE_BYTES_MAX } from '../base/limits.ts';

/** Owner of the directory; `null` as path keeps nothing. */
export class StateDir {
  readonly path: string | null;
  readonly #warn: (message: string) => void;
  readonly #warned = new Set<string>();

  /** `warn` gets one line per kind of trouble, once until it has gone. */
  constructor(path: string | null, warn: (message: string) => void) {
    this.path = path;
    this.#warn = warn;
    if (path === null) return;
    try {
      mkdirSync(path, { recursive: true, mode: 0o750 });
    } catch (error) {
      this.#warnOnce(
        'make',
        `state directory ${path} cannot be made, nothing is kept between runs: ${reasonOf(error)}`,
      );
    }
  }

  /** The octets of the file `name`, or null when there is none that can be read. */
  read(name: string): Uint8Array | null {
    if (this.path === null) return null;
    const file = join(this.path, name);
    try {
      const bytes = readWhole(file);
      this.#warned.delete(`read ${name}`);
      return bytes;
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) this.#warnOnce(`read ${name}`, `${file} is not used: ${reasonOf(error)}`);
      return null;
    }
  }

  /** Replaces the file `name`; false when that failed and the old content (if any) stands. */
  write(name: string, bytes: Uint8Array): boolean {
    if (this.path === null) return false;
    const file = join(this.path, name);
    // Control and builder thread may write at the same time, two processes too while one takes over from the other.
    const temporary = `${file}.${process.pid}-${threadId}.tmp`;
    try {
      writeWhole(temporary, bytes);
      renameSync(temporary, file);
      this.#warned.delete(`write ${name}`);
      return true;
    } catch (error) {
      removeQuietly(temporary);
      this.#warnOnce(`write ${name}`, `${file} cannot be written, the next start is slower: ${reasonOf(error)}`);
      return false;
    }
  }

  #warnOnce(kind: string, message: string): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    this.#warn(message);
  }
}

/** True if `error` is a system error with this code (`ENOENT` and so on). */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** One line about any thrown value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readWhole(file: string): Uint8Array {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size > STATE_FILE_BYTES_MAX) throw new Error(`longer than STATE_FILE_BYTES_MAX (${STATE_FILE_BYTES_MAX})`);
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const count = readSync(fd, bytes, filled, size - filled, filled);
      if (count === 0) throw new Error('cut while it was read');
      filled += count;
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}

function writeWhole(file: string, bytes: Uint8Array): void {
  const fd = openSync(file, 'w', 0o640);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written);
    // Without this a power cut may leave the new name with no content, which the reader's checksum would have to catch.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // A leftover temporary file is overwritten by the next write of the same process, and harmless otherwise.
  }
}
