/**
 * Health words as they would be: of a region lost, or under a shift that nobody has made yet. Made from the words in force, or
 * from nothing known; written as the word writer would, so that decisions over them are those of a node.
 */

import type { EndpointSpec } from '../zone/zone-model.ts';
import {
  FACTOR_ONE,
  type HealthTable,
  isEligibleWord,
  isLastGoodWord,
  packHealth,
  unpackHealth,
  Verdict,
} from './health-table.ts';
import { isOverrideFor, type Override } from './override.ts';

/** Endpoints by their slot, of all records. */
export type PlannedEndpoints = readonly EndpointSpec[];

/**
 * The words when everything in `regions` is gone: what obeys its health is down; what has `status: up` is taken as drained by an
 * operator, since no check would take it out.
 */
export function wordsWithout(
  words: HealthTable,
  endpoints: PlannedEndpoints,
  regions: ReadonlySet<string>,
): HealthTable {
  const next = copyOf(words);
  for (const [slot, { region, status }] of endpoints.entries()) {
    if (region === null || !regions.has(region)) continue;
    const state = unpackHealth(next[slot]!);
    const factor = status === 'obey' ? state.factor : 0;
    next[slot] = packHealth({ ...state, verdict: Verdict.DOWN, barred: true, suspect: false, factor });
  }
  markLastGood(words, next, endpoints);
  return next;
}

/** The words under one more shift: where several are for one endpoint, the smallest factor counts. */
export function wordsShifted(words: HealthTable, endpoints: PlannedEndpoints, override: Override): HealthTable {
  const next = copyOf(words);
  if (override.isResume) return next;
  // What is not drained keeps a trace of weight.
  const factor = override.factor === 0 ? 0 : Math.max(1, Math.round(override.factor * FACTOR_ONE));
  for (const [slot, spec] of endpoints.entries()) {
    if (!isOverrideFor(override, spec)) continue;
    const state = unpackHealth(next[slot]!);
    next[slot] = packHealth({ ...state, shifted: true, factor: Math.min(state.factor, factor) });
  }
  return next;
}

/** The last good endpoints of a record are those that are healthy, or while none is, those that were before. */
function markLastGood(before: HealthTable, after: HealthTable, endpoints: PlannedEndpoints): void {
  const records = Map.groupBy(endpoints.keys(), (slot) => {
    const { zone, name, type } = endpoints[slot]!;
    return `${zone}|${name}|${type}`;
  });
  const isHealthy = (words: HealthTable, slot: number) =>
    endpoints[slot]!.status !== 'down' && isEligibleWord(words[slot]!);
  for (const slots of records.values()) {
    const isAny = (words: HealthTable) => slots.some((slot) => isHealthy(words, slot));
    const words = isAny(after) ? after : isAny(before) ? before : null;
    for (const slot of slots) {
      const lastGood = words === null ? isLastGoodWord(before[slot]!) : isHealthy(words, slot);
      after[slot] = packHealth({ ...unpackHealth(after[slot]!), lastGood });
    }
  }
}

function copyOf(words: HealthTable): HealthTable {
  const copy = new Int32Array(new SharedArrayBuffer(words.byteLength));
  copy.set(words);
  return copy;
}
