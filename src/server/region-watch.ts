/**
 * Follows which regions have agents, so that clients go by the two nearest them where regions disagree (`geo/nearest-regions.ts`): when
 * regions come or go, or are placed otherwise, the table is made anew, which is the builder's work.
 */

import type { Logger } from 'pino';
import { type NumberedRegion, nearestRegionsSpec } from '../geo/nearest-regions.ts';
import type { Region } from '../geo/region.ts';
import type { ClassSpec } from '../zone/zone-model.ts';
import { LookTimer } from './look-timer.ts';

export type RegionWatchOptions = {
  readonly log: Pick<Logger, 'error'>;
  /** Those with a place. */
  readonly regions: () => readonly Region[];
  /** Those with agents. */
  readonly agentRegions: () => readonly NumberedRegion[];
  /** Puts the group into force, null for none; rejects when that failed. */
  readonly follow: (spec: ClassSpec | null) => Promise<void>;
};

/** Regions come and go with deployments; a new one has a voice in the world's verdict at once, in views after this. */
const LOOK_MS = 5_000;

/** Owner of a timer. */
export class RegionWatch {
  readonly #options: RegionWatchOptions;
  #followed = '';
  readonly #timer = new LookTimer(LOOK_MS, () => this.look());

  constructor(options: RegionWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer.start();
  }

  stop(): void {
    this.#timer.stop();
  }

  /** Looks at what regions there are now. Resolves when their table is in force; never rejects. */
  async look(): Promise<void> {
    const { log, regions, agentRegions, follow } = this.#options;
    const placed = new Set(regions().map(({ name }) => name));
    const spec = nearestRegionsSpec(agentRegions().filter(({ region }) => placed.has(region)));
    const key = JSON.stringify(spec);
    if (key === this.#followed) return;
    this.#followed = key;
    try {
      await follow(spec);
    } catch (error) {
      // Without it the world's verdict counts for everybody; the next look tries again.
      this.#followed = '';
      log.error({ event: 'regions-failed', err: error }, 'the table of nearest regions could not be made anew');
    }
  }
}
