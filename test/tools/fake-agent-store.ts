import type { AgentChanges, AgentSnapshot } from '../../src/health/report.ts';
import { type AgentStore, type ChangesBatch, StoreError, type StoreState } from '../../src/redis/state-store.ts';

/** A store that keeps what it was told and can be taken away. */
export class FakeAgentStore implements AgentStore {
  state: StoreState = 'connected';
  trouble: string | null = null;
  readonly snapshots: AgentSnapshot[] = [];
  readonly changes: AgentChanges[] = [];
  calls = 0;
  isRefusing = false;
  readonly #listeners = new Set<(state: StoreState) => void>();
  readonly #subscribers = new Set<(batch: ChangesBatch) => void>();

  async publishSnapshot(snapshot: AgentSnapshot): Promise<void> {
    this.#answer();
    this.snapshots.push(snapshot);
  }

  async publishChanges(changes: AgentChanges): Promise<void> {
    this.#answer();
    this.changes.push(changes);
  }

  subscribe(listener: (batch: ChangesBatch) => void): () => void {
    this.#subscribers.add(listener);
    return () => this.#subscribers.delete(listener);
  }

  /** Another agent has published. */
  tell(changes: Partial<AgentChanges>, gap = false): void {
    const other: AgentChanges = {
      agent: 'a2',
      region: 'us-east',
      boot: 'b',
      seq: 1,
      intervalMs: 5_000,
      reports: [],
      ...changes,
    };
    for (const listener of this.#subscribers) listener({ changes: [other], loads: [], refused: [], gap });
  }

  onState(listener: (state: StoreState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  enter(state: StoreState): void {
    this.state = state;
    for (const listener of this.#listeners) listener(state);
  }

  async close(): Promise<void> {}

  #answer(): void {
    this.calls += 1;
    if (this.isRefusing) throw new StoreError('OOM command not allowed');
  }
}
