/**
 * The other agents, as far as they have been heard lately: with them an agent shares the interval of each check.
 *
 * Owned by {@link ProbeAgent}.
 */

import { AGENTS_MAX } from '../base/limits.ts';

/** Names of agents and when they were last heard, by the own monotonic clock. */
export class PeerAgents {
  readonly #silenceMsMax: number;
  readonly #heardMs = new Map<string, number>();
  #known = '';

  /** An agent not heard for `silenceMsMax` is no longer one of us. */
  constructor(silenceMsMax: number) {
    this.#silenceMsMax = silenceMsMax;
  }

  /** `agent` was heard at `nowMs`; beyond AGENTS_MAX new ones are passed over. */
  hear(agent: string, nowMs: number): void {
    if (this.#heardMs.has(agent) || this.#heardMs.size < AGENTS_MAX) this.#heardMs.set(agent, nowMs);
  }

  /** Those heard lately as of `nowMs`, if they are others than at the last call; else null. */
  changed(nowMs: number): readonly string[] | null {
    for (const [agent, heardMs] of this.#heardMs) {
      if (nowMs - heardMs > this.#silenceMsMax) this.#heardMs.delete(agent);
    }
    const names = [...this.#heardMs.keys()].sort();
    const known = names.join('\n');
    if (known === this.#known) return null;
    this.#known = known;
    return names;
  }
}
