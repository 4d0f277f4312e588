/** Who serves a country, out of the node's map: the one that most of its clients get, and the whole list in words. */

import type { CountryAnswer, MapRecord } from './api-answers.ts';
import { percentText } from './figures.ts';

/** Whoever is neither a region nor a pool: the record's own values, or nobody. */
const NO_POOL = "the record's own values";

/** A country as the map shows it. */
export type ServedCountry = {
  readonly code: string;
  /** Region that serves most of it, or the pool where that states none. */
  readonly by: string;
  /** Of its clients, those that `by` serves. */
  readonly share: number;
  /** Its part of all clients. */
  readonly clients: number;
  /** Everybody who serves a part of it, largest first. */
  readonly all: readonly { readonly by: string; readonly share: number }[];
};

/** `record` as zone, name and type in one word: how a reader chooses it. */
export function recordKey({ name, type }: Pick<MapRecord, 'name' | 'type'>): string {
  return `${name} ${type}`;
}

/** The countries of a record by code. Clients whose country is not known are under ''. */
export function servedCountries(record: MapRecord): ReadonlyMap<string, ServedCountry> {
  return new Map(record.countries.map((country) => [country.country ?? '', servedCountry(country)]));
}

function servedCountry({ country, clients, pools }: CountryAnswer): ServedCountry {
  const shares = new Map<string, number>();
  for (const { pool, region, share } of pools) {
    const by = region ?? pool ?? NO_POOL;
    shares.set(by, (shares.get(by) ?? 0) + share);
  }
  const all = Array.from(shares, ([by, share]) => ({ by, share })).sort((a, b) => b.share - a.share);
  return { code: country ?? '', by: all[0]?.by ?? NO_POOL, share: all[0]?.share ?? 0, clients, all };
}

/** Of all clients of a record, the share that each region or pool serves, largest first. */
export function totalShares(countries: Iterable<ServedCountry>): { readonly by: string; readonly share: number }[] {
  const totals = new Map<string, number>();
  for (const { clients, all } of countries)
    for (const { by, share } of all) totals.set(by, (totals.get(by) ?? 0) + clients * share);
  return Array.from(totals, ([by, share]) => ({ by, share })).sort((a, b) => b.share - a.share);
}

/** `eu-west`, or `us-east 60 %, eu-west 40 %`. */
export function servedText({ all }: ServedCountry): string {
  if (all.length === 1) return all[0]!.by;
  return all.map(({ by, share }) => `${by} ${percentText(share)}`).join(', ');
}

/** Codes of the countries that are served otherwise after than before, by more than a thousandth of their clients. */
export function movedCountries(
  before: ReadonlyMap<string, ServedCountry>,
  after: ReadonlyMap<string, ServedCountry>,
): ReadonlySet<string> {
  const moved = new Set<string>();
  for (const [code, now] of after) {
    const old = new Map(before.get(code)?.all.map(({ by, share }) => [by, share]) ?? []);
    const gained = now.all.reduce((sum, { by, share }) => sum + Math.max(0, share - (old.get(by) ?? 0)), 0);
    if (gained > 0.001) moved.add(code);
  }
  return moved;
}

/** Everybody who serves a part of any country. */
export function servedNames(countries: ReadonlyMap<string, ServedCountry>): string[] {
  return [...countries.values()].flatMap(({ all }) => all.map(({ by }) => by));
}
