/** What the control thread asks of the builder thread, and what comes back. One question at a time. */

import type { Fault } from '../base/fault.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import type { SteeredRecord } from '../zone/steered-record.ts';
import type { ClassSpec } from '../zone/zone-model.ts';
import type { LatencyTables } from './group-tables.ts';
import type { LocationBuild } from './location-build.ts';
import type { Placed } from './serving-state.ts';
import type { ZoneChanges } from './zone-changes.ts';
import type { ZoneDefaults } from './zone-load.ts';

/** Given at the thread's birth (`workerData`). */
export type BuilderSetup = {
  readonly zonesDir: string;
  readonly geoDataDir: string;
  readonly stateDir: string | null;
  readonly zoneDefaults: ZoneDefaults;
};

export type ToBuilder =
  /** Look at geo-data; `explicit`: on the operator's word, so that files that are gone are believed to be. */
  | { readonly kind: 'locations'; readonly explicit: boolean }
  /** Look at the zones; every zone that has changed comes in a `zones` message before `scanned`. */
  | { readonly kind: 'scan'; readonly explicit: boolean }
  | {
      readonly kind: 'groups';
      readonly added: ReadonlyArray<readonly [number, ClassSpec]>;
      readonly dropped: readonly number[];
      readonly facts: LatencyFacts;
    }
  /** Other latencies are measured: the groups that follow them, anew. */
  | { readonly kind: 'latencies'; readonly facts: LatencyFacts; readonly nowMs: number };

export type FromBuilder =
  | { readonly kind: 'locations'; readonly news: LocationNews | null; readonly directories: readonly string[] }
  | { readonly kind: 'zones'; readonly zones: readonly ZoneNews[] }
  | { readonly kind: 'scanned'; readonly result: ScanResult }
  | { readonly kind: 'groups'; readonly tables: readonly Placed[]; readonly isMapped: boolean }
  | { readonly kind: 'latencies'; readonly result: LatencyTables }
  /** One line for the log: the state directory and the like. */
  | { readonly kind: 'warning'; readonly message: string }
  /** A bug of ours that stopped the question at hand. */
  | { readonly kind: 'defect'; readonly error: string };

/** The location table after a change of it or of its faults. */
export type LocationNews = LocationBuild & {
  /** All class tables, compiled anew; empty when the image is the one before. */
  readonly classTables: readonly Placed[];
  /** Whether some class table is in the mapped form, so that workers need the location table too. */
  readonly isMapped: boolean;
};

/** A zone whose files are not what they were at the last look. */
export type ZoneNews = {
  readonly zone: string;
  /** Of all content. */
  readonly hash: string;
  /** Null: the files have errors, so that what is in force stays. */
  readonly built: BuiltZone | null;
  /** Bounded by STATUS_FAULTS_MAX; the counts are whole. */
  readonly faults: readonly Fault[];
  readonly errors: number;
  readonly warnings: number;
};

export type BuiltZone = {
  readonly image: SharedArrayBuffer;
  readonly origin: string;
  readonly steered: readonly SteeredRecord[];
  readonly groups: readonly ClassSpec[];
  readonly serial: number;
  readonly names: number;
  readonly records: number;
  readonly dynamics: number;
  readonly changes: ZoneChanges | null;
};

export type ScanResult = {
  /** Every zone that has a file now. */
  readonly present: readonly string[];
  /** False when the directory could not be read, so that `present` proves nothing. */
  readonly isComplete: boolean;
  /** Of the directory as a whole. */
  readonly faults: readonly Fault[];
  /** Where files were read, to be watched. */
  readonly directories: readonly string[];
};
