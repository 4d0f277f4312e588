/**
 * geo-data/latency.csv: round trips that the operator knows from elsewhere (real users, a CDN's logs), over which agents know nothing.
 *
 *   from,region,ms,count             from     a geo code as in `geos:`, or a network; the longest network, then the
 *   EU-DE,eu-west,31.5,420                    narrowest place counts
 *   NA-US-CA,us-east,72,1300         region   of regions.yaml
 *   203.0.113.0/24,eu-west,12,55     ms       the mean of `count` measurements
 *
 * Columns in any order. Read strictly: every fault with its line and column.
 */

import type { Fault } from '../base/fault.ts';
import { formatIpPrefix, type IpPrefix, parseIpPrefix } from '../base/ip-prefix.ts';
import { LATENCY_ROWS_MAX } from '../base/limits.ts';
import { createFaultSink, type FaultSink } from '../zone/fault-sink.ts';
import { continentOfCountry } from '../zone/geo-codes.ts';
import { type CommaField, type CommaRow, commaRows } from './comma-rows.ts';
import type { KnownRoundTrip } from './known-round-trip.ts';
import { parsePlaceText } from './place-code.ts';
import { isProvinceCode } from './province-names.ts';
import type { Region } from './region.ts';

export type LatencyFile = {
  /** What is known of the ways to each region. */
  readonly byRegion: ReadonlyMap<string, readonly KnownRoundTrip[]>;
  /** Every network that stands in the file, once. */
  readonly networks: readonly IpPrefix[];
  readonly faults: readonly Fault[];
};

const COLUMNS = ['from', 'region', 'ms', 'count'] as const;
type Column = (typeof COLUMNS)[number];
type Cells = Readonly<Record<Column, CommaField>>;

/** Beyond it nothing answers a user in time, and the number is a mistake of units. */
const MS_MAX = 10_000;

/** Reads the text of `file` against the regions it may name. What is returned is sound. Never throws. */
export function readLatencies(file: string, text: string, regions: readonly Region[]): LatencyFile {
  const sink = createFaultSink();
  const names = new Set(regions.map(({ name }) => name));
  const byRegion = new Map<string, KnownRoundTrip[]>();
  const networks = new Map<string, IpPrefix>();
  const lines = new Map<string, number>();
  let columns: readonly Column[] | null = null;
  for (const row of commaRows(text)) {
    if (columns === null) {
      columns = readHeader(row, sink, file);
      if (columns === null) break;
      continue;
    }
    if (lines.size >= LATENCY_ROWS_MAX) {
      sink.error('latency-too-long', `more than ${LATENCY_ROWS_MAX} lines (LATENCY_ROWS_MAX)`, {
        file,
        line: row.line,
        column: 1,
      });
      break;
    }
    const read = readRow(row, columns, names, sink, file);
    if (read === null) continue;
    const { region, known, prefix } = read;
    const key = `${region} ${known.from}`;
    const earlier = lines.get(key);
    if (earlier !== undefined) {
      const message = `${known.from} to ${region} stands in line ${earlier} already`;
      sink.error('latency-duplicate', message, { file, line: row.line, column: 1 });
      continue;
    }
    lines.set(key, row.line);
    if (prefix !== null) networks.set(known.from, prefix);
    const list = byRegion.get(region);
    if (list === undefined) byRegion.set(region, [known]);
    else list.push(known);
  }
  return { byRegion, networks: [...networks.values()], faults: sink.faults() };
}

function readHeader({ line, fields }: CommaRow, sink: FaultSink, file: string): readonly Column[] | null {
  const columns = fields.map(({ text }) => text.toLowerCase());
  if (columns.length === COLUMNS.length && COLUMNS.every((column) => columns.includes(column)))
    return columns as Column[];
  sink.error('latency-header', `begin with the columns ${COLUMNS.join(',')}`, { file, line, column: 1 });
  return null;
}

/** Null after a fault; all faults of the line are told. */
function readRow(
  { line, fields }: CommaRow,
  columns: readonly Column[],
  regions: ReadonlySet<string>,
  sink: FaultSink,
  file: string,
): { region: string; known: KnownRoundTrip; prefix: IpPrefix | null } | null {
  if (fields.length !== columns.length) {
    sink.error('latency-line', `${fields.length} fields under ${columns.length} columns`, { file, line, column: 1 });
    return null;
  }
  const before = sink.errorCount;
  const cells = Object.fromEntries(columns.map((column, i) => [column, fields[i]!])) as unknown as Cells;
  const fault = (code: string, message: string, { column }: CommaField) =>
    sink.error(code, message, { file, line, column });
  const from = readFrom(cells.from, fault);
  const region = cells.region.text;
  if (!regions.has(region))
    fault('region-unknown', `there is no region ${quoted(region)} in regions.yaml`, cells.region);
  const ms = /^\d{1,5}(?:\.\d{1,9})?$/.test(cells.ms.text) ? Number(cells.ms.text) : Number.NaN;
  if (!(ms > 0 && ms <= MS_MAX)) {
    fault('latency-ms', `${quoted(cells.ms.text)} is no round trip: milliseconds above 0, up to ${MS_MAX}`, cells.ms);
  }
  const count = /^[1-9]\d{0,8}$/.test(cells.count.text) ? Number(cells.count.text) : 0;
  if (count === 0) {
    const message = `${quoted(cells.count.text)} is no count: of how many measurements ms is the mean, from 1 on`;
    fault('latency-count', message, cells.count);
  }
  if (sink.errorCount > before || from === null) return null;
  return { region, known: { from: from.text, ms, count }, prefix: from.prefix };
}

function readFrom(
  cell: CommaField,
  fault: (code: string, message: string, cell: CommaField) => void,
): { text: string; prefix: IpPrefix | null } | null {
  const { text } = cell;
  if (/^(?:AS)?\d+$/i.test(text)) {
    const message = `${quoted(text)}: networks by AS number are not known here; name the place (EU-DE) or the prefixes`;
    fault('latency-asn', message, cell);
    return null;
  }
  if (/[/:.]/.test(text)) {
    const prefix = parseIpPrefix(text);
    if (typeof prefix !== 'string') return { text: formatIpPrefix(prefix), prefix };
    const why = prefix === 'host-bits' ? 'has bits set beyond its length' : 'is no network: write 203.0.113.0/24';
    fault(`network-${prefix}`, `${quoted(text)} ${why}`, cell);
    return null;
  }
  const place = parsePlaceText(text);
  if (place?.code && place.latitude === null && isPlace(place.code)) return { text: place.code, prefix: null };
  fault('latency-from', `${quoted(text)} is no place: write EU, EU-DE, NA-US-CA or a network`, cell);
  return null;
}

/** True for a code whose country lies on its continent. */
function isPlace(code: string): boolean {
  const [continent, country, province] = code.split('-');
  if (country === undefined) return ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'].includes(continent!);
  return continentOfCountry(country) === continent && (province === undefined || isProvinceCode(country, province));
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
