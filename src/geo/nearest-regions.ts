/**
 * Which two agent regions are nearest a client, for endpoints on which regions disagree (03-health, "Regional view"): a steering group
 * like others, whose pools are the agent regions by their numbers and whose rows are unordered pairs of them. So it is compiled,
 * sent and looked up as every class table is, and its scopes are those of the pairs.
 */

import { WALK_WORDS, WalkWord } from '../zone/zone-image.ts';
import type { ClassSpec } from '../zone/zone-model.ts';
import { type ClassTable, preferenceAt } from './class-table.ts';

/** The id of the group; no record's. */
export const NEAREST_GROUP = 0;

/** Clients whose place nobody knows; the pairs come behind. */
const CLASS_NOWHERE = 0;
const FIRST_PAIR = 1;
const PAIR = 2;
/** With fewer regions two of them are the world, or all of it. */
const REGIONS_MIN = 3;
/** Both nearest are equals, so that their order makes no two classes of one. */
const ALL_EQUAL = { ratio: 1e6, marginMs: 1e9 } as const;

/** A region with agents and its number (`AgentLedger.regionNumbers`). */
export type NumberedRegion = { readonly region: string; readonly number: number };

/** The group over `regions`, all of which have a place; null: too few to differ from the world. */
export function nearestRegionsSpec(regions: readonly NumberedRegion[]): ClassSpec | null {
  if (regions.length < REGIONS_MIN) return null;
  const byNumber = regions.toSorted((a, b) => a.number - b.number);
  const candidates = byNumber.map(({ region, number }) => ({ pool: number, region, bias: 0, checks: [] }));
  const preference = {
    base: FIRST_PAIR,
    method: 'nearest' as const,
    candidates,
    nearTie: ALL_EQUAL,
    fences: [],
    walks: [],
    depth: PAIR,
  };
  return { targets: [], otherwise: CLASS_NOWHERE, preference };
}

/** The numbers of the two regions of a class of the group's `table`, a bit each; 0: its clients are nowhere. */
export function nearestPairOf(table: ClassTable, classId: number): number {
  if (classId < FIRST_PAIR) return 0;
  const at = preferenceAt(table, classId - FIRST_PAIR);
  const { preferences } = table;
  if (preferences[at + WalkWord.COUNT]! < PAIR) return 0;
  return (1 << preferences[at + WALK_WORDS]!) | (1 << preferences[at + WALK_WORDS + 1]!);
}
