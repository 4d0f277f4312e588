/**
 * What a decision gives in the mean: for a class of clients, the exact share that each source of answers has, over all seeds and
 * client keys. `decide` with every draw replaced by its probabilities: the same tables, walks, admissions and effective weights.
 *
 *   sources of a record with n pools:  admission x n + pool (4 n of them), then its own values, then no answer
 *
 * The world's verdict is everybody's here: what the regions near a client think (`regional-view.ts`) is left out, since it is news of the
 * moment, and these are plans.
 *
 * Affinity and chance have the same expectation: weighted rendezvous over random keys is a draw by weight. Not on the query's
 * way: asked by the log of a reload and by what-if.
 */

import { type ClassTable, preferenceAt } from '../geo/class-table.ts';
import { FACTOR_ONE, type HealthTable } from '../health/health-table.ts';
import {
  AllDownCode,
  DYN_WORDS,
  DynWord,
  ENDPOINT_WORDS,
  EndpointWord,
  PoolWord,
  STEERED_WORDS,
  SteeredWord,
  TRICKLE_BITS,
  WALK_WORDS,
  WalkEnd,
  WalkWord,
} from '../zone/zone-image.ts';
import type { ZoneTable } from '../zone/zone-table.ts';
import { Admission, effectiveWeight } from './endpoint-weight.ts';
import { offers, poolAt } from './walk-pools.ts';

/** A steered RRset: its `SteeredWord`s stand at word `at` of `zone`; `table` is that of its group, null without one. */
export type SteeredRRset = { readonly zone: ZoneTable; readonly at: number; readonly table: ClassTable | null };

/** Shares of sources, which sum to 1; equal ones of one survey are one object. */
export type Expectation = {
  readonly id: number;
  readonly sources: readonly number[];
  readonly shares: readonly number[];
};

/** Shares of answers (as numbered by their RDATA) within one source, which sum to 1. */
export type AnswerShares = { readonly answers: readonly number[]; readonly shares: readonly number[] };

/** Numbers of RDATA; surveys that are to be compared have theirs from the same one. */
export type AnswerNumbers = Map<string, number>;

/** One record in one state of health, with what has been worked out about it. */
export type Survey = {
  readonly rrset: SteeredRRset;
  readonly health: HealthTable;
  readonly poolCount: number;
  readonly numbers: AnswerNumbers;
  readonly byClass: Map<number, Expectation>;
  readonly byContent: Map<string, Expectation>;
  readonly bySource: Map<number, AnswerShares>;
  /** By admission and pool: 1 it offers something, 0 it does not, -1 not yet asked. */
  readonly offering: Int8Array;
};

/** Stands for the class of clients whom nothing divides: the record's own word says which it is. */
export const EVERYBODY = -1;

const ADMISSIONS = 4;
/** The RDATA of an answer without records. */
const NO_RECORD = '';

type Draft = Map<number, number>;
/** A walk and where it stands. */
type Walk = { readonly words: Int32Array; readonly at: number };

/** The record under the words of `health`. */
export function surveyRRset(rrset: SteeredRRset, health: HealthTable, numbers: AnswerNumbers = new Map()): Survey {
  const poolCount = rrset.zone.words[blockOf(rrset) + DynWord.POOL_COUNT]!;
  const offering = new Int8Array(ADMISSIONS * poolCount).fill(-1);
  const caches = { byClass: new Map(), byContent: new Map(), bySource: new Map() };
  return { rrset, health, poolCount, numbers, ...caches, offering };
}

/** The pool that a source is, or -1 for the record's own values and for no answer. */
export function poolOfSource({ poolCount }: Survey, source: number): number {
  return source < ADMISSIONS * poolCount ? source % poolCount : -1;
}

/** True for the source that is the record's own values. */
export function isValuesSource({ poolCount }: Survey, source: number): boolean {
  return source === ADMISSIONS * poolCount;
}

/** What clients of a class are answered in the mean. */
export function expectationOf(survey: Survey, classId: number): Expectation {
  const known = survey.byClass.get(classId);
  if (known !== undefined) return known;
  const draft: Draft = new Map();
  fill(draft, survey, walkOfClass(survey.rrset, classId));
  const content = JSON.stringify([...draft]);
  const expectation = survey.byContent.get(content) ?? {
    id: survey.byContent.size,
    sources: [...draft.keys()],
    shares: [...draft.values()],
  };
  survey.byContent.set(content, expectation);
  survey.byClass.set(classId, expectation);
  return expectation;
}

