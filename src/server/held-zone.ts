/** One zone as the node holds it: the table in force, if there ever was a good one, and what is wrong with its files now. */

import type { Fault } from '../base/fault.ts';
import { hasError } from '../base/fault.ts';
import type { EndpointSpec } from '../zone/zone-model.ts';
import type { BuiltZone, ZoneNews } from './builder-messages.ts';
import type { ZoneState, ZoneStatus } from './node-status.ts';
import { fileFault } from './zone-files.ts';

/** Owned by the snapshot. */
export class HeldZone {
  readonly zone: string;
  /** Place in the tables; -1 until there is one. */
  ordinal = -1;
  image: SharedArrayBuffer | null = null;
  endpoints: readonly EndpointSpec[] = [];
  groups: Int32Array = new Int32Array(0);
  /** Of the content in force. */
  servedHash = '';
  /** The files were there and are not any more. */
  isGone = false;
  #built: BuiltZone | null = null;
  #loadedAtMs = 0;
  #faults: readonly Fault[] = [];
  #errors = 0;
  #warnings = 0;

  constructor(zone: string) {
    this.zone = zone;
  }

  /** What a zone without files says. */
  get goneMessage(): string {
    return 'the zone file is gone: the zone loaded before is still served; reload (SIGHUP) to stop serving it';
  }

  /** The files as they are now. */
  takeFaults(news: ZoneNews): void {
    this.#faults = news.faults;
    this.#errors = news.errors;
    this.#warnings = news.warnings;
  }

  addFault(fault: Fault): void {
    this.#faults = [fault, ...this.#faults];
    this.#errors++;
  }

  /** `built` is in force from now on; `endpoints` are its own. */
  accept(hash: string, built: BuiltZone, endpoints: readonly EndpointSpec[], groups: Int32Array, nowMs: number): void {
    this.servedHash = hash;
    this.image = built.image;
    this.endpoints = endpoints;
    this.groups = groups;
    this.#built = built;
    this.#loadedAtMs = nowMs;
  }

  currentFaults(): readonly Fault[] {
    return this.isGone ? [fileFault(this.zone, 'zone-file-gone', this.goneMessage)] : this.#faults;
  }

  status(): ZoneStatus {
    const faults = this.currentFaults();
    const isSound = !hasError(faults);
    const state: ZoneState = this.image === null ? 'refused' : isSound ? 'serving' : 'last-good';
    return {
      zone: this.zone,
      state,
      serial: this.#built?.serial ?? 0,
      names: this.#built?.names ?? 0,
      records: this.#built?.records ?? 0,
      dynamics: this.#built?.dynamics ?? 0,
      loadedAtMs: this.#loadedAtMs,
      faults,
      errors: this.isGone ? 1 : this.#errors,
      warnings: this.isGone ? 0 : this.#warnings,
    };
  }
}
