/**
 * The clients of a steering group, counted: of which place they are and of which class, before and after a change. Places are
 * those of the location table, so that distances are known; classes come from the group's own table in its mapped form, where a
 * place says the class of all its addresses but those that a subnet of the rules names. Not on the query's way.
 */

import { CLASS_NONROUTABLE, type ClassTable, classOfPlace, subnetRuns } from './class-table.ts';
import { NONROUTABLE_CLASS, UNKNOWN_CLASS } from './location-classes.ts';
import type { LocationTable } from './location-table.ts';
import { HOLE, type RunList } from './prefix-runs.ts';
import { unpackRuns } from './run-table.ts';

/** The IPv4 space by place. */
export type PlaceRuns = { readonly runs: RunList; readonly addresses: Float64Array };

/**
 * Clients that have one class before and one after, by place: what is decided for them is decided once, however many places they
 * are of. A class of -1: there is no table. Shares are of all clients of the record and sum to 1 over its cells.
 */
export type ClientCell = {
  readonly before: number;
  readonly after: number;
  readonly share: number;
  /** Location classes, and the share that each has; a class may come twice. */
  readonly places: readonly number[];
  readonly shares: readonly number[];
};

const SPACE = 2 ** 32;
/** Over all classes, -1 included. */
const CLASS_SPAN = 0x20000;

/** IPv4 addresses of each location class. Full city data: some 100 ms. */
export function countAddresses(locations: LocationTable): PlaceRuns {
  const runs = unpackRuns(locations.runs, 4, null);
  const addresses = new Float64Array(locations.classCount);
  for (let i = 0; i < runs.count; i++) addresses[runs.values[i]!]! += endOf(runs, i) - runs.keys[i]!;
  return { runs, addresses };
}

/** Clients in proportion to IPv4 addresses whose place is known; where nothing is placed, to all that are routable. */
export function addressClients({ addresses }: PlaceRuns): Float64Array {
  const clients = Float64Array.from(addresses);
  clients[NONROUTABLE_CLASS] = 0;
  const known = clients.reduce((sum, count) => sum + count, 0) - clients[UNKNOWN_CLASS]!;
  if (known > 0) clients[UNKNOWN_CLASS] = 0;
  return clients;
}

/** The cells of `clients` (by location class); both tables in the mapped form with the same subnets, or both null. */
export function clientCells(
  before: ClassTable | null,
  after: ClassTable | null,
  clients: Float64Array,
  places: PlaceRuns,
): ClientCell[] {
  const cells = new Map<number, { before: number; after: number; share: number; places: number[]; shares: number[] }>();
  const total = clients.reduce((sum, count) => sum + count, 0);
  const put = (place: number, old: number, now: number, count: number) => {
    if (count <= 0 || old === CLASS_NONROUTABLE) return;
    const key = old * CLASS_SPAN + now;
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { before: old, after: now, share: 0, places: [], shares: [] };
      cells.set(key, cell);
    }
    cell.share += count / total;
    cell.places.push(place);
    cell.shares.push(count / total);
  };
  const rest = Float64Array.from(clients);
  for (const { place, classId, addresses } of before === null ? [] : inSubnets(before, places)) {
    const count = (clients[place]! * addresses) / places.addresses[place]!;
    rest[place]! -= count;
    put(place, classId, classId, count);
  }
  const classIn = (table: ClassTable | null, place: number) => (table === null ? -1 : classOfPlace(table, place));
  for (let place = 0; place < rest.length; place++) {
    // What rounding leaves of a place that subnets cover whole is nobody.
    if (rest[place]! <= clients[place]! * 1e-9) continue;
    put(place, classIn(before, place), classIn(after, place), rest[place]!);
  }
  return [...cells.values()];
}

/** What the subnets of a table hold, by place. */
function inSubnets(table: ClassTable, { runs }: PlaceRuns): { place: number; classId: number; addresses: number }[] {
  const subnets = subnetRuns(table);
  const found = new Map<string, { place: number; classId: number; addresses: number }>();
  let at = 0;
  for (let i = 0; i < subnets.count; i++) {
    const classId = subnets.values[i]!;
    if (classId === HOLE) continue;
    const [from, end] = [subnets.keys[i]!, endOf(subnets, i)];
    while (endOf(runs, at) <= from) at++;
    for (let run = at; run < runs.count && runs.keys[run]! < end; run++) {
      const addresses = Math.min(end, endOf(runs, run)) - Math.max(from, runs.keys[run]!);
      const place = runs.values[run]!;
      const key = `${place} ${classId}`;
      const cell = found.get(key) ?? { place, classId, addresses: 0 };
      cell.addresses += addresses;
      found.set(key, cell);
    }
  }
  return [...found.values()];
}

function endOf(runs: RunList, run: number): number {
  return run + 1 < runs.count ? runs.keys[run + 1]! : SPACE;
}
