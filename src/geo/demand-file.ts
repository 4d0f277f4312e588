/**
 * How many queries come from where: a file of lines, from an operator's own counts, and what it means in a location table.
 *
 *   # a comment                          place      as in `place-code`, or in its stead
 *   place,queries                        country    ISO 3166-1 alpha-2, with
 *   EU-DE@+52.520+013.405,18230          province   ISO 3166-2 without the country, may be empty
 *   NA-US-CA,9120                        queries    a number, 0 or more; only proportions count
 *   unknown,12
 *
 * Columns in any order. Read strictly: every fault with its line.
 */

import type { Fault } from '../base/fault.ts';
import { DEMAND_ROWS_MAX, FAULTS_PER_FILE_MAX } from '../base/limits.ts';
import { continentOfCountry } from '../zone/geo-codes.ts';
import { commaRows } from './comma-rows.ts';
import type { Location } from './location.ts';
import { UNKNOWN_CLASS } from './location-classes.ts';
import { type PlaceCode, PlaceFinder, parsePlaceText } from './place-code.ts';

/** One line. */
export type DemandRow = { readonly place: PlaceCode; readonly queries: number };

/** `rows` are those without a fault. */
export type DemandFile = { readonly rows: readonly DemandRow[]; readonly faults: readonly Fault[] };

/** Clients by location class, in whatever unit they are counted. */
export type Demand = {
  readonly clients: Float64Array;
  readonly total: number;
  /** How many of them stand under "unknown" because the location table has no such place. */
  readonly notFound: number;
};

const COLUMNS = ['place', 'country', 'province', 'queries'] as const;
type Column = (typeof COLUMNS)[number];

/** Reads the text of `file`. Never throws. */
export function parseDemandFile(file: string, text: string): DemandFile {
  const rows: DemandRow[] = [];
  const faults: Fault[] = [];
  const fault = (code: string, message: string, line: number, column = 1) => {
    if (faults.length >= FAULTS_PER_FILE_MAX) return;
    faults.push({ severity: 'error', code, record: null, type: null, message, file, line, column });
  };
  let columns: readonly Column[] | null = null;
  for (const { line, fields: cells } of commaRows(text)) {
    const fields = cells.map((cell) => cell.text);
    if (columns === null) {
      columns = readHeader(fields, (message) => fault('demand-header', message, line));
      if (columns === null) return { rows, faults };
      continue;
    }
    if (rows.length >= DEMAND_ROWS_MAX) {
      fault('demand-too-long', `more than ${DEMAND_ROWS_MAX} lines (DEMAND_ROWS_MAX)`, line);
      break;
    }
    const row = readRow(columns, fields);
    if (typeof row === 'string') fault('demand-line', row, line);
    else rows.push(row);
  }
  if (columns === null) fault('demand-empty', 'no line says which columns there are: begin with "place,queries"', 0, 0);
  else if (faults.length === 0 && rows.every(({ queries }) => queries === 0)) {
    fault('demand-empty', 'no line has a query: without any there is nothing to reckon with', 0, 0);
  }
  return { rows, faults };
}

/**
 * What `rows` mean over `classes`: a row's queries go to the classes of its place by their numbers of `addresses`. What no class
 * is for counts as unknown.
 */
export function placeDemand(
  rows: readonly DemandRow[],
  classes: readonly (Location | null)[],
  addresses: Float64Array,
): Demand {
  const finder = new PlaceFinder(classes);
  const clients = new Float64Array(classes.length);
  let total = 0;
  let notFound = 0;
  for (const { place, queries } of rows) {
    const ids = finder.find(place);
    total += queries;
    if (ids.length === 0) {
      notFound += queries;
      clients[UNKNOWN_CLASS]! += queries;
      continue;
    }
    let sum = 0;
    for (const id of ids) sum += addresses[id]!;
    for (const id of ids) clients[id]! += sum === 0 ? queries / ids.length : (queries * addresses[id]!) / sum;
  }
  return { clients, total, notFound };
}

function readHeader(fields: readonly string[], tell: (message: string) => void): readonly Column[] | null {
  const columns = fields.map((field) => field.toLowerCase());
  const stranger = columns.find((column) => !COLUMNS.includes(column as Column));
  const has = (column: Column) => columns.includes(column);
  if (stranger !== undefined) tell(`column "${stranger.slice(0, 40)}" is unknown: begin with "place,queries"`);
  else if (new Set(columns).size < columns.length) tell('a column stands twice');
  else if (!has('queries')) tell('there is no column "queries"');
  else if (has('place') === has('country')) tell('needs one of the columns "place" and "country"');
  else if (has('place') && has('province')) tell('a province belongs to a column "country"; in "place" write NA-US-CA');
  else return columns as Column[];
  return null;
}

/** A row, or what is wrong with it. */
function readRow(columns: readonly Column[], fields: readonly string[]): DemandRow | string {
  if (fields.length !== columns.length) return `${fields.length} fields under ${columns.length} columns`;
  const field = (column: Column) => fields[columns.indexOf(column)] ?? '';
  const text = field('queries');
  const queries = /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(queries)) return `"${text.slice(0, 40)}" is no number of queries`;
  const written = columns.includes('place') ? field('place') : placeOfCountry(field('country'), field('province'));
  const place = written === null ? null : parsePlaceText(written);
  if (place !== null) return { place, queries };
  if (written === null) return `"${field('country').slice(0, 40)}" is no country: write ISO 3166-1 alpha-2, like DE`;
  return `"${written.slice(0, 60)}" is no place: write EU, EU-DE, NA-US-CA, EU-DE@+52.5+013.4 or unknown`;
}

function placeOfCountry(country: string, province: string): string | null {
  if (country === 'unknown') return country;
  const continent = continentOfCountry(country);
  if (continent === null) return null;
  return province === '' ? `${continent}-${country}` : `${continent}-${country}-${province}`;
}
