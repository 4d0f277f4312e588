/**
 * Where agents and DNS nodes meet: one interface, kept by the in-process store (embedded mode, tests) and by Redis; one
 * suite of tests runs on both (`test/conformance/state-store.test.ts`).
 *
 * An agent publishes its whole snapshot every {@link SNAPSHOT_PERIOD_MS}, at its start and whenever the connection comes
 * back, and between them the changes, at the latest after the `intervalMs` of its header (with no reports: the
 * heartbeat). One publication at a time, `seq` rising by one with every attempt, whether it succeeds or not: nodes notice
 * the missing number and fetch the next snapshot. A publication that failed is not repeated, since that snapshot holds
 * everything. So a lost message costs latency, never correctness, and the cost is constant.
 *
 * Whatever comes out has been validated; what could not be is in `refused`, named and counted, and changed nothing.
 */

import type { LoadPush } from '../health/load-push.ts';
import type { NodeStatus } from '../health/node-status.ts';
import type { Override } from '../health/override.ts';
import type { AgentChanges, AgentSnapshot } from '../health/report.ts';

/** How often an agent publishes its whole snapshot. */
export const SNAPSHOT_PERIOD_MS = 10_000;
/** How long a snapshot stays without its agent; a vanished one is never a down, only no longer listed. */
export const SNAPSHOT_EXPIRY_MS = 120_000;
/** The heartbeat an agent should announce as `intervalMs`: with it a dead agent's votes leave after 15 s. */
export const AGENT_BEAT_MS = 5_000;

/** `lost`: no use to try now, the store is trying by itself. `closed`: by us, for good. */
export type StoreState = 'connecting' | 'connected' | 'lost' | 'closed';

/** A record that was not believed. */
export type Refusal = {
  /** Where it stood: a key, or the id of a stream entry. */
  readonly source: string;
  readonly reason: string;
};

export type SnapshotsRead = {
  readonly snapshots: readonly AgentSnapshot[];
  readonly refused: readonly Refusal[];
  /**
   * Rises with every snapshot published, as long as the store keeps its content: 0 when there is none. Lower than before
   * means that the store was emptied or restored from an old copy.
   */
  readonly epoch: number;
};

export type OverridesRead = {
  readonly overrides: readonly Override[];
  readonly refused: readonly Refusal[];
  /** Rises with every change. Lower than before means that the store was emptied or restored from an old copy. */
  readonly version: number;
  /** What the clock that dates shifts says, milliseconds since the Unix epoch; null: the store has none of its own. */
  readonly nowMs: number | null;
};

export type NodesRead = { readonly nodes: readonly NodeStatus[]; readonly refused: readonly Refusal[] };

/** One delivery of the stream of changes, in the order of publication. */
export type ChangesBatch = {
  readonly changes: readonly AgentChanges[];
  /** Loads that were pushed to some node, as old as they were when they came here; nothing of them is kept elsewhere. */
  readonly loads: readonly LoadPush[];
  readonly refused: readonly Refusal[];
  /**
   * Entries may have been missed before this batch (connection lost, stream trimmed or broken): read the snapshots. Its changes
   * are then the past, up to now: of the snapshots at least what they do not hold, perhaps what they do.
   */
  readonly gap: boolean;
};

/** An operation that did not reach the store, or was refused by it; nothing has changed on our side. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** What an agent needs. Publishing rejects with {@link StoreError}, never hangs, and queues nothing while the store is lost. */
export interface AgentStore {
  /** Replaces the agent's snapshot, and is its heartbeat as well; states in it that were not told yet are told at once. */
  publishSnapshot(snapshot: AgentSnapshot): Promise<void>;
  publishChanges(changes: AgentChanges): Promise<void>;
  /** What the store's own clock says by its last word, milliseconds since the Unix epoch; null before any. Not there: it has none. */
  clockMs?(): number | null;
  /**
   * Delivers changes, one's own too, until the returned function is called. The first batch, and the first after each loss, is
   * a `gap`. To the store's first listener it brings what has been published since the agents' last snapshots, so that the two
   * together lack nothing, unless an agent's snapshot is older than two of its periods. Never throws.
   */
  subscribe(listener: (batch: ChangesBatch) => void): () => void;
  readonly state: StoreState;
  /** Why the store is not connected, in words for the operator, without secrets; null when it is. */
  readonly trouble: string | null;
  /** Calls `listener` at every change of state until the returned function is called. */
  onState(listener: (state: StoreState) => void): () => void;
  close(): Promise<void>;
}

/** What a DNS node needs besides. */
export interface StateStore extends AgentStore {
  /** Every agent's last snapshot; rejects with {@link StoreError}. */
  readSnapshots(): Promise<SnapshotsRead>;
  /** Tells all nodes, this one too, of loads that were pushed here: at most LOADS_PUSHED_MAX. Rejects with {@link StoreError}. */
  publishLoads(loads: readonly LoadPush[]): Promise<void>;
  publishNode(status: NodeStatus): Promise<void>;
  /** Every node that published within {@link NODE_EXPIRY_MS}; rejects with {@link StoreError}. */
  readNodes(): Promise<NodesRead>;
  /** The operators' shifts; null while the store is at version `known`. All four reject with {@link StoreError}. */
  readOverrides(known: number): Promise<OverridesRead | null>;
  /** Adds a shift, or replaces the one with its id; gives it as it is kept: dated by the store's clock, where it has one. */
  putOverride(override: Override): Promise<Override>;
  /** Takes a shift back; false when there is none of that id. */
  removeOverride(id: string): Promise<boolean>;
  /**
   * Tells a store that has forgotten them: nothing happens when it is at `version` or beyond. What it has besides stays, and its
   * version is then beyond `version`, so that everybody reads the sum.
   */
  restoreOverrides(overrides: readonly Override[], version: number): Promise<void>;
}

/** How long a DNS node is listed after its last word. */
export const NODE_EXPIRY_MS = 60_000;
