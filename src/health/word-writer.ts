/**
 * From verdicts on checks to words in the health table: every endpoint that uses a check gets its verdict, and every
 * record remembers which of its endpoints were the last to be healthy (`all_down: last_good`). Used by the health feed.
 *
 * Verdicts that change in the same moment are written together: when all endpoints of a record go down at once, all those
 * that were healthy before are its last good ones, not the one that happened to be judged last.
 */

import type { CheckStanding } from './check-judge.ts';
import type { EndpointRegistry } from './endpoint-registry.ts';
import { FACTOR_ONE, isLastGoodWord, packHealth, Verdict } from './health-table.ts';

/** Says how a check stands. */
export type StandingOf = (check: string) => CheckStanding;

const CODES = { unknown: Verdict.UNKNOWN, up: Verdict.UP, down: Verdict.DOWN } as const;

/** One endpoint of a record. */
type Member = { readonly slot: number; readonly check: string; readonly status: 'obey' | 'up' | 'down' };
type Group = readonly Member[];

/** Owner of the words while it lives; knows which endpoints stand together in a record. */
export class WordWriter {
  readonly #registry: EndpointRegistry;
  #groupsOfCheck = new Map<string, Set<Group>>();

  constructor(registry: EndpointRegistry) {
    this.#registry = registry;
  }

  /** Learns the endpoints from the registry and writes every word. */
  rebuild(standingOf: StandingOf): void {
    const members = new Map<string, Member[]>();
    for (const { slot, spec } of this.#registry.endpoints()) {
      const record = `${spec.zone}|${spec.name}|${spec.type}`;
      const group = members.get(record) ?? [];
      members.set(record, group);
      group.push({ slot, check: spec.check.id, status: spec.status });
    }
    this.#groupsOfCheck = new Map();
    for (const group of members.values()) {
      for (const { check } of group) {
        const groups = this.#groupsOfCheck.get(check);
        if (groups) groups.add(group);
        else this.#groupsOfCheck.set(check, new Set([group]));
      }
      this.#writeGroup(group, standingOf);
    }
  }

  /** Writes the words of every endpoint of the records that use one of `checks`. */
  write(checks: Iterable<string>, standingOf: StandingOf): void {
    const groups = new Set<Group>();
    for (const check of checks) for (const group of this.#groupsOfCheck.get(check) ?? []) groups.add(group);
    for (const group of groups) this.#writeGroup(group, standingOf);
  }

  #writeGroup(group: Group, standingOf: StandingOf): void {
    const { table } = this.#registry;
    const standings = group.map(({ check }) => standingOf(check));
    const isHealthy = ({ status }: Member, i: number) =>
      status === 'obey' ? standings[i]!.verdict !== 'down' : status === 'up';
    const isAnyHealthy = group.some(isHealthy);
    for (const [i, member] of group.entries()) {
      const lastGood = isAnyHealthy ? isHealthy(member, i) : isLastGoodWord(table[member.slot]!);
      Atomics.store(table, member.slot, wordOf(standings[i]!, lastGood));
    }
  }
}

function wordOf({ verdict, isSuspect }: CheckStanding, lastGood: boolean): number {
  return packHealth({
    verdict: CODES[verdict],
    barred: verdict === 'down',
    suspect: isSuspect,
    shifted: false,
    lastGood,
    ttlSeconds: 0,
    factor: FACTOR_ONE,
  });
}
