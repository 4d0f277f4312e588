/**
 * The compiled form of the bundled geo data, from one test's node to the next: each would spend a second of processor time on it.
 * A node believes it only where it fits its data, so nothing that is wrong can come of a stale one.
 */

import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Ignored by git, and gone with `npm ci`. */
const SHELF = join(import.meta.dirname, '../../node_modules/.cache/meridian-test');
const TABLE = 'locations.table';

/** Puts what an earlier node compiled into the state folder of one that is to be started. */
export function lendGeoCache(stateFolder: string): void {
  if (!existsSync(join(SHELF, TABLE))) return;
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  copyFileSync(join(SHELF, TABLE), join(stateFolder, TABLE));
}

/** Keeps what a node has compiled, if it is the first. */
export function keepGeoCache(stateFolder: string): void {
  if (existsSync(join(SHELF, TABLE)) || !existsSync(join(stateFolder, TABLE))) return;
  mkdirSync(SHELF, { recursive: true });
  const draft = join(SHELF, `${TABLE}.${process.pid}`);
  copyFileSync(join(stateFolder, TABLE), draft);
  renameSync(draft, join(SHELF, TABLE));
}
