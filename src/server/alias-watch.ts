/**
 * Keeps the addresses of names outside of our zones that an ALIAS leads to: asks the configured resolvers for each as often as its
 * TTL says, keeps the last good answer while they fail, and publishes a table whenever something has changed. Runs on the control thread;
 * a query only ever reads the table.
 *
 *   zones in force --targets--> look (each second) --due--> resolver --answer--> entry --changed--> AliasTable --publish-->
 */

import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { ALIAS_QUERIES_MAX, ALIAS_TARGETS_MAX } from '../base/limits.ts';
import { askDns, type DnsServer } from '../probe/dns-exchange.ts';
import { RRType, typeName } from '../wire/codes.ts';
import { nameFromText } from '../wire/name.ts';
import { type AliasAddresses, type AliasEntry, buildAliasTable } from '../zone/alias-table.ts';
import { readAliasAnswer } from './alias-answer.ts';
import { listOutsideTargets } from './alias-targets.ts';
import { LookTimer } from './look-timer.ts';
import type { ServeOptions } from './serve-options.ts';
import type { ServingState, TableDelta } from './serving-state.ts';
import { reasonOf } from './state-dir.ts';

type AliasWatchOptions = {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Asked in turn: the next one after each failure. */
  readonly resolvers: readonly DnsServer[];
  /** Names wanted now, absolute, each once. */
  readonly targets: () => { readonly names: readonly string[]; readonly isCut: boolean };
  readonly publish: (image: SharedArrayBuffer) => void;
  /** {@link askDns} if not given. */
  readonly ask?: typeof askDns;
};

const LOOK_MS = 1_000;
const ANSWER_MS_MAX = 3_000;
/** Pause after a failure, doubling. */
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 60_000;
/** TTL of addresses that could not be asked for again (RFC 8767 4). */
const STALE_TTL_SECONDS = 30;
/** Names that status lists as failing. */
const WARNINGS_MAX = 20;

/** One name and type. */
type Lookup = {
  readonly name: string;
  readonly type: number;
  known: AliasAddresses | null;
  /** When the last good answer came, in monotonic milliseconds. */
  knownMs: number;
  dueMs: number;
  failures: number;
  fault: string | null;
  isAsking: boolean;
};

/** The watch of a node over the ALIASes in `serving`. Nobody is asked without resolvers, nor where nothing is answered. */
export function openAliasWatch(
  { aliasResolvers = [], listen }: Pick<ServeOptions, 'aliasResolvers' | 'listen'>,
  clock: Clock,
  log: AliasWatchOptions['log'],
  serving: ServingState,
  publish: (delta: TableDelta) => void,
): AliasWatch {
  return new AliasWatch({
    clock,
    log,
    resolvers: listen.length === 0 ? [] : aliasResolvers,
    targets: () => listOutsideTargets(serving),
    publish: (aliasTargets) => {
      const delta = { locations: null, classTables: [], zones: [], index: null, aliasTargets };
      serving.apply(delta);
      publish(delta);
    },
  });
}

/** Owner of a timer and of the questions under way. */
export class AliasWatch {
  readonly #options: AliasWatchOptions;
  readonly #lookups = new Map<string, Lookup>();
  #asking = 0;
  #isChanged = false;
  #isCut = false;
  #isStopped = false;
  readonly #timer = new LookTimer(LOOK_MS, () => this.look());

