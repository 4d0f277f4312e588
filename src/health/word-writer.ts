/**
 * From verdicts on checks to words in the health table: every endpoint that uses a check gets its verdict, doubt, weight (ramp,
 * shifts, correction by load) and wish for a TTL, and every record remembers which of its endpoints were the last to be healthy (`all_down: last_good`). Used
 * by the health feed.
 *
 * Verdicts that change in the same moment are written together: when all endpoints of a record go down at once, all those
 * that were healthy before are its last good ones, not the one that happened to be judged last.
 */

import { CORRECTIONS_PER_TICK_MAX } from '../base/limits.ts';
import type { EndpointSpec } from '../zone/zone-model.ts';
import type { KnownCheck } from './check-book.ts';
import { type CheckStanding, UNHEARD } from './check-judge.ts';
import type { EndpointLoad } from './endpoint-load.ts';
import { type EndpointRamp, isRamping, newRamp, nextRamp, rampFactor, withoutRecovery } from './endpoint-ramp.ts';
import type { EndpointRegistry } from './endpoint-registry.ts';
import { FACTOR_ONE, isLastGoodWord, packHealth, storeDissent, unpackHealth, Verdict } from './health-table.ts';
import type { ResumeBook } from './resume-book.ts';
import { isCorrecting, type ServiceCondition, type WeightCorrection, WeightCorrections } from './weight-corrections.ts';

/** Where the writer asks; of one moment. */
export type WordSource = {
  /** What is known of the check `id`: the same until the next {@link WordWriter.rebuild}, or undefined. */
  readonly checkOf: (id: string) => KnownCheck | undefined;
  readonly standingOf: (check: KnownCheck | undefined) => CheckStanding;
  /** Factor of the operators' shifts on an endpoint, or null when there is none. */
  readonly shiftOf: (spec: EndpointSpec) => number | null;
  readonly loadOf: (check: string) => EndpointLoad;
  readonly resumes: ResumeBook;
  /** The node knows nothing (mode BLIND): everything not drained is served. */
  readonly isBlind: boolean;
  readonly nowMs: number;
  readonly wallMs: number;
};

const CODES = { unknown: Verdict.UNKNOWN, up: Verdict.UP, down: Verdict.DOWN } as const;
/** The word's TTL where something is about to change: the shortest there is. */
const TTL_SHORTEST = 1;

/** A record's weights follow loads no more often; less often where there are many (CORRECTIONS_PER_TICK_MAX). */
const CORRECTION_PERIOD_MS = 2_000;

/** One endpoint of a record, and what is asked of it each time: a steered record writes the key anew, and has the rest some steps away. */
type Member = {
  readonly slot: number;
  readonly spec: EndpointSpec;
  readonly key: string;
  readonly check: KnownCheck | undefined;
  readonly status: EndpointSpec['status'];
  /** As of the last word that its record wrote; of nothing known before the first. */
  standing: CheckStanding;
  /** It may not be answered; as of that word too. */
  isBarred: boolean;
  /** Null before its first word. */
  ramp: EndpointRamp | null;
  /** What the word last written says that concerns the rest of its record ({@link concernOf}); null before the first. */
  concern: number | null;
};
type Group = readonly Member[];
/** Members of one group that use the same check. */
type Users = { readonly group: Group; readonly members: Member[] };
const NOBODY: readonly Users[] = [];

/** Owner of the words while it lives; knows which endpoints stand together in a record, and how their weights grow. */
export class WordWriter {
  readonly #registry: EndpointRegistry;
  #groups: Group[] = [];
  #usersOfCheck = new Map<KnownCheck, Users[]>();
  /** By the endpoint's key. */
  #members = new Map<string, Member>();
  readonly #ramping = new Set<Group>();
  /** Records whose balance corrects weights by load, and when they took their last step; the one that waits longest first. */
  #corrected: { readonly group: Group; movedMs: number }[] = [];
  readonly #corrections = new WeightCorrections();

  constructor(registry: EndpointRegistry) {
    this.#registry = registry;
  }

