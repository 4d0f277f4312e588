/**
 * Says when to look at the files again: shortly after the kernel reports a change in a watched directory, and every few
 * seconds whatever it reports (network file systems, swapped mount points, more directories than may be watched). It
 * never says what changed; the look itself compares stamps and content. Owned by the control thread.
 */

import { type FSWatcher, statSync, watch } from 'node:fs';
import { WATCH_DIRECTORIES_MAX } from '../base/limits.ts';

export type FileWatchTimes = {
  /** Quiet time after the last event: an editor's write, rename and chmod are one change, a half-written file is none. */
  readonly quietMs: number;
  /** Longest wait while events keep coming. */
  readonly waitMsMax: number;
  /** Between two looks without any event. */
  readonly pollMs: number;
};

/** A save is in force within a second: 80 ms of quiet, the rest for reading and compiling. */
const WATCH_TIMES: FileWatchTimes = { quietMs: 80, waitMsMax: 400, pollMs: 5_000 };

/** Owner of the kernel's watches and of two timers. */
export class FileWatch {
  readonly #onLook: () => void;
  readonly #times: FileWatchTimes;
  readonly #watchers = new Map<string, { watcher: FSWatcher; inode: string }>();
  readonly #poll: NodeJS.Timeout;
  #quiet: NodeJS.Timeout | null = null;
  #firstEventMs = 0;
  #closed = false;

  /** Calls `onLook` whenever the files should be looked at. Timers and watches keep no process alive. */
  constructor(onLook: () => void, times: FileWatchTimes = WATCH_TIMES) {
    this.#onLook = onLook;
    this.#times = times;
    this.#poll = setInterval(onLook, times.pollMs).unref();
  }

  /**
   * Watches exactly `directories` from now on. To be called after each look: a directory that was replaced by another of
   * the same name is watched anew, one that has come into being is watched from now on.
   */
  watch(directories: Iterable<string>): void {
    if (this.#closed) return;
    const wanted = new Set<string>();
    for (const directory of directories) {
      if (wanted.size === WATCH_DIRECTORIES_MAX) break;
      wanted.add(directory);
    }
    for (const [directory, entry] of this.#watchers) {
      if (wanted.has(directory) && inodeOf(directory) === entry.inode) continue;
      entry.watcher.close();
      this.#watchers.delete(directory);
    }
    for (const directory of wanted) if (!this.#watchers.has(directory)) this.#add(directory);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #add(directory: string): void {
    const inode = inodeOf(directory);
    if (inode === null) return;
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#onEvent());
      // The directory has gone, or the kernel has no watches left: the poll sees what this would have.
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(directory);
      });
      this.#watchers.set(directory, { watcher, inode });
    } catch {
      // As above.
    }
  }

  #onEvent(): void {
    if (this.#closed) return;
    const nowMs = performance.now();
    if (this.#quiet === null) this.#firstEventMs = nowMs;
    else clearTimeout(this.#quiet);
    const left = this.#times.waitMsMax - (nowMs - this.#firstEventMs);
    this.#quiet = setTimeout(
      () => {
        this.#quiet = null;
        this.#onLook();
      },
      Math.max(0, Math.min(this.#times.quietMs, left)),
    ).unref();
  }
}

function inodeOf(directory: string): string | null {
  try {
    const stat = statSync(directory, { bigint: true });
    return `${stat.dev}:${stat.ino}`;
  } catch {
    return null;
  }
}
