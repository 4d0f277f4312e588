/** What every source of locations has in common: a name, and a walk over its ranges in address order. */

import type { Progress } from '../base/progress.ts';
import type { LocationClasses } from './location-classes.ts';
import type { RunList } from './prefix-runs.ts';

/** One verified geo database. */
export type GeoSource = {
  /** For messages, e.g. the file's name. */
  readonly name: string;
  /**
   * Appends the database's runs, in ascending order, to two empty lists: values are classes interned in `classes`, holes where the
   * database does not know. A million of them take a second or so, and `progress` is told.
   */
  readonly fill: (classes: LocationClasses, v4: RunList, v6: RunList, progress: Progress) => void;
};

export type GeoSourceFault =
  | 'not-mmdb'
  | 'bad-metadata'
  | 'bad-tree'
  | 'bad-data'
  | 'bad-size'
  | 'bad-record'
  | 'too-many-places';

/** A database that is refused: what is wrong with which file. Readers return it; compiling throws it only for `too-many-places`.
 * The caller keeps its last good table. */
export class GeoSourceError extends Error {
  override readonly name = 'GeoSourceError';
  readonly code: GeoSourceFault;
  readonly source: string;

  constructor(source: string, code: GeoSourceFault, message: string) {
    super(`${source}: ${message}; replace the file with a whole one`);
    this.code = code;
    this.source = source;
  }
}
