/**
 * What an endpoint says of its own load: an object of our own names (`current`, `target`, `max`) or of ORCA's (Open Request Cost
 * Aggregation, `xds.data.orca.v3.OrcaLoadReport`), as a JSON document or as the header `endpoint-load-metrics`. Read strictly: a
 * report with one bad value is refused whole, since half a report would steer by the other half. Unknown keys are passed over.
 *
 *   {"current": 412, "target": 800, "max": 1200, "valid_s": 60}
 *   endpoint-load-metrics: JSON {"cpu_utilization": 0.3, "rps_fractional": 120, "eps": 1.5}
 *   endpoint-load-metrics: TEXT application_utilization=0.7, named_metrics.connections=412
 *
 * The agent reads it (`probe/load-fetch.ts`) and its reports carry it, or it is pushed to a node (`load-push.ts`); `endpoint-load.ts`
 * ages it, `weight-corrections.ts` uses it.
 */

import { LOAD_METRICS_MAX, LOAD_REPORT_BYTES_MAX, LOAD_VALID_SECONDS_MAX } from '../base/limits.ts';
import { isRecord, type RecordFault } from './json-record.ts';

/** One report. What is null was not said. */
export type LoadReport = {
  /** What the endpoint carries now (connections, sessions …), and what it is meant to and must not carry. */
  readonly current: number | null;
  readonly target: number | null;
  readonly max: number | null;
  /** Part of what it can do that is in use; above 1 when overloaded. The application's own word before the processor's. */
  readonly utilisation: number | null;
  readonly requestsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  /** How long it may be taken for the present. */
  readonly validSeconds: number;
};

/** A report, and how old it was when this was written: no clock has to agree with another. */
export type LoadSample = LoadReport & { readonly ageMs: number };

/** Where a report does not say: two readings of the snapshots by a node, which are 30 s apart. */
const VALID_SECONDS = 60;
/** More than any endpoint counts; above, a number is nonsense. */
const COUNT_MAX = 1e12;
const AGE_MS_MAX = 366 * 86_400_000;

type Bounds = { readonly min: number; readonly max: number };
/** Known numbers by name, inclusive. `min` of a divisor is above 0. */
const FIELDS: Readonly<Record<string, Bounds>> = {
  current: { min: 0, max: COUNT_MAX },
  target: { min: 1e-6, max: COUNT_MAX },
  max: { min: 1e-6, max: COUNT_MAX },
  valid_s: { min: 1, max: LOAD_VALID_SECONDS_MAX },
  cpu_utilization: { min: 0, max: 1e6 },
  mem_utilization: { min: 0, max: 1 },
  application_utilization: { min: 0, max: 1e6 },
  rps_fractional: { min: 0, max: COUNT_MAX },
  eps: { min: 0, max: COUNT_MAX },
};
/** Known maps of numbers by name. */
const MAPS: Readonly<Record<string, Bounds>> = {
  named_metrics: { min: -Number.MAX_VALUE, max: Number.MAX_VALUE },
  utilization: { min: 0, max: 1 },
  request_cost: { min: 0, max: Number.MAX_VALUE },
};
/** In `named_metrics`: the count of connections, where `current` is not said. */
const CONNECTIONS_METRIC = 'connections';

/** The report in a JSON document, or why there is none. Never throws. */
export function parseLoadJson(text: string): LoadReport | RecordFault {
  if (text.length > LOAD_REPORT_BYTES_MAX)
    return { fault: `longer than LOAD_REPORT_BYTES_MAX (${LOAD_REPORT_BYTES_MAX})` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'not JSON' };
  }
  return isRecord(value) ? readLoadObject(value) : { fault: 'not an object' };
}

/** The report in an object that has been read already, of a size that the caller bounds, or why there is none. Never throws. */
export function readLoadObject(value: Readonly<Record<string, unknown>>): LoadReport | RecordFault {
  return readLoad(Object.entries(value));
}

/** The report in a field value of `endpoint-load-metrics`, by the format word that it begins with. Never throws. */
export function parseLoadHeader(value: string): LoadReport | RecordFault {
  if (value.length > LOAD_REPORT_BYTES_MAX)
    return { fault: `longer than LOAD_REPORT_BYTES_MAX (${LOAD_REPORT_BYTES_MAX})` };
  const [, form, rest] = /^\s*(\S+)\s*(.*)$/s.exec(value) ?? [];
  if (form === 'JSON') return parseLoadJson(rest ?? '');
  if (form === 'TEXT') return parseText(rest ?? '');
  return { fault: 'neither JSON nor TEXT' };
}

