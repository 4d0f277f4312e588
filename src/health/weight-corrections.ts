/**
 * The corrections of weights by the balances `least_connections`, `least_latency` and `load`: who is less busy than the mean of
 * its pool gets more, who is busier less, slowly and within bounds (02-steering):
 *
 *   W_i = w_i * c_i,   c_i -> clamp((mean / u_i)^0.5, 1/2, 2),   mean = sum(w u) / sum(w) over the pool's settled endpoints
 *
 *   least_connections  u = current / target where all that report say a target, else current / w
 *   least_latency      u = connect + server time, mean over fresh agents
 *   load               u = (2 U + T) / 3 + 4 E       U = utilisation / its mean in the pool, T = response time / its mean,
 *                                                    E = errors / requests; U or T unknown: the other alone
 *
 * An answer lives for a TTL in caches, so loads follow weights late. The exponent keeps the loop's gain at a half for any delay,
 * and ln c follows with a time constant of {@link TAU_MS} by at most {@link STEP_MAX} a step, so that loads that rise faster
 * than their endpoint's share do not swing. What is missing, stale or nonsense drifts to neutral in {@link DECAY_MS}; an endpoint
 * that ramps or is shifted keeps its correction, since its load then says nothing of what it can bear.
 *
 * Owned by the word writer. A record's factors are scaled so that the largest is 1: only their ratios matter, and where nothing
 * is known words are those of `weighted`. (Shedding by `capacity` will be a second factor here, from the same measures.)
 */

import type { Balance, EndpointSpec } from '../zone/zone-model.ts';
import type { EndpointLoad, LoadSource, MeasureStanding } from './endpoint-load.ts';
import { FACTOR_ONE } from './health-table.ts';

/** `out`: not served, `moving`: ramps or is shifted. */
export type ServiceCondition = 'settled' | 'moving' | 'out';

/** One endpoint of a record, as of now. */
export type CorrectedMember = { readonly spec: EndpointSpec; readonly condition: ServiceCondition };

/** A correction with its inputs, for `explain`. */
export type WeightCorrection = {
  /** c_i, 0.5..2. */
  readonly factor: number;
  /** u_i and the mean it was held against; null: not known. */
  readonly load: number | null;
  readonly mean: number | null;
  readonly standing: MeasureStanding;
  /** Who brought the load report that u_i was made from; null: none was needed, or there is none. */
  readonly source: LoadSource | null;
  readonly condition: ServiceCondition;
  /** What u_i was made from, by name. */
  readonly terms: Readonly<Record<string, number>>;
};

const TAU_MS = 60_000;
/** Of ln c in one step: 4 %. */
const STEP_MAX = 0.04;
const LIMIT = Math.LN2;
const DECAY_MS = 300_000;
/** A quarter of all requests failing counts as much as being as busy as the mean. */
const ERROR_WEIGHT = 4;

type Measure = {
  readonly load: number | null;
  readonly standing: MeasureStanding;
  readonly source: LoadSource | null;
  readonly terms: Readonly<Record<string, number>>;
};
const NOT_KNOWN: Measure = { load: null, standing: 'stale', source: null, terms: {} };
type Entry = {
  /** ln c. */
  log: number;
  /** Where the drift to neutral began, and when; null while it does not drift. */
  decay: { readonly fromLog: number; readonly startMs: number } | null;
  shown: WeightCorrection;
};

/** True if weights are corrected by what endpoints bear. */
export function isCorrecting(balance: Balance): boolean {
  return balance === 'least_connections' || balance === 'least_latency' || balance === 'load';
}

/** Owner of the corrections of one node. */
export class WeightCorrections {
  readonly #entries = new Map<string, Entry>();
  /** By the endpoint's key: c_i over the largest of its record. */
  readonly #factors = new Map<string, number>();

