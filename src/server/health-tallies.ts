/**
 * How often what the health feed tells has happened since the start, for metrics: the feed's own events, counted where they are logged,
 * so that log and metrics cannot say different things. Owned by `node-health.ts` (control thread).
 */

import type { FeedEvent } from '../redis/feed-event.ts';

/** Counts since the start, plain data. */
export type HealthCounts = {
  /** Verdicts on checks that changed, by what they became. */
  readonly transitions: Readonly<Record<'up' | 'down' | 'unknown', number>>;
  /** Agents that came, came back, started anew, or fell silent. */
  readonly agents: Readonly<Record<'joined' | 'back' | 'restarted' | 'stale', number>>;
  /** Changes of the node's mode. */
  readonly modes: number;
  /** How often the guard against mistaken observers began to wait. */
  readonly guards: number;
  /** How often the store was lost. */
  readonly storeLosses: number;
};

/** Owner of the counts. */
export class HealthTallies {
  readonly #transitions = { up: 0, down: 0, unknown: 0 };
  readonly #agents = { joined: 0, back: 0, restarted: 0, stale: 0 };
  #modes = 0;
  #guards = 0;
  #storeLosses = 0;

  note(event: FeedEvent): void {
    switch (event.event) {
      case 'verdict':
        this.#transitions[event.verdict]++;
        return;
      case 'verdicts':
        this.#transitions.up += event.up;
        this.#transitions.down += event.down;
        return;
      case 'agent':
        this.#agents[event.change]++;
        return;
      case 'mode':
        this.#modes++;
        return;
      case 'guard':
        if (event.state === 'begins') this.#guards++;
        return;
      case 'store':
        if (event.state === 'lost') this.#storeLosses++;
        return;
      default:
        return;
    }
  }

  /** As of now. */
  read(): HealthCounts {
    return {
      transitions: { ...this.#transitions },
      agents: { ...this.#agents },
      modes: this.#modes,
      guards: this.#guards,
      storeLosses: this.#storeLosses,
    };
  }
}
