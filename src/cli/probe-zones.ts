/**
 * What an agent has to check, from the zone files: the checks of all endpoints whose health decides. A zone whose files have
 * faults keeps the checks of its last good version, as the DNS nodes keep its answers.
 *
 * Built and asked by `probe-zone-thread.ts`, since reading many zones takes longer than a check may wait.
 */

import { formatFault } from '../base/fault.ts';
import { checkZonesDirectory } from '../server/zone-directory.ts';
import type { ZoneDefaults } from '../server/zone-load.ts';
import type { CheckSpec, ZoneModel } from '../zone/zone-model.ts';

/** Given to the thread at its birth (`workerData`). */
export type ProbeZoneSetup = { readonly zonesDir: string; readonly zoneDefaults: ZoneDefaults };

/** What a look at the files found. */
export type ProbeZonesLook = {
  /** All checks, when they are others than at the look before; else null. */
  readonly checks: readonly CheckSpec[] | null;
  readonly zones: number;
  /** Errors that were not there at the look before, one line each. */
  readonly faults: readonly string[];
  /** Errors that are there now. */
  readonly faultCount: number;
  readonly directories: readonly string[];
};

/** Remembers the last good version of each zone. */
export class ProbeZones {
  readonly #zonesDir: string;
  readonly #defaults: ZoneDefaults;
  #checksOf = new Map<string, readonly CheckSpec[]>();
  #known = '';
  #faults: ReadonlySet<string> = new Set();

  constructor(zonesDir: string, defaults: ZoneDefaults) {
    this.#zonesDir = zonesDir;
    this.#defaults = defaults;
  }

  /** Reads every zone. Never throws for what stands in a file. */
  look(): ProbeZonesLook {
    const { zones, directories, faults } = checkZonesDirectory(this.#zonesDir, this.#defaults);
    const isComplete = !faults.some((fault) => fault.severity === 'error');
    // A directory that cannot be read has not lost its zones.
    const checksOf = new Map(isComplete ? [] : this.#checksOf);
    for (const { source, model } of zones) {
      const checks = model === null ? this.#checksOf.get(source.zone) : checksOfZone(model);
      if (checks !== undefined) checksOf.set(source.zone, checks);
    }
    this.#checksOf = checksOf;
    const all = new Map([...checksOf.values()].flat().map((check) => [check.id, check]));
    const known = [...all.keys()].sort().join('\n');
    const isSame = known === this.#known;
    this.#known = known;
    const errors = [...faults, ...zones.flatMap((zone) => zone.faults)].filter((fault) => fault.severity === 'error');
    const lines = new Set(errors.map(formatFault));
    const fresh = [...lines].filter((line) => !this.#faults.has(line));
    this.#faults = lines;
    return {
      checks: isSame ? null : [...all.values()],
      zones: checksOf.size,
      faults: fresh,
      faultCount: lines.size,
      directories,
    };
  }
}

/** `status: up` and `down` are the operator's word: nobody asks such an endpoint. */
function checksOfZone(model: ZoneModel): CheckSpec[] {
  const endpoints = model.dynamics.flatMap((dynamic) => dynamic.pools).flatMap((pool) => pool.endpoints);
  return endpoints.filter((endpoint) => endpoint.status === 'obey').map((endpoint) => endpoint.check);
}
