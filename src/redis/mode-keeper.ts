/**
 * The mode of this node, from what the store and the agents give to go by: the connection, whether the store has lost its memory or is
 * older than it was, how many of the known regions are heard, and what the node sees itself. Owned by the health feed, which says
 * when to look again and acts on what has changed; the rules are in `health/node-mode.ts`.
 */

import { isQuorate, type ModeState, nextMode, type SelfSight, startingMode } from '../health/node-mode.ts';
import type { SnapshotsRead, StateStore } from './state-store.ts';

/** Regions heard within ten minutes, and those with a fresh agent. */
type RegionCounts = { readonly known: number; readonly fresh: number };

/** What a look made of the mode. */
export type ModeNews = {
  readonly before: ModeState;
  readonly after: ModeState;
  /** Verdicts may come out otherwise than before. */
  readonly isVerdictsAffair: boolean;
};

/** A store in which each agent has published so many snapshots (half a minute's) is in use: no agent is still to come. */
const SNAPSHOTS_IN_USE = 3;

/** Owner of the mode. */
export class ModeKeeper {
  readonly #store: Pick<StateStore, 'state'>;
  #state: ModeState;
  #regions: RegionCounts = { known: 0, fresh: 0 };
  #epoch = 0;
  #isReset = false;
  #isComplete: boolean;

  /** `isAlone`: there are no agents but this process's own, and nobody is to be waited for. */
  constructor(store: Pick<StateStore, 'state'>, isAlone: boolean, nowMs: number) {
    this.#store = store;
    this.#isComplete = isAlone;
    this.#state = startingMode(nowMs);
  }

  get state(): ModeState {
    return this.#state;
  }

  get regions(): RegionCounts {
    return this.#regions;
  }

  /** How far the store had come when it was last read. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Every agent there is can have been heard. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Takes over how far the store had come before a restart, and the regions known then. */
  recall(epoch: number, regions: RegionCounts): void {
    this.#epoch = epoch;
    this.#regions = regions;
  }

  /** The snapshots were read; true if the store is behind what it was: emptied, or an old copy. */
  noteRead({ epoch, snapshots }: Pick<SnapshotsRead, 'epoch' | 'snapshots'>): boolean {
    const isBehind = epoch < this.#epoch;
    if (isBehind) this.#isReset = true;
    this.#epoch = epoch;
    if (snapshots.length > 0 && epoch >= SNAPSHOTS_IN_USE * snapshots.length) this.#isComplete = true;
    return isBehind;
  }

  /** Looks again, at `nowMs` (monotonic). */
  follow(regions: RegionCounts, sight: SelfSight, nowMs: number): ModeNews {
    const before = this.#state;
    const knownBefore = this.#regions.known;
    this.#regions = regions;
    const { known, fresh } = regions;
    if (isQuorate(fresh, known)) this.#isReset = false;
    const { state } = this.#store;
    const connection = state === 'closed' ? ('lost' as const) : state;
    const heard = { isComplete: this.#isComplete, knownRegions: known, freshRegions: fresh };
    const after = nextMode(before, { connection, reset: this.#isReset, sight, ...heard }, nowMs);
    this.#state = after;
    return { before, after, isVerdictsAffair: after.mode !== before.mode || known !== knownBefore };
  }
}
