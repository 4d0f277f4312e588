/**
 * How many clients get another endpoint when a steered record changes, or the health of its endpoints:
 *
 *   M = sum over classes of (share of clients) x 1/2 sum over endpoints |p before - p after|
 *
 * with the exact shares of `expected-shares`. Clients are the IPv4 addresses that the location table places. Not on the query's
 * way. Generators, since walking the address space takes longer than a thread may be away: they yield every few thousand steps.
 */

import { CLASS_NONROUTABLE, type ClassTable, classOf, lookupClass, scopeOf } from '../geo/class-table.ts';
import type { LocationTable } from '../geo/location-table.ts';
import { lookupRun, runScope, runValue } from '../geo/run-table.ts';
import type { HealthTable } from '../health/health-table.ts';
import {
  type AnswerNumbers,
  answersOf,
  EVERYBODY,
  type Expectation,
  expectationOf,
  type SteeredRRset,
  type Survey,
  surveyRRset,
} from './expected-shares.ts';

/** Clients by their pair of classes, before and after; depends on the two class tables alone, so it may be used again. */
export type ClientCounts = ReadonlyMap<number, number>;

/** Steps between two yields: a few milliseconds. */
const STEPS_PER_TURN = 4_096;
const CLASS_SPAN = 0x20000;
/** Stands for {@link EVERYBODY}, who have no table. */
const NO_TABLE = 0x10000;

/** Counts the clients of each pair of classes. Full city data: some 400 ms in all. */
export function* countClients(
  before: ClassTable | null,
  after: ClassTable | null,
  locations: LocationTable,
): Generator<void, ClientCounts> {
  const counts = new Map<number, number>();
  if (before === null && after === null) return counts.set(pairOf(NO_TABLE, NO_TABLE), 1);
  // Without any database nobody is placed, and every address is as good as any other.
  const isPlaced = locations.classes.some((place) => place !== null);
  const words = new Uint32Array(4);
  let address = 0;
  for (let steps = 1; address < 0x100000000; steps++) {
    words[0] = address;
    const place = lookupRun(locations.runs, 4, words);
    const old = before === null ? NO_TABLE : lookupClass(before, 4, words);
    const now = after === before ? old : after === null ? NO_TABLE : lookupClass(after, 4, words);
    // The largest aligned block around the address in which nothing changes.
    const scope = Math.max(runScope(place), before === null ? 0 : scopeOf(old), after === null ? 0 : scopeOf(now));
    const size = 2 ** (32 - scope);
    const oldClass = before === null ? NO_TABLE : classOf(old);
    const nowClass = after === null ? NO_TABLE : classOf(now);
    const isClient = !isPlaced || locations.classes[runValue(place)] !== null;
    if (isClient && oldClass !== CLASS_NONROUTABLE && nowClass !== CLASS_NONROUTABLE) {
      const pair = pairOf(oldClass, nowClass);
      counts.set(pair, (counts.get(pair) ?? 0) + size);
    }
    address += size;
    if (steps % STEPS_PER_TURN === 0) yield;
  }
  return counts;
}

/**
 * The share of clients, 0..1, that get another endpoint, both under the words of `health`; `counts` are of the same two class
 * tables.
 */
export function* movedShare(
  before: SteeredRRset,
  after: SteeredRRset,
  counts: ClientCounts,
  health: HealthTable,
): Generator<void, number> {
  const numbers: AnswerNumbers = new Map();
  const [old, now] = [surveyRRset(before, health, numbers), surveyRRset(after, health, numbers)];
  const distances = new Map<string, number>();
  let total = 0;
  let moved = 0;
  for (const [pair, clients] of counts) {
    const p = expectationOf(old, classOfPair(Math.floor(pair / CLASS_SPAN)));
    const q = expectationOf(now, classOfPair(pair % CLASS_SPAN));
    const key = `${p.id} ${q.id}`;
    const distance = distances.get(key) ?? movedBetween(old, p, now, q);
    distances.set(key, distance);
    total += clients;
    moved += clients * distance;
    yield;
  }
  return total === 0 ? 0 : moved / total;
}

/** Half the sum of the differences between two expectations, whose surveys number answers alike: 0 the same, 1 nothing in common. */
export function movedBetween(before: Survey, p: Expectation, after: Survey, q: Expectation): number {
  const differences = new Map<number, number>();
  addAnswers(differences, before, p, 1);
  addAnswers(differences, after, q, -1);
  let sum = 0;
  for (const difference of differences.values()) sum += Math.abs(difference);
  return Math.min(1, sum / 2);
}

function addAnswers(differences: Map<number, number>, survey: Survey, expectation: Expectation, sign: number): void {
  for (const [i, source] of expectation.sources.entries()) {
    const { answers, shares } = answersOf(survey, source);
    for (const [j, answer] of answers.entries()) {
      differences.set(answer, (differences.get(answer) ?? 0) + sign * expectation.shares[i]! * shares[j]!);
    }
  }
}

function classOfPair(half: number): number {
  return half === NO_TABLE ? EVERYBODY : half;
}

function pairOf(before: number, after: number): number {
  return before * CLASS_SPAN + after;
}