  /** Moves the corrections of one record's endpoints by one step, `elapsedMs` after the last; true if a word is another. */
  move(
    record: readonly CorrectedMember[],
    loadOf: (check: string) => EndpointLoad,
    nowMs: number,
    elapsedMs: number,
  ): boolean {
    for (const pool of Map.groupBy(record, ({ spec }) => spec.pool).values()) {
      const loads = pool.map(({ spec }) => loadOf(spec.check.id));
      const measures = measuresIn(pool, loads);
      const mean = meanOver(pool, measures);
      for (const [i, member] of pool.entries()) this.#step(member, measures[i]!, mean, nowMs, elapsedMs);
    }
    let most = -LIMIT;
    for (const { spec } of record) most = Math.max(most, this.#entries.get(spec.key)!.log);
    let isChanged = false;
    for (const { spec } of record) {
      const factor = Math.exp(this.#entries.get(spec.key)!.log - most);
      isChanged ||= Math.round(this.factorOf(spec.key) * FACTOR_ONE) !== Math.round(factor * FACTOR_ONE);
      this.#factors.set(spec.key, factor);
    }
    return isChanged;
  }

  /** What the weight of the endpoint `key` is multiplied by, 1/4..1; 1 for one that is not corrected. */
  factorOf(key: string): number {
    return this.#factors.get(key) ?? 1;
  }

  /** The last correction of the endpoint `key` with its inputs, or null. */
  correctionOf(key: string): WeightCorrection | null {
    return this.#entries.get(key)?.shown ?? null;
  }

  /** Forgets every endpoint whose key is not in `keys`. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) {
      if (keys.has(key)) continue;
      this.#entries.delete(key);
      this.#factors.delete(key);
    }
  }

  #step(
    { spec, condition }: CorrectedMember,
    measure: Measure,
    mean: number | null,
    nowMs: number,
    elapsedMs: number,
  ): void {
    const entry = this.#entries.get(spec.key) ?? { log: 0, decay: null };
    const { load, standing, source, terms } = measure;
    let { log, decay } = entry;
    const isFollowing = condition === 'settled' && standing === 'used' && load !== null && mean !== null;
    const isHolding = condition !== 'out' && (condition === 'moving' || standing === 'frozen');
    if (isFollowing) {
      const step = ((wishOf(load, mean) - log) * elapsedMs) / TAU_MS;
      log += Math.max(-STEP_MAX, Math.min(STEP_MAX, step));
    } else if (!isHolding) {
      decay ??= { fromLog: log, startMs: nowMs };
      log = decay.fromLog * Math.max(0, 1 - (nowMs - decay.startMs) / DECAY_MS);
    }
    if (isFollowing || isHolding) decay = null;
    const shown = { factor: Math.exp(log), load, mean, standing, source, condition, terms };
    this.#entries.set(spec.key, { log, decay, shown });
  }
}

/** ln of clamp((mean / u)^0.5, 1/2, 2); an idle endpoint beside busy ones gets the most there is. */
function wishOf(load: number, mean: number): number {
  if (load === mean) return 0;
  return load === 0 ? LIMIT : Math.max(-LIMIT, Math.min(LIMIT, Math.log(mean / load) / 2));
}

function measuresIn(pool: readonly CorrectedMember[], loads: readonly EndpointLoad[]): Measure[] {
  switch (pool[0]!.spec.balance) {
    case 'least_connections':
      return connectionsIn(pool, loads);
    case 'least_latency':
      return loads.map(responseMeasure);
    default:
      return compositesIn(pool, loads);
  }
}

function connectionsIn(pool: readonly CorrectedMember[], loads: readonly EndpointLoad[]): Measure[] {
  const isByTarget = loads.every(({ report }) => report?.current == null || report.target !== null);
  return loads.map(({ report, source, standing, ageMs }, i) => {
    if (report === null || report.current === null) return NOT_KNOWN;
    const { current, target } = report;
    const { weight } = pool[i]!.spec;
    const terms = { current, ...(isByTarget ? { target: target! } : { weight }), ageSeconds: ageMs / 1000 };
    return { load: current / (isByTarget ? target! : weight), standing, source, terms };
  });
}

function responseMeasure({ responseMs }: EndpointLoad): Measure {
  if (responseMs === null) return NOT_KNOWN;
  return { load: responseMs, standing: 'used', source: null, terms: { responseMs } };
}

function compositesIn(pool: readonly CorrectedMember[], loads: readonly EndpointLoad[]): Measure[] {
  const utilisations = loads.map(({ report, standing }) => ({ standing, load: utilisationOf(report) }));
  const responses = loads.map(responseMeasure);
  const meanUse = meanOver(pool, utilisations);
  const meanMs = meanOver(pool, responses);
  return loads.map(({ report, source, standing, ageMs }, i) => {
    const utilisation = utilisations[i]!.load;
    const responseMs = responses[i]!.load;
    const errors = errorShareOf(report);
    const use = relative(utilisation, meanUse);
    const time = relative(responseMs, meanMs);
    const terms = {
      ...(utilisation === null ? {} : { utilisation }),
      ...(responseMs === null ? {} : { responseMs }),
      ...(errors === null ? {} : { errors }),
      ...(report === null ? {} : { ageSeconds: ageMs / 1000 }),
    };
    if (use === null && time === null && errors === null) return { ...NOT_KNOWN, terms };
    const base = use === null || time === null ? (use ?? time ?? 1) : (2 * use + time) / 3;
    // Times alone are of now; with a report in it, the whole is as old as the report.
    const isReported = use !== null || errors !== null;
    const told = isReported ? { standing, source } : { standing: 'used' as const, source: null };
    return { load: base + ERROR_WEIGHT * (errors ?? 0), ...told, terms };
  });
}

/** The tightest of what a report says: the part in use, or what it carries against what it is meant to carry. */
function utilisationOf(report: EndpointLoad['report']): number | null {
  if (report === null) return null;
  const bound = report.target ?? report.max;
  const carried = report.current === null || bound === null ? null : report.current / bound;
  if (report.utilisation === null || carried === null) return report.utilisation ?? carried;
  return Math.max(report.utilisation, carried);
}

/** Errors of all requests, 0..1. */
function errorShareOf(report: EndpointLoad['report']): number | null {
  if (report === null || report.errorsPerSecond === null || report.requestsPerSecond === null) return null;
  if (report.requestsPerSecond === 0) return report.errorsPerSecond === 0 ? null : 1;
  return Math.min(1, report.errorsPerSecond / report.requestsPerSecond);
}

function relative(value: number | null, mean: number | null): number | null {
  return value === null || mean === null || mean === 0 ? null : value / mean;
}

/** Mean by weight over the settled endpoints whose measure is good; null when none is. */
function meanOver(
  pool: readonly CorrectedMember[],
  measures: readonly { readonly load: number | null; readonly standing: MeasureStanding }[],
): number | null {
  let sum = 0;
  let weights = 0;
  for (const [i, { spec, condition }] of pool.entries()) {
    const { load, standing } = measures[i]!;
    if (condition !== 'settled' || standing !== 'used' || load === null) continue;
    sum += load * spec.weight;
    weights += spec.weight;
  }
  return weights === 0 ? null : sum / weights;
}
