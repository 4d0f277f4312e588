/**
 * From the store's shifts to the node's: looked for every two seconds, kept through the loss of the store and over restarts, and
 * told back to a store that has forgotten them. Built and asked by the health feed, which writes the words.
 */

import type { Clock } from '../base/clock.ts';
import { OVERRIDE_MS_MAX } from '../base/limits.ts';
import type { Override } from '../health/override.ts';
import { type HeldOverride, OverrideBook } from '../health/override-book.ts';
import type { EndpointSpec } from '../zone/zone-model.ts';
import { errorMessage } from './error-message.ts';
import type { ShiftEvent } from './feed-event.ts';
import type { Refusal, StateStore } from './state-store.ts';

export type ShiftFeedOptions = {
  readonly store: StateStore;
  readonly clock: Clock;
  /** Something began, ended or was taken back: the words are to be written anew. */
  readonly onChange: (added: readonly Override[]) => void;
  readonly onRefused: (refusal: Refusal) => void;
  readonly log: (event: ShiftEvent) => void;
};

/** What is kept over a restart. */
export type ShiftState = { readonly version: number; readonly held: readonly HeldOverride[] };

const LOOK_MS = 2_000;

/** Owner of the node's shifts. */
export class ShiftFeed {
  readonly #options: ShiftFeedOptions;
  readonly #book = new OverrideBook();
  #dueMs = 0;
  #isLooking = false;
  /** The store's shifts have been read as a whole since the start. */
  #hasRead = false;

  constructor(options: ShiftFeedOptions) {
    this.#options = options;
  }

  /** Factor of the shifts on an endpoint, or null. */
  shiftOf(spec: EndpointSpec): number | null {
    return this.#book.shiftOf(spec);
  }

  /** Ends what has expired, and looks into the store when that is due; never waits. */
  tick(): void {
    const now = this.#options.clock.monotonicMs();
    const expired = this.#book.age(now);
    this.#tell('expired', expired);
    if (expired.length > 0) this.#options.onChange([]);
    if (now < this.#dueMs || this.#isLooking || this.#options.store.state !== 'connected') return;
    this.#dueMs = now + LOOK_MS;
    void this.#look();
  }

  list(): HeldOverride[] {
    return this.#book.list(this.#options.clock.monotonicMs());
  }

  exportState(): ShiftState {
    return { version: this.#book.version, held: this.list() };
  }

  /** Takes over what was written `agoMs` ago; a clock that was set back since ends nothing early or late by more than that. */
  importState(state: ShiftState, agoMs: number): void {
    const passedMs = Math.min(Math.max(agoMs, 0), OVERRIDE_MS_MAX);
    this.#book.recall(state.held, state.version, passedMs, this.#options.clock.monotonicMs());
  }

  async #look(): Promise<void> {
    const { store, clock } = this.#options;
    this.#isLooking = true;
    try {
      // What was kept over a restart was aged by a wall clock that may have been set meanwhile: the first look asks for all.
      const read = await store.readOverrides(this.#hasRead ? this.#book.version : -1);
      this.#hasRead = true;
      if (read !== null) {
        for (const refusal of read.refused) this.#options.onRefused(refusal);
        const news = this.#book.take(read.overrides, read.version, clock.monotonicMs(), read.nowMs ?? clock.wallMs());
        this.#tell('removed', news.removed);
        this.#tell('added', news.added);
        if (news.added.length + news.removed.length > 0) this.#options.onChange(news.added);
        if (news.isBehind)
          await store.restoreOverrides(
            this.list().map(({ override }) => override),
            this.#book.version,
          );
      }
    } catch (error) {
      // Of a lost connection the state of the store tells.
      if (store.state === 'connected') this.#options.onRefused({ source: 'overrides', reason: errorMessage(error) });
    }
    this.#isLooking = false;
  }

  #tell(change: ShiftEvent['change'], overrides: readonly Override[]): void {
    for (const override of overrides) this.#options.log({ event: 'shift', change, ...override });
  }
}
