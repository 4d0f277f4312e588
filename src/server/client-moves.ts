/**
 * Tells in the log how many clients the changes of a reload have moved to other endpoints (01-zone-format). The conductor of a
 * reload lets it remember records before they change and says when the new ones are in force; the reckoning
 * (`decision/moved-share.ts`) then runs in slices between other work, over tables that never change.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ServingTables } from '../answer/serving-tables.ts';
import type { SteeredRRset } from '../decision/expected-shares.ts';
import { type ClientCounts, countClients, movedShare } from '../decision/moved-share.ts';
import type { ClassTable } from '../geo/class-table.ts';
import type { LocationTable } from '../geo/location-table.ts';
import { createHealthTable } from '../health/health-table.ts';
import { typeCode } from '../wire/codes.ts';
import { nameFromText } from '../wire/name.ts';
import { ScannedName } from '../wire/scanned-name.ts';
import { DynWord } from '../zone/zone-image.ts';

/** The control thread is never away for longer than this. */
const SLICE_MS = 10;
/** Records of one reload that are reckoned; each with rules of its own takes some 400 ms of the thread in all. */
const RECORDS_MAX = 16;

type Pending = { readonly zone: string; readonly ordinal: number; readonly key: string; readonly before: SteeredRRset };

/** Owner of what is to be reckoned. */
export class ClientMoves {
  readonly #log: Logger;
  #pending: Pending[] = [];
  /** Records of this reload that are too many to reckon. */
  #left = 0;
  #isBusy = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The records `keys` (`www.example.com. A`) of the zone at `ordinal` are about to change; `tables` still hold them. */
  remember(zone: string, ordinal: number, keys: readonly string[], tables: ServingTables): void {
    for (const [i, key] of keys.entries()) {
      if (this.#pending.length === RECORDS_MAX) {
        this.#left += keys.length - i;
        return;
      }
      const before = findSteered(tables, ordinal, key);
      if (before !== null) this.#pending.push({ zone, ordinal, key, before });
    }
  }

  /** What was remembered has changed and is in force. Resolves when it is told; nobody need wait. */
  async tell(tables: ServingTables, locations: () => LocationTable | null): Promise<void> {
    const pending = this.#pending;
    const left = this.#left;
    this.#pending = [];
    this.#left = 0;
    if (pending.length === 0) return;
    // Looked up before the first pause, after which the tables may be others.
    const pairs = pending.map((each) => ({ ...each, after: findSteered(tables, each.ordinal, each.key) }));
    if (this.#isBusy) {
      this.#log.info(
        { event: 'clients-moved', records: pairs.length },
        'too many changes to say how many clients move',
      );
      return;
    }
    this.#isBusy = true;
    try {
      await nextTurn();
      const table = locations();
      if (table !== null) await this.#reckon(pairs, left, table);
    } catch (error) {
      this.#log.error({ event: 'clients-moved', err: error }, 'a bug of Meridian: how many clients move is not known');
    } finally {
      this.#isBusy = false;
    }
  }

  async #reckon(
    pairs: readonly (Pending & { readonly after: SteeredRRset | null })[],
    left: number,
    locations: LocationTable,
  ): Promise<void> {
    // By what the files say; who is down at the moment is no part of the change.
    const nothingKnown = createHealthTable();
    const counts = new Map<ClassTable | null, Map<ClassTable | null, ClientCounts>>();
    for (const { zone, key, before, after } of pairs) {
      if (after === null) continue;
      const ofBefore = counts.get(before.table) ?? new Map<ClassTable | null, ClientCounts>();
      counts.set(before.table, ofBefore);
      const clients = ofBefore.get(after.table) ?? (await inSlices(countClients(before.table, after.table, locations)));
      ofBefore.set(after.table, clients);
      const moved = await inSlices(movedShare(before, after, clients, nothingKnown));
      const percent = Math.round(moved * 1000) / 10;
      const entry = { event: 'clients-moved', zone, record: key, percent };
      this.#log.info(
        entry,
        `${key}: ${moved > 0 && percent === 0 ? 'under 0.1' : percent} % of clients change endpoint`,
      );
    }
    if (left > 0) this.#log.info({ event: 'clients-moved', left }, `and ${left} more steered records changed`);
  }
}

async function inSlices<T>(work: Generator<void, T>): Promise<T> {
  let since = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - since < SLICE_MS) continue;
    await nextTurn();
    since = performance.now();
  }
}

function findSteered(tables: ServingTables, ordinal: number, key: string): SteeredRRset | null {
  const zone = tables.zones[ordinal] ?? null;
  const space = key.lastIndexOf(' ');
  const wire = nameFromText(key.slice(0, space));
  if (zone === null || typeof wire === 'string') return null;
  const name = new ScannedName();
  name.scan(wire, 0, wire.length);
  const node = zone.find(name, 0);
  const rrset = node === 0 ? 0 : zone.findRRset(node, typeCode(key.slice(space + 1)));
  if (rrset === 0 || !zone.isSteered(rrset)) return null;
  const at = zone.dataOf(rrset);
  const group = zone.words[zone.blockOf(rrset) + DynWord.GROUP]!;
  return { zone, at, table: group < 0 ? null : (tables.classTables[group] ?? null) };
}
