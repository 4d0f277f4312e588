/**
 * The store inside one process: embedded mode, where `serve` runs the agent of region `local` itself, and tests. Hands
 * over the records themselves, without a text form; of changes it keeps what the snapshots do not hold yet.
 */

import { AGENTS_MAX, NODES_MAX, OVERRIDES_MAX } from '../base/limits.ts';
import type { LoadPush } from '../health/load-push.ts';
import type { NodeStatus } from '../health/node-status.ts';
import type { Override } from '../health/override.ts';
import type { AgentChanges, AgentSnapshot } from '../health/report.ts';
import {
  type ChangesBatch,
  type NodesRead,
  type OverridesRead,
  type SnapshotsRead,
  type StateStore,
  StoreError,
  type StoreState,
} from './state-store.ts';
import { ToldStates } from './told-states.ts';

const NOTHING: ChangesBatch = { changes: [], loads: [], refused: [], gap: false };
const GAP: ChangesBatch = { ...NOTHING, gap: true };
/** Changes kept for listeners to come: more than one agent publishes between two snapshots. */
const CHANGES_KEPT = 2_000;

/** A {@link StateStore} that lives as long as its process. */
export class MemoryStore implements StateStore {
  #state: StoreState = 'connected';
  #epoch = 0;
  /** Since their agents' last snapshots. */
  #changes: AgentChanges[] = [];
  readonly #snapshots = new Map<string, AgentSnapshot>();
  readonly #nodes = new Map<string, NodeStatus>();
  readonly #overrides = new Map<string, Override>();
  #overridesVersion = 0;
  readonly #told = new ToldStates();
  readonly #stateListeners = new Set<(state: StoreState) => void>();
  readonly #changesListeners = new Set<(batch: ChangesBatch) => void>();

  get state(): StoreState {
    return this.#state;
  }

  get trouble(): string | null {
    return this.#state === 'connected' ? null : `the store is ${this.#state}`;
  }

  async publishSnapshot(snapshot: AgentSnapshot): Promise<void> {
    this.#requireOpen();
    if (!this.#snapshots.has(snapshot.agent) && this.#snapshots.size >= AGENTS_MAX)
      throw new StoreError(`more agents than AGENTS_MAX (${AGENTS_MAX})`);
    this.#snapshots.set(snapshot.agent, snapshot);
    this.#epoch++;
    this.#changes = this.#changes.filter(({ agent }) => agent !== snapshot.agent);
    const reports = this.#told.newsIn(snapshot);
    this.#told.noteSnapshot(snapshot);
    this.#deliver({ ...NOTHING, changes: [{ ...snapshot, reports }] });
  }

  async publishChanges(changes: AgentChanges): Promise<void> {
    this.#requireOpen();
    this.#told.noteChanges(changes);
    this.#changes.push(changes);
    if (this.#changes.length > CHANGES_KEPT) this.#changes.shift();
    this.#deliver({ ...NOTHING, changes: [changes] });
  }

  async publishLoads(loads: readonly LoadPush[]): Promise<void> {
    this.#requireOpen();
    this.#deliver({ ...NOTHING, loads });
  }

  async readSnapshots(): Promise<SnapshotsRead> {
    this.#requireOpen();
    return { snapshots: [...this.#snapshots.values()], refused: [], epoch: this.#epoch };
  }

  async publishNode(status: NodeStatus): Promise<void> {
    this.#requireOpen();
    if (!this.#nodes.has(status.node) && this.#nodes.size >= NODES_MAX)
      throw new StoreError(`more nodes than NODES_MAX (${NODES_MAX})`);
    this.#nodes.set(status.node, status);
  }

  async readNodes(): Promise<NodesRead> {
    this.#requireOpen();
    return { nodes: [...this.#nodes.values()], refused: [] };
  }

  subscribe(listener: (batch: ChangesBatch) => void): () => void {
    this.#changesListeners.add(listener);
    const past = { ...GAP, changes: [...this.#changes] };
    queueMicrotask(() => {
      if (this.#changesListeners.has(listener) && this.#state === 'connected') listener(past);
    });
    return () => this.#changesListeners.delete(listener);
  }

  onState(listener: (state: StoreState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#setState('closed');
  }

  /** Acts out the loss of the connection, or its return; for tests and simulation. */
  setConnected(connected: boolean): void {
    this.#setState(connected ? 'connected' : 'lost');
  }

  /** Acts out a store that lost its content. */
  clear(): void {
    this.#snapshots.clear();
    this.#changes = [];
    this.#nodes.clear();
    this.#epoch = 0;
    this.#overrides.clear();
    this.#overridesVersion = 0;
  }

  async readOverrides(known: number): Promise<OverridesRead | null> {
    this.#requireOpen();
    if (known === this.#overridesVersion) return null;
    return { overrides: [...this.#overrides.values()], refused: [], version: this.#overridesVersion, nowMs: null };
  }

  async putOverride(override: Override): Promise<Override> {
    this.#requireOpen();
    if (!this.#overrides.has(override.id) && this.#overrides.size >= OVERRIDES_MAX)
      throw new StoreError(`more shifts than OVERRIDES_MAX (${OVERRIDES_MAX})`);
    this.#overrides.set(override.id, override);
    this.#overridesVersion++;
    return override;
  }

  async removeOverride(id: string): Promise<boolean> {
    this.#requireOpen();
    if (!this.#overrides.delete(id)) return false;
    this.#overridesVersion++;
    return true;
  }

  async restoreOverrides(overrides: readonly Override[], version: number): Promise<void> {
    this.#requireOpen();
    if (version <= this.#overridesVersion) return;
    for (const override of overrides) this.#overrides.set(override.id, override);
    this.#overridesVersion = version + 1;
  }

  #deliver(batch: ChangesBatch): void {
    for (const listener of this.#changesListeners) listener(batch);
  }

  #requireOpen(): void {
    if (this.#state !== 'connected') throw new StoreError(`the store is ${this.#state}`);
  }

  #setState(state: StoreState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
    if (state === 'connected') this.#deliver(GAP);
  }
}