/** What stands first in an answer from `source`, in the mean (for rotations with several records to an answer: of all of them). */
export function answersOf(survey: Survey, source: number): AnswerShares {
  const known = survey.bySource.get(source);
  if (known !== undefined) return known;
  const shares = new Map<number, number>();
  const { zone } = survey.rrset;
  const block = blockOf(survey.rrset);
  const { words } = zone;
  const pool = poolOfSource(survey, source);
  if (pool >= 0) {
    const at = poolAt(zone, block, pool);
    const admission = Math.floor(source / survey.poolCount);
    addEndpoints(shares, survey, words[at + PoolWord.ENDPOINTS_AT]!, words[at + PoolWord.ENDPOINT_COUNT]!, admission);
  } else if (isValuesSource(survey, source)) {
    const count = words[block + DynWord.VALUE_COUNT]!;
    addEndpoints(shares, survey, words[block + DynWord.VALUES_AT]!, count, Admission.HEALTHY);
  } else shares.set(numberOf(survey.numbers, NO_RECORD), 1);
  const answers = { answers: [...shares.keys()], shares: [...shares.values()] };
  survey.bySource.set(source, answers);
  return answers;
}

/** Word offset of the dynamic block. */
function blockOf({ zone, at }: SteeredRRset): number {
  return zone.words[at + SteeredWord.BLOCK]!;
}

function walkOfClass(rrset: SteeredRRset, classId: number): Walk {
  const { table } = rrset;
  const { words } = rrset.zone;
  const block = blockOf(rrset);
  const own = classId === EVERYBODY ? words[block + DynWord.OTHERWISE]! : classId;
  const row = own - words[block + DynWord.CLASS_COUNT]!;
  if (row < 0 || table === null) return { words, at: words[block + DYN_WORDS + own]! };
  return { words: table.preferences, at: preferenceAt(table, row) };
}

/** As `decide`: who exercises the fallback, the walk, and what is done when all is down. */
function fill(draft: Draft, survey: Survey, walk: Walk): void {
  const { zone } = survey.rrset;
  const block = blockOf(survey.rrset);
  const trickle = zone.words[block + DynWord.TRICKLE]! / 2 ** TRICKLE_BITS;
  const behind = Math.max(1, walk.words[walk.at + WalkWord.TIES]!);
  const count = walk.words[walk.at + WalkWord.COUNT]!;
  let rest = 1;
  if (trickle > 0 && behind < count) {
    const pool = walk.words[walk.at + WALK_WORDS + behind]!;
    if (isOffering(survey, pool, Admission.HEALTHY)) {
      add(draft, survey, pool, Admission.HEALTHY, trickle);
      rest -= trickle;
    }
  }
  if (!addWalks(draft, survey, walk, Admission.HEALTHY, rest)) addAllDown(draft, survey, walk, rest);
}

/** The client's walk and the one that follows it; false: neither has anything to offer. */
function addWalks(draft: Draft, survey: Survey, walk: Walk, admission: number, share: number): boolean {
  if (addWalk(draft, survey, walk, admission, share)) return true;
  const next = walk.words[walk.at + WalkWord.NEXT]!;
  if (next < 0) return false;
  return addWalk(draft, survey, walkOfRule(survey.rrset, next), admission, share);
}

function walkOfRule(rrset: SteeredRRset, rule: number): Walk {
  const { words } = rrset.zone;
  return { words, at: words[blockOf(rrset) + DYN_WORDS + rule]! };
}

/**
 * Of the equals at the head each by its share of those that offer something (what a draw among all, and another among those
 * that offer when the first is passed over, comes to); else the first pool that does.
 */
function addWalk(draft: Draft, survey: Survey, { words, at }: Walk, admission: number, share: number): boolean {
  const { zone } = survey.rrset;
  const block = blockOf(survey.rrset);
  const from = at + WALK_WORDS;
  const ties = words[at + WalkWord.TIES]!;
  const shareOf = (pool: number) => zone.words[poolAt(zone, block, pool) + PoolWord.SHARE]!;
  if (ties > 1) {
    const equals: number[] = [];
    let total = 0;
    for (let i = from; i < from + ties; i++) {
      if (shareOf(words[i]!) === 0 || !isOffering(survey, words[i]!, admission)) continue;
      equals.push(words[i]!);
      total += shareOf(words[i]!);
    }
    for (const pool of equals) add(draft, survey, pool, admission, (share * shareOf(pool)) / total);
    if (equals.length > 0) return true;
  }
  for (let i = from; i < from + words[at + WalkWord.COUNT]!; i++) {
    if (!isOffering(survey, words[i]!, admission)) continue;
    add(draft, survey, words[i]!, admission, share);
    return true;
  }
  return false;
}

