/**
 * When the agents' snapshots are read: after every gap in the stream of changes, while some agent's snapshot is missing, and
 * every {@link SYNC_PERIOD_MS} whatever happened; never twice at once, and never more often than a loaded store can bear. Built by
 * the health feed, which takes in what was read.
 */

import type { Clock } from '../base/clock.ts';
import { errorMessage } from './error-message.ts';
import type { Refusal, SnapshotsRead, StateStore } from './state-store.ts';

export type SnapshotSyncOptions = {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly onRead: (read: SnapshotsRead) => void;
  readonly onRefused: (refusal: Refusal) => void;
};

/** Snapshots are read this often even when nothing seems to be missing (03-health). */
const SYNC_PERIOD_MS = 30_000;
/** And at most this often when something is. */
const SYNC_PAUSE_MS = 2_000;

/** Owner of the one reading under way. */
export class SnapshotSync {
  readonly #options: SnapshotSyncOptions;
  #isOpen = true;
  #isReading = false;
  #dueMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: SnapshotSyncOptions) {
    this.#options = options;
  }

  /** Something may have been missed: the next reading is due at once. */
  noteGap(): void {
    this.#dueMs = this.#options.clock.monotonicMs();
  }

  /** Begins to read when that is due, or `isLacking`, unless it was done a moment ago or is being done; never waits. */
  tick(isLacking: boolean): void {
    const now = this.#options.clock.monotonicMs();
    if (now >= this.#dueMs || isLacking) void this.#read(now);
  }

  /** What is being read is dropped, and nothing is read any more. */
  close(): void {
    this.#isOpen = false;
  }

  async #read(now: number): Promise<void> {
    const { store, onRead, onRefused } = this.#options;
    if (!this.#isOpen || this.#isReading || store.state !== 'connected' || now - this.#lastMs < SYNC_PAUSE_MS) return;
    this.#isReading = true;
    this.#lastMs = now;
    this.#dueMs = now + SYNC_PERIOD_MS;
    const read = await store.readSnapshots().catch((error: unknown) => {
      // Of a lost connection the state of the store tells.
      if (store.state === 'connected') onRefused({ source: 'snapshots', reason: errorMessage(error) });
      return null;
    });
    this.#isReading = false;
    if (read === null) this.noteGap();
    else if (this.#isOpen) onRead(read);
  }
}