  constructor(options: AliasWatchOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.resolvers.length === 0) return;
    this.#options.publish(buildAliasTable([]));
    this.look();
    this.#timer.start();
  }

  /** Questions under way are left to their timeout, and what they bring is dropped. */
  stop(): void {
    this.#isStopped = true;
    this.#timer.stop();
  }

  /** Takes up what is wanted now and asks for what is due. */
  look(): void {
    this.#followTargets();
    const now = this.#options.clock.monotonicMs();
    for (const lookup of this.#lookups.values()) {
      if (this.#asking >= ALIAS_QUERIES_MAX) break;
      if (!lookup.isAsking && lookup.dueMs <= now) void this.#ask(lookup);
    }
    this.#publishChanges();
  }

  /** One line for each name that cannot be resolved, for status. */
  warnings(): string[] {
    const now = this.#options.clock.monotonicMs();
    const lines: string[] = [];
    for (const { name, type, fault, known, knownMs } of this.#lookups.values()) {
      if (fault === null) continue;
      const served =
        known === null ? 'it has no addresses yet' : `those of ${Math.round((now - knownMs) / 1000)} s ago are served`;
      lines.push(`ALIAS target ${name} ${typeName(type)} cannot be resolved (${fault}): ${served}`);
    }
    if (lines.length > WARNINGS_MAX)
      lines.splice(WARNINGS_MAX, lines.length, `and ${lines.length - WARNINGS_MAX} more ALIAS targets`);
    if (this.#isCut)
      lines.push(
        `more than ALIAS_TARGETS_MAX (${ALIAS_TARGETS_MAX}) ALIAS targets are outside: the last ones are not resolved`,
      );
    return lines;
  }

  #followTargets(): void {
    const { names, isCut } = this.#options.targets();
    this.#isCut = isCut;
    const wanted = new Set<string>();
    for (const name of names) {
      for (const type of [RRType.A, RRType.AAAA]) {
        const key = `${name} ${type}`;
        wanted.add(key);
        if (this.#lookups.has(key)) continue;
        const times = { knownMs: 0, dueMs: Number.NEGATIVE_INFINITY, failures: 0 };
        this.#lookups.set(key, { name, type, known: null, ...times, fault: null, isAsking: false });
      }
    }
    for (const [key, lookup] of this.#lookups) {
      if (wanted.has(key)) continue;
      this.#lookups.delete(key);
      if (lookup.known !== null) this.#isChanged = true;
    }
  }

  async #ask(lookup: Lookup): Promise<void> {
    const { resolvers, clock, ask = askDns } = this.#options;
    const resolver = resolvers[lookup.failures % resolvers.length]!;
    lookup.isAsking = true;
    this.#asking++;
    let result: AliasAddresses | string;
    try {
      const question = { name: lookup.name.slice(0, -1), type: lookup.type, subnet: null };
      result = readAliasAnswer(await ask(resolver, question, ANSWER_MS_MAX), lookup.name, lookup.type);
    } catch (error) {
      result = reasonOf(error);
    }
    lookup.isAsking = false;
    this.#asking--;
    if (this.#isStopped) return;
    if (typeof result === 'string') this.#takeFailure(lookup, `${resolver.address} port ${resolver.port}: ${result}`);
    else this.#takeAnswer(lookup, result, clock.monotonicMs());
    this.#publishChanges();
  }

  #takeAnswer(lookup: Lookup, answer: AliasAddresses, nowMs: number): void {
    const { log } = this.#options;
    const { name, type } = lookup;
    if (lookup.fault !== null)
      log.info({ event: 'alias-resolved', name, type: typeName(type) }, 'an ALIAS target is resolved again');
    if (!isSame(lookup.known, answer)) this.#isChanged = true;
    Object.assign(lookup, {
      known: answer,
      knownMs: nowMs,
      dueMs: nowMs + answer.ttlSeconds * 1000,
      failures: 0,
      fault: null,
    });
  }

  #takeFailure(lookup: Lookup, fault: string): void {
    const { log, clock } = this.#options;
    const { name, type } = lookup;
    if (lookup.fault === null)
      log.warn(
        { event: 'alias-unresolved', name, type: typeName(type), fault },
        'an ALIAS target cannot be resolved: what was known of it is kept',
      );
    lookup.fault = fault;
    lookup.dueMs = clock.monotonicMs() + Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(lookup.failures, 6));
    lookup.failures++;
    const { known } = lookup;
    if (known === null || known.ttlSeconds <= STALE_TTL_SECONDS) return;
    lookup.known = { ...known, ttlSeconds: STALE_TTL_SECONDS };
    this.#isChanged = true;
  }

  #publishChanges(): void {
    if (!this.#isChanged || this.#isStopped) return;
    this.#isChanged = false;
    const entries = new Map<string, { -readonly [K in keyof AliasEntry]: AliasEntry[K] }>();
    for (const { name, type, known } of this.#lookups.values()) {
      const wire = nameFromText(name);
      if (known === null || typeof wire === 'string') continue;
      const entry = entries.get(name) ?? { name: wire, a: null, aaaa: null };
      entry[type === RRType.A ? 'a' : 'aaaa'] = known;
      entries.set(name, entry);
    }
    this.#options.publish(buildAliasTable([...entries.values()]));
  }
}

function isSame(known: AliasAddresses | null, answer: AliasAddresses): boolean {
  return (
    known !== null &&
    known.ttlSeconds === answer.ttlSeconds &&
    known.addresses.length === answer.addresses.length &&
    known.addresses.every((address, i) => Buffer.compare(address, answer.addresses[i]!) === 0)
  );
}