  /** Learns the endpoints from the registry and writes every word. */
  rebuild(source: WordSource): void {
    const records = new Map<string, Member[]>();
    const members = new Map<string, Member>();
    for (const { slot, spec, key } of this.#registry.endpoints()) {
      const { status } = spec;
      const check = source.checkOf(spec.check.id);
      const ramp = this.#members.get(key)?.ramp ?? null;
      const member = { slot, spec, key, check, status, standing: UNHEARD, isBarred: false, ramp, concern: null };
      members.set(key, member);
      const { zone, name, type } = spec;
      const record = `${zone}|${name}|${type}`;
      const group = records.get(record) ?? [];
      records.set(record, group);
      group.push(member);
    }
    this.#members = members;
    this.#ramping.clear();
    this.#groups = [...records.values()];
    const corrected = this.#groups.filter(([first]) => isCorrecting(first!.spec.balance));
    this.#corrected = corrected.map((group) => ({ group, movedMs: source.nowMs }));
    this.#corrections.keepOnly(new Set(corrected.flatMap((group) => group.map(({ key }) => key))));
    this.#usersOfCheck = new Map();
    for (const group of this.#groups) {
      for (const member of group) {
        const { check } = member;
        if (check === undefined) continue;
        const users = this.#usersOfCheck.get(check) ?? [];
        this.#usersOfCheck.set(check, users);
        // Groups come one after the other, so that this one is the last if it is there.
        if (users.at(-1)?.group === group) users.at(-1)!.members.push(member);
        else users.push({ group, members: [member] });
      }
    }
    this.writeAll(source);
  }

  /**
   * Writes the words of the endpoints that use one of `checks`, and of their records where that concerns the others too. A
   * suspicion concerns nobody else: in a record of 10,000 endpoints it costs one word.
   */
  write(checks: Iterable<KnownCheck>, source: WordSource): void {
    const groups = new Set<Group>();
    for (const check of checks) {
      let standing: CheckStanding | null = null;
      for (const { group, members } of this.#usersOfCheck.get(check) ?? NOBODY) {
        if (groups.has(group)) continue;
        standing ??= source.standingOf(check);
        for (const member of members) {
          const isOwnConcern = member.concern === concernOf(standing, member, source);
          if (isOwnConcern) this.#doubt(member, standing, source);
          else groups.add(group);
        }
      }
    }
    for (const group of groups) this.#writeGroup(group, source);
  }

  /** Writes every word: shifts have changed. */
  writeAll(source: WordSource): void {
    for (const group of this.#groups) this.#writeGroup(group, source);
  }

  /**
   * Lets the weights that grow have what is due to them, and those that follow loads take their step. Costs the number of records
   * with such an endpoint.
   */
  passTime(source: WordSource): void {
    const due = new Set(this.#ramping);
    this.#followLoads(source, due);
    for (const group of due) this.#writeGroup(group, source);
  }

  /** Steps of as many records as one tick bears; those whose words change go into `due`. */
  #followLoads(source: WordSource, due: Set<Group>): void {
    const { nowMs, loadOf } = source;
    let room = CORRECTIONS_PER_TICK_MAX;
    let moved = 0;
    for (const entry of this.#corrected) {
      const elapsedMs = nowMs - entry.movedMs;
      if (room <= 0 || elapsedMs < CORRECTION_PERIOD_MS) break;
      const members = entry.group.map((member) => ({ spec: member.spec, condition: conditionOf(member, nowMs) }));
      if (this.#corrections.move(members, loadOf, nowMs, elapsedMs)) due.add(entry.group);
      entry.movedMs = nowMs;
      room -= members.length;
      moved++;
    }
    this.#corrected = [...this.#corrected.slice(moved), ...this.#corrected.slice(0, moved)];
  }

  /** How the balance of its record corrects the weight of the endpoint `key`; null: it does not. */
  correctionOf(key: string): WeightCorrection | null {
    return this.#corrections.correctionOf(key);
  }

  /** Writes what of a standing concerns its own endpoint only. */
  #doubt({ slot, status, ramp }: Member, { isSuspect, dissent, ttlSeconds }: CheckStanding, source: WordSource): void {
    const { table } = this.#registry;
    storeDissent(table, slot, dissent);
    const word = unpackHealth(table[slot]!);
    const isRecovering = isRamping(ramp!, source.nowMs);
    const isMoving = isSuspect || source.isBlind || word.shifted || isRecovering;
    const steady = status === 'obey' ? ttlSeconds : 0;
    Atomics.store(
      table,
      slot,
      packHealth({
        ...word,
        blind: source.isBlind,
        suspect: isSuspect,
        disputed: dissent !== 0,
        ttlSeconds: isMoving ? TTL_SHORTEST : steady,
      }),
    );
  }

  #writeGroup(group: Group, source: WordSource): void {
    for (const member of group) member.standing = source.standingOf(member.check);
    barWhoIsOut(group, source);
    let isAnyRamping = false;
    for (const member of group) {
      const { spec, isBarred } = member;
      const shift = source.shiftOf(spec) ?? 1;
      const before = member.ramp ?? newRamp(isBarred, shift);
      member.ramp = nextRamp(before, isBarred, shift, spec.recovery, source.nowMs);
      isAnyRamping ||= isRamping(member.ramp, source.nowMs);
    }
    if (isAnyRamping) waiveRamps(group, source.nowMs);
    this.#store(group, source);
  }

