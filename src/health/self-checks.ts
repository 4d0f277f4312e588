/**
 * The node's own eyes, for when nobody else's word comes through: what the health feed needs of them. Made of the probe's checks
 * by the server; the feed opens them in mode SELF and closes them when it believes the agents again.
 */

import type { SelfSight } from './node-mode.ts';
import type { CheckState } from './observation.ts';

export interface SelfChecks {
  /** Begins to check; `onChange` is told of checks that say something else. */
  open(onChange: (ids: readonly string[]) => void): void;
  close(): void;
  readonly sight: SelfSight;
  stateOf(id: string): CheckState;
}
