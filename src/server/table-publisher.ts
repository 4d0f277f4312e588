/**
 * Puts tables into force step by step: first in the control thread's own state, then for whoever serves, with a turn of the loop between
 * two steps. Keeps what a thread that starts with nothing needs besides the zones. Owned by the snapshot.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HealthTable } from '../health/health-table.ts';
import { type Placed, ServingState, splitDelta, type TableDelta } from './serving-state.ts';

/** Owner of the class tables in force. */
export class TablePublisher {
  readonly serving: ServingState;
  /** By steering group. */
  readonly classTables: (SharedArrayBuffer | null)[] = [];
  /** The image of the location table in force. */
  locations: SharedArrayBuffer | null = null;
  /** Some class table is in the mapped form, so that all need the location table. */
  isMapped = false;
  readonly #publish: (delta: TableDelta) => void;

  /** `publish` takes each step, in order. */
  constructor(health: HealthTable, publish: (delta: TableDelta) => void) {
    this.serving = new ServingState(health);
    this.#publish = publish;
  }

  /** The location table, if class tables stand on it. */
  get mappedOver(): SharedArrayBuffer | null {
    return this.isMapped ? this.locations : null;
  }

  /** Remembers class tables, which somebody puts into force. */
  keep(tables: Iterable<Placed>): void {
    for (const [group, image] of tables) {
      while (this.classTables.length <= group) this.classTables.push(null);
      this.classTables[group] = image;
    }
  }

  /** Class tables alone. */
  async putGroups(classTables: readonly Placed[]): Promise<void> {
    this.keep(classTables);
    await this.put({ locations: this.mappedOver, classTables, zones: [], index: null });
  }

  /** Resolves when all of `delta` is in force. */
  async put(delta: TableDelta): Promise<void> {
    for (const step of splitDelta(delta)) {
      this.putAtOnce(step);
      await nextTurn();
    }
  }

  /** For what is small, and must not be seen in parts. */
  putAtOnce(delta: TableDelta): void {
    this.serving.apply(delta);
    this.#publish(delta);
  }
}
