/**
 * A DNS node's word in the store: that it lives, its mode, and which checks are down there; every few seconds, and with the
 * next look at the clock when something has changed. Built and driven by the health feed.
 */

import type { NodeStatus } from '../health/node-status.ts';
import { errorMessage } from './error-message.ts';
import type { Refusal, StateStore } from './state-store.ts';

/** What a node says of itself beyond what the feed knows. */
export type NodeFacts = Pick<NodeStatus, 'node' | 'boot' | 'version' | 'listen' | 'zones'>;

/** What the feed knows. */
export type FeedFacts = Omit<NodeStatus, keyof NodeFacts | 'uptimeMs' | 'seq'>;

export type NodeHeartbeatOptions = {
  readonly store: StateStore;
  /** Asked at every publication. */
  readonly facts: () => NodeFacts;
  readonly status: () => FeedFacts;
  readonly startMs: number;
  readonly onRefused: (refusal: Refusal) => void;
};

/** How often a node publishes its status. */
const STATUS_PERIOD_MS = 5_000;

/** Owner of the one publication under way. */
export class NodeHeartbeat {
  readonly #options: NodeHeartbeatOptions;
  #dueMs = 0;
  #seq = 0;
  #isPublishing = false;

  constructor(options: NodeHeartbeatOptions) {
    this.#options = options;
  }

  /** Something changed: whoever reads the store should not see the old for another period. */
  hurry(): void {
    this.#dueMs = 0;
  }

  /** Publishes when that is due; never waits, and one at a time: a store that hangs must not gather them. */
  tick(nowMs: number): void {
    if (nowMs >= this.#dueMs && !this.#isPublishing && this.#options.store.state === 'connected')
      void this.#publish(nowMs);
  }

  async #publish(nowMs: number): Promise<void> {
    const { store, facts, status, startMs, onRefused } = this.#options;
    this.#isPublishing = true;
    this.#dueMs = nowMs + STATUS_PERIOD_MS;
    const own = { uptimeMs: nowMs - startMs, seq: ++this.#seq };
    await store.publishNode({ ...facts(), ...own, ...status() }).catch((error: unknown) => {
      if (store.state === 'connected') onRefused({ source: 'node status', reason: errorMessage(error) });
    });
    this.#isPublishing = false;
  }
}