/** The elements of a sample inside an agent's report or a push. */
export function encodeLoad(sample: LoadSample): (number | null)[] {
  const { current, target, max, utilisation, requestsPerSecond, errorsPerSecond, validSeconds, ageMs } = sample;
  return [current, target, max, utilisation, requestsPerSecond, errorsPerSecond, validSeconds, Math.round(ageMs)];
}

/** The sample of such elements; null: they are none. Elements behind the eighth are passed over, for newer agents. */
export function decodeLoad(value: unknown): LoadSample | null {
  if (!Array.isArray(value) || value.length < 8 || value.length > 32) return null;
  const numbers = value as unknown[];
  if (!numbers.slice(0, 6).every((each) => each === null || isWithin(each, { min: 0, max: COUNT_MAX }))) return null;
  const [current, target, max, utilisation, requestsPerSecond, errorsPerSecond] = numbers as (number | null)[];
  const [validSeconds, ageMs] = numbers.slice(6);
  if (target === 0 || max === 0) return null;
  if (!isWithin(validSeconds, FIELDS.valid_s!) || !isWithin(ageMs, { min: 0, max: AGE_MS_MAX })) return null;
  return {
    current: current!,
    target: target!,
    max: max!,
    utilisation: utilisation!,
    requestsPerSecond: requestsPerSecond!,
    errorsPerSecond: errorsPerSecond!,
    validSeconds,
    ageMs,
  };
}

/** `name=number` with commas between; `map.key=number` for an entry of a map. */
function parseText(text: string): LoadReport | RecordFault {
  const entries: [string, unknown][] = [];
  const maps = new Map<string, Record<string, number>>();
  const pairs = text.split(',');
  if (pairs.length > LOAD_METRICS_MAX) return { fault: `more values than LOAD_METRICS_MAX (${LOAD_METRICS_MAX})` };
  for (const pair of pairs) {
    const [, name, key, digits] = /^\s*(\w+)(?:\.([^=\s]+))?\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
    if (name === undefined || digits === undefined) return { fault: 'not name=number, name=number …' };
    const number = /^[-+]?(\d|\.\d)/.test(digits) ? Number(digits) : Number.NaN;
    if (key === undefined) {
      entries.push([name, number]);
      continue;
    }
    const map = maps.get(name) ?? (Object.create(null) as Record<string, number>);
    if (map[key] !== undefined) return { fault: `"${name}" says one key twice` };
    map[key] = number;
    maps.set(name, map);
  }
  return readLoad([...entries, ...maps]);
}

function readLoad(entries: readonly (readonly [string, unknown])[]): LoadReport | RecordFault {
  const fields = new Map<string, number>();
  const seen = new Set<string>();
  for (const [key, value] of entries) {
    // The JSON of protocol buffers writes fields in either way.
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const isMap = Object.hasOwn(MAPS, name);
    if (!isMap && !Object.hasOwn(FIELDS, name)) continue;
    if (seen.has(name)) return { fault: `"${name}" is said twice` };
    seen.add(name);
    if (isMap) {
      const connections = readMap(value, MAPS[name]!);
      if (connections === null) return { fault: `"${name}" is no map of numbers in its range` };
      if (name === 'named_metrics' && connections >= 0) fields.set(CONNECTIONS_METRIC, connections);
    } else if (isWithin(value, FIELDS[name]!)) fields.set(name, value);
    else return { fault: `"${name}" is no number in its range` };
  }
  const of = (name: string) => fields.get(name) ?? null;
  const [target, max] = [of('target'), of('max')];
  if (target !== null && max !== null && target > max) return { fault: '"target" is over "max"' };
  const current = of('current') ?? of(CONNECTIONS_METRIC);
  // ORCA: an application that does not report leaves 0, and the processor's word counts.
  const utilisation = of('application_utilization') || of('cpu_utilization');
  const report = { current, target, max, utilisation, requestsPerSecond: of('rps_fractional') };
  if (current === null && utilisation === null && report.requestsPerSecond === null) return { fault: 'tells no load' };
  return { ...report, errorsPerSecond: of('eps'), validSeconds: of('valid_s') ?? VALID_SECONDS };
}

/** The number of connections in a good map, -1 when it has none; null: no good map. */
function readMap(value: unknown, bounds: Bounds): number | null {
  if (!isRecord(value)) return null;
  const entries = Object.entries(value);
  if (entries.length > LOAD_METRICS_MAX || !entries.every(([, each]) => isWithin(each, bounds))) return null;
  const connections = Object.hasOwn(value, CONNECTIONS_METRIC) ? value[CONNECTIONS_METRIC] : undefined;
  return isWithin(connections, FIELDS.current!) ? connections : -1;
}

/** NaN and, of 1e999, infinity are outside of every range. */
function isWithin(value: unknown, { min, max }: Bounds): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}
