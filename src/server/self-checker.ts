/**
 * The node's own checks in mode SELF: the probe's agent with a store of its own, which nobody else hears. More patient than the
 * agents are (`fall` 3), since it is one observer alone. Built by `node-health.ts`, opened and closed by the health feed.
 */

import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { SelfSight } from '../health/node-mode.ts';
import type { CheckState } from '../health/observation.ts';
import type { AgentReport } from '../health/report.ts';
import type { SelfChecks } from '../health/self-checks.ts';
import { ProbeAgent } from '../probe/agent.ts';
import type { RunCheck } from '../probe/run-check.ts';
import { MemoryStore } from '../redis/memory-store.ts';
import type { CheckSpec } from '../zone/zone-model.ts';

export type SelfCheckerOptions = {
  readonly checks: () => ReadonlyMap<string, CheckSpec>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>;
  /** As the agent's. */
  readonly metadataTargets?: boolean;
  /** The real way if not given. */
  readonly runCheck?: RunCheck;
};

/** One observer believes itself later (03-health). */
const FALL = 3;

/** Owner of the agent while it is open. */
export class SelfChecker implements SelfChecks {
  readonly #options: SelfCheckerOptions;
  readonly #states = new Map<string, CheckState>();
  #agent: ProbeAgent | null = null;

  constructor(options: SelfCheckerOptions) {
    this.#options = options;
  }

  /** `blind` when of all checks that have ended none went well: then the fault is more likely here than everywhere. */
  get sight(): SelfSight {
    if (this.#agent === null) return 'untried';
    const { up, down, unknown, published } = this.#agent.status();
    if (published === 0) return 'untried';
    return up > 0 || down + unknown === 0 ? 'sees' : 'blind';
  }

  stateOf(id: string): CheckState {
    return this.#states.get(id) ?? 'unknown';
  }

  open(onChange: (ids: readonly string[]) => void): void {
    if (this.#agent !== null) return;
    const { clock, log, runCheck, metadataTargets = false } = this.#options;
    const store = new MemoryStore();
    const agent = new ProbeAgent({
      agentId: 'self',
      region: 'self',
      checks: this.#patientChecks(),
      store,
      clock,
      log,
      metadataTargets,
      ...(runCheck === undefined ? {} : { runCheck }),
    });
    this.#agent = agent;
    const take = (reports: readonly AgentReport[]) => {
      if (this.#agent !== agent) return;
      const news = reports.filter(({ id, state }) => this.stateOf(id) !== state);
      for (const { id, state } of news) this.#states.set(id, state);
      if (news.length > 0) onChange(news.map(({ id }) => id));
    };
    // The first snapshot is not told as changes.
    let isFirst = true;
    store.subscribe(({ changes }) => {
      take(changes.flatMap(({ reports }) => reports));
      if (!isFirst || changes.length === 0) return;
      isFirst = false;
      void store.readSnapshots().then(({ snapshots }) => take(snapshots.flatMap(({ reports }) => reports)));
    });
    agent.start();
  }

  close(): void {
    void this.#agent?.stop();
    this.#agent = null;
    this.#states.clear();
  }

  /** The registry has been given other endpoints. */
  zonesChanged(): void {
    this.#agent?.setChecks(this.#patientChecks());
  }

  /** With their ids as they are: verdicts are by id. */
  #patientChecks(): ReadonlyMap<string, CheckSpec> {
    return new Map(
      Array.from(this.#options.checks(), ([id, spec]) => [id, { ...spec, fall: Math.max(spec.fall, FALL) }]),
    );
  }
}