function addAllDown(draft: Draft, survey: Survey, walk: Walk, share: number): void {
  const { zone } = survey.rrset;
  const block = blockOf(survey.rrset);
  const end = walk.words[walk.at + WalkWord.NEXT]!;
  const allDown = zone.words[block + DynWord.ALL_DOWN]!;
  const nobody = ADMISSIONS * survey.poolCount + 1;
  if (end === WalkEnd.SERVE_ANYWAY) {
    if (!addAnyway(draft, survey, walk, share)) draft.set(nobody, share);
    return;
  }
  if (end === WalkEnd.NODATA || allDown === AllDownCode.NODATA || allDown === AllDownCode.SERVFAIL) {
    draft.set(nobody, share);
    return;
  }
  if (allDown === AllDownCode.LAST_GOOD && addWalks(draft, survey, walk, Admission.LAST_GOOD, share)) return;
  if (allDown === AllDownCode.SERVE_ALL && addAllPools(draft, survey, walk, share)) return;
  if (allDown === AllDownCode.FIRST_POOL && addAnyway(draft, survey, walk, share)) return;
  if (zone.words[block + DynWord.VALUE_COUNT]! > 0) draft.set(nobody - 1, share);
  else if (!addAnyway(draft, survey, walk, share)) draft.set(nobody, share);
}

function addAnyway(draft: Draft, survey: Survey, walk: Walk, share: number): boolean {
  if (addWalks(draft, survey, walk, Admission.ALIVE, share)) return true;
  return addWalks(draft, survey, walk, Admission.NOT_DRAINED, share);
}

/** Each pool by its share of all weight that nobody has drained. */
function addAllPools(draft: Draft, survey: Survey, walk: Walk, share: number): boolean {
  const { zone } = survey.rrset;
  const block = blockOf(survey.rrset);
  const next = walk.words[walk.at + WalkWord.NEXT]!;
  const { words, at } = next < 0 ? walk : walkOfRule(survey.rrset, next);
  const from = at + WALK_WORDS;
  const pools = [...words.subarray(from, from + words[at + WalkWord.COUNT]!)];
  const weights = pools.map((pool) => weightOfPool(survey, poolAt(zone, block, pool)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, pool] of pools.entries()) {
    if (weights[i]! > 0) add(draft, survey, pool, Admission.NOT_DRAINED, (share * weights[i]!) / total);
  }
  return total > 0;
}

function add(draft: Draft, { poolCount }: Survey, pool: number, admission: number, share: number): void {
  const source = admission * poolCount + pool;
  draft.set(source, (draft.get(source) ?? 0) + share);
}

function isOffering({ rrset, health, offering, poolCount }: Survey, pool: number, admission: number): boolean {
  const i = admission * poolCount + pool;
  if (offering[i] === -1) {
    const { zone, at } = rrset;
    const block = blockOf(rrset);
    offering[i] = offers(zone, at + STEERED_WORDS, block, poolAt(zone, block, pool), health, admission, null) ? 1 : 0;
  }
  return offering[i] === 1;
}

function addEndpoints(
  shares: Map<number, number>,
  survey: Survey,
  from: number,
  count: number,
  admission: number,
): void {
  const { zone } = survey.rrset;
  const weights = weightsOf(survey, from, count, admission);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue;
    const data = zone.words[from + i * ENDPOINT_WORDS + EndpointWord.DATA]!;
    const number = numberOf(survey.numbers, rdataText(zone, data));
    shares.set(number, (shares.get(number) ?? 0) + weight / total);
  }
}

/** As `decide` has it: of what nobody has drained, without the factor's 10 bits. */
function weightOfPool(survey: Survey, at: number): number {
  const { words } = survey.rrset.zone;
  const [from, count] = [words[at + PoolWord.ENDPOINTS_AT]!, words[at + PoolWord.ENDPOINT_COUNT]!];
  const weights = weightsOf(survey, from, count, Admission.NOT_DRAINED);
  return Math.ceil(weights.reduce((sum, weight) => sum + weight, 0) / FACTOR_ONE);
}

function weightsOf({ rrset, health }: Survey, from: number, count: number, admission: number): number[] {
  const { zone, at } = rrset;
  return Array.from({ length: count }, (_, i) =>
    effectiveWeight(zone, at + STEERED_WORDS, from + i * ENDPOINT_WORDS, health, admission, null),
  );
}

function numberOf(numbers: AnswerNumbers, rdata: string): number {
  const number = numbers.get(rdata) ?? numbers.size;
  numbers.set(rdata, number);
  return number;
}

/** The RDATA at an octet offset of the image (layout in `zone/rdata-image.ts`), comparable over images of one zone. */
function rdataText(zone: ZoneTable, at: number): string {
  const { bytes } = zone;
  const length = (bytes[at]! << 8) | bytes[at + 1]!;
  const from = at + 3 + 2 * bytes[at + 2]!;
  let text = '';
  for (let i = from; i < from + length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
