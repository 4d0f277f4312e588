/** Everything that answering reads, frozen: one set is in force at a time, and a reload hands the worker the next. */

import type { ClassTable } from '../geo/class-table.ts';
import type { HealthTable } from '../health/health-table.ts';
import type { AliasTable } from '../zone/alias-table.ts';
import type { ZoneIndex } from '../zone/zone-index.ts';
import type { ZoneTable } from '../zone/zone-table.ts';

export type ServingTables = {
  readonly index: ZoneIndex;
  /** By the ordinal that the index gives; null where a zone was dropped. */
  readonly zones: readonly (ZoneTable | null)[];
  /** By steering group. */
  readonly classTables: readonly (ClassTable | null)[];
  /** Names outside that ALIASes lead to; null or absent: none is resolved here. */
  readonly aliasTargets?: AliasTable | null;
  /** The one thing that changes under the reader, a word at a time. */
  readonly health: HealthTable;
};
