/**
 * From a push to every node: takes loads that somebody pushed here into use at once, tells the others through the stream of changes, and
 * takes what came from them. Nothing else keeps a pushed load: whoever pushes does so again before it is too old to count, and a node
 * that starts hears the next one. Without the store the node that was asked goes by it alone, and says so.
 *
 * The first push after a quiet moment is told at once, those that follow it travel together: a thousand endpoints that each push for
 * themselves are ten entries of the stream a second, and none of the agents' is pushed out by them. Built by the health feed.
 */

import type { Clock } from '../base/clock.ts';
import { LOADS_PUSHED_MAX } from '../base/limits.ts';
import type { Timers } from '../base/timers.ts';
import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import type { LoadPush } from '../health/load-push.ts';
import { type PushedLoad, PushedLoads, type PushFault } from '../health/pushed-loads.ts';
import { errorMessage } from './error-message.ts';
import { type StateStore, StoreError } from './state-store.ts';

export type LoadFeedOptions = {
  readonly store: Pick<StateStore, 'publishLoads'>;
  readonly registry: EndpointRegistry;
  readonly clock: Clock;
  readonly timers: Timers;
};

/** What became of a push. */
export type LoadsTaken = {
  /** Checks that took a report. */
  readonly checks: number;
  /** The other nodes have been told. */
  readonly shared: boolean;
  /** Why they have not, or null. */
  readonly trouble: string | null;
};

/** Between two tellings: late by less than a report may be imprecise, which says its time in seconds. */
const GATHER_MS = 100;

/** Owner of the loads that were pushed to this node or to another. */
export class LoadFeed {
  readonly #options: LoadFeedOptions;
  readonly #loads: PushedLoads;
  /** What the others have not been told, the newest of each endpoint: never more than there are endpoints. */
  readonly #waiting = new Map<string, LoadPush>();
  /** The telling that takes all that waits; why it failed, or null. */
  #next: Promise<string | null> | null = null;
  #toldMs = Number.NEGATIVE_INFINITY;
  #taken = 0;

  constructor(options: LoadFeedOptions) {
    this.#options = options;
    this.#loads = new PushedLoads(options.registry);
  }

  /** Reports since the start: those that came by the stream, one's own among them, and one's own that did not get there. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes loads that were pushed here, all or, with a fault, none. Never rejects for the store's trouble. */
  async push(pushes: readonly LoadPush[]): Promise<LoadsTaken | PushFault> {
    const fault = this.#loads.faultIn(pushes);
    if (fault !== null) return fault;
    const checks = this.#loads.take(pushes, this.#options.clock.monotonicMs());
    for (const push of pushes) this.#keepWaiting(push);
    this.#next ??= this.#tellWaiting();
    const trouble = await this.#next;
    if (trouble !== null) this.#taken += pushes.length;
    return { checks, shared: trouble === null, trouble };
  }

  /** Takes what the stream brought. */
  hear(pushes: readonly LoadPush[]): void {
    this.#taken += pushes.length;
    this.#loads.take(pushes, this.#options.clock.monotonicMs());
  }

  /** The newest load pushed of a check, or null. */
  newestOf(check: string): PushedLoad | null {
    return this.#loads.newestOf(check);
  }

  /** The registry has been given other endpoints. */
  zonesChanged(): void {
    this.#loads.zonesChanged();
  }

  /** The last word comes last, as it did here. */
  #keepWaiting(push: LoadPush): void {
    const key = `${push.endpoint} ${push.name ?? ''}`;
    this.#waiting.delete(key);
    this.#waiting.set(key, push);
  }

  async #tellWaiting(): Promise<string | null> {
    const { store, clock } = this.#options;
    await this.#pause(this.#toldMs + GATHER_MS - clock.monotonicMs());
    this.#toldMs = clock.monotonicMs();
    const pushes = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#next = null;
    try {
      const sent: Promise<void>[] = [];
      for (let from = 0; from < pushes.length; from += LOADS_PUSHED_MAX)
        sent.push(store.publishLoads(pushes.slice(from, from + LOADS_PUSHED_MAX)));
      await Promise.all(sent);
      return null;
    } catch (error) {
      if (error instanceof StoreError) return errorMessage(error);
      throw error;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (ms <= 0) resolve();
      else this.#options.timers.after(ms, resolve);
    });
  }
}
