/** All zones of a directory, read the way the builder reads them: for commands, and for what-ifs of a node. */

import { dirname } from 'node:path';
import type { Fault } from '../base/fault.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { findParts, listZoneSources, ZoneFileReader, type ZoneSource } from './zone-files.ts';
import { loadZone, type ZoneDefaults } from './zone-load.ts';

/** One zone of a directory; `model` is null when its faults have an error. */
export type CheckedZone = {
  readonly source: ZoneSource;
  readonly model: ZoneModel | null;
  readonly faults: readonly Fault[];
};

export type CheckedZones = {
  readonly zones: readonly CheckedZone[];
  /** Where files were read, to be watched. */
  readonly directories: readonly string[];
  /** Of the directory as a whole. */
  readonly faults: readonly Fault[];
};

/** Every zone of `zonesDir`. Never throws. */
export function checkZonesDirectory(zonesDir: string, defaults: ZoneDefaults): CheckedZones {
  const listing = listZoneSources(zonesDir);
  const included = new Set<string>();
  const directories = new Set(listing.directories);
  const zones: CheckedZone[] = [];
  for (const source of listing.sources) {
    const reader = new ZoneFileReader(zonesDir, Date.now());
    const { model, faults } = loadZone(source, reader, defaults);
    zones.push({ source, model, faults });
    for (const path of reader.included) included.add(path);
    for (const file of reader.files) directories.add(dirname(file.path));
  }
  const parts = findParts(listing.sources, included);
  const whole = zones.filter(({ source }) => !parts.has(source.zone));
  return { zones: whole, directories: [...directories], faults: listing.faults };
}