  #store(group: Group, source: WordSource): void {
    const { table } = this.#registry;
    const isAnyHealthy = group.some(isHealthy);
    let isAnyRamping = false;
    for (const member of group) {
      const { slot, spec, key, status, isBarred } = member;
      const ramp = member.ramp!;
      const { verdict, isSuspect, dissent, ttlSeconds } = member.standing;
      storeDissent(table, slot, dissent);
      const isGrowing = isRamping(ramp, source.nowMs);
      const shifted = source.shiftOf(spec) !== null;
      isAnyRamping ||= isGrowing;
      const word = packHealth({
        verdict: CODES[verdict],
        barred: isBarred,
        suspect: isSuspect,
        shifted,
        lastGood: isAnyHealthy ? isHealthy(member) : isLastGoodWord(table[slot]!),
        blind: source.isBlind,
        disputed: dissent !== 0,
        ttlSeconds:
          isSuspect || isGrowing || shifted || source.isBlind ? TTL_SHORTEST : status === 'obey' ? ttlSeconds : 0,
        factor: factorBits(ramp, source.nowMs, this.#corrections.factorOf(key)),
      });
      Atomics.store(table, slot, word);
      member.concern = concernOf(member.standing, member, source);
    }
    if (isAnyRamping) this.#ramping.add(group);
    else this.#ramping.delete(group);
  }
}

/** Where all that could be answered in a pool recover together, nobody is there to take what they leave. */
function waiveRamps(group: Group, nowMs: number): void {
  const pools = Map.groupBy(group, ({ spec }) => spec.pool);
  for (const members of pools.values()) {
    const served = members.filter(({ status, ramp }) => status !== 'down' && !ramp!.isBarred && ramp!.shift > 0);
    if (!served.every(({ ramp }) => isRamping(ramp!, nowMs))) continue;
    for (const member of served) member.ramp = withoutRecovery(member.ramp!);
  }
}

function conditionOf({ status, ramp }: Member, nowMs: number): ServiceCondition {
  const { isBarred, shift } = ramp!;
  if (status === 'down' || (status === 'obey' && isBarred) || shift === 0) return 'out';
  return shift < 1 || isRamping(ramp!, nowMs) ? 'moving' : 'settled';
}

/** What of an endpoint's standing matters to the other endpoints of its record, as a number to compare. */
function concernOf({ verdict, isHeldBack }: CheckStanding, { key }: Member, { resumes }: WordSource): number {
  return CODES[verdict] | (isHeldBack ? 4 : 0) | (resumes.isWaiting(key) ? 8 : 0);
}

/** Settles which endpoints of a record may not be answered; notes those that begin to wait for an operator. */
function barWhoIsOut(group: Group, source: WordSource): void {
  const { resumes, wallMs, isBlind } = source;
  let isAnyServed = false;
  for (const member of group) {
    const { spec, key, status, standing } = member;
    if (standing.verdict === 'down' && status === 'obey' && spec.recovery.manualResume) resumes.noteDown(key, wallMs);
    const isHeldBack = status === 'obey' && standing.isHeldBack;
    member.isBarred = !isBlind && (isHeldBack || isOut(member, resumes));
    isAnyServed ||= status === 'up' || (status === 'obey' && !member.isBarred);
  }
  // Damping is never the reason that a record has nothing: an endpoint that flaps beats none.
  if (!isBlind && !isAnyServed) for (const member of group) member.isBarred = isOut(member, resumes);
}

/** Its check says so, or it waits for an operator. */
function isOut({ standing, status, key }: Member, resumes: ResumeBook): boolean {
  return standing.verdict === 'down' || (status === 'obey' && resumes.isWaiting(key));
}

function isHealthy({ status, standing }: Member): boolean {
  return status === 'obey' ? standing.verdict !== 'down' : status === 'up';
}

/** What is not drained keeps a trace of weight, however small its factor. */
function factorBits(ramp: EndpointRamp, nowMs: number, correction: number): number {
  const factor = rampFactor(ramp, nowMs) * correction;
  // A ramp from nothing begins with a trace, so that the endpoint is in answers from its first moment.
  return factor > 0 || (ramp.shift > 0 && isRamping(ramp, nowMs)) ? Math.max(1, Math.round(factor * FACTOR_ONE)) : 0;
}
