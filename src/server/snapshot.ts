/**
 * What is in force: the conductor of every reload. It asks the builder what has changed, decides zone by zone (all or
 * nothing, the last good one stays), gives endpoints their slots and groups their ids, links the tables and hands the
 * difference to whoever serves. Looks follow one another; nothing else changes tables.
 *
 *   builder: locations, zones  ->  accept or refuse  ->  slots, group ids  ->  builder: class tables  ->  link  ->  publish
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { type Fault, hasError } from '../base/fault.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import { type LocationTable, mapLocationTable } from '../geo/location-table.ts';
import { NEAREST_GROUP } from '../geo/nearest-regions.ts';
import { NO_LATENCY_FACTS } from '../geo/pool-costs.ts';
import type { Region } from '../geo/region.ts';
import { type EndpointRegistry, EndpointSlotsError } from '../health/endpoint-registry.ts';
import { listEndpoints } from '../zone/steered-record.ts';
import { buildZoneIndex } from '../zone/zone-index.ts';
import type { ClassSpec } from '../zone/zone-model.ts';
import { linkZone } from '../zone/zone-table.ts';
import type { BuildClient } from './build-client.ts';
import type { LocationNews, ScanResult, ZoneNews } from './builder-messages.ts';
import { ClientMoves } from './client-moves.ts';
import { GroupRegistry } from './group-registry.ts';
import type { HeldZone } from './held-zone.ts';
import type { GeoStatus, ReloadReport, ZoneStatus } from './node-status.ts';
import { logGeo, logLook, logZone } from './reload-log.ts';
import type { ServingState, TableDelta } from './serving-state.ts';
import { TablePublisher } from './table-publisher.ts';
import { fileFault } from './zone-files.ts';
import { ZoneSet } from './zone-set.ts';

/** Zones accepted in one turn of the loop: some 10 ms, so that timers and Redis are not kept waiting. */
const ZONES_PER_TURN = 64;

export type SnapshotOptions = {
  readonly client: BuildClient;
  readonly registry: EndpointRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly zonesDir: string;
  /** Takes each step of a change, in order; after the last step `onChange` says so. */
  readonly publish: (delta: TableDelta) => void;
  /** The set of endpoints has changed. */
  readonly onEndpoints: () => void;
};

/** What one look found, before any of it is in force. */
type Look = {
  readonly explicit: boolean;
  readonly geo: LocationNews | null;
  readonly news: readonly ZoneNews[];
  readonly scan: ScanResult;
  readonly report: { readonly changed: string[]; readonly added: string[]; readonly removed: string[] };
  /** Ordinals and class tables to be replaced. */
  readonly zones: Map<number, SharedArrayBuffer | null>;
  readonly classTables: Map<number, SharedArrayBuffer | null>;
  /** Zones accepted, to be linked. */
  readonly accepted: HeldZone[];
};

/** Owner of what is in force. */
export class Snapshot {
  /** Directories whose files were read at the last look. */
  directories: readonly string[] = [];
  readonly #options: SnapshotOptions;
  readonly #tables: TablePublisher;
  readonly #groups = new GroupRegistry();
  readonly #zones = new ZoneSet();
  #index: SharedArrayBuffer = buildZoneIndex([]);
  #locations: LocationNews | null = null;
  /** Opened when first asked for, and again when the image has changed. */
  #openLocations: LocationTable | null = null;
  /** What agents have measured, as the tables in force go by it. */
  #facts: LatencyFacts = NO_LATENCY_FACTS;
  #directoryFaults: readonly Fault[] = [];
  readonly #moves: ClientMoves;
  #generation = 0;
  #busy: Promise<unknown> = Promise.resolve();
  #waiting: Promise<ReloadReport> | null = null;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#tables = new TablePublisher(options.registry.table, options.publish);
    this.#moves = new ClientMoves(options.log);
  }

  /**
   * Looks at all files and puts into force what is sound. `explicit`: the operator's word, on which files that are gone
   * are believed to be. Looks asked for while one is running are one look after it.
   */
  look(explicit: boolean): Promise<ReloadReport> {
    if (!explicit && this.#waiting !== null) return this.#waiting;
    const look = this.#enqueue(() => {
      if (this.#waiting === look) this.#waiting = null;
      return this.#look(explicit);
    });
    if (!explicit) this.#waiting = look;
    return look;
  }

  /**
   * Has the tables of records steered by latency go by `facts`, after the looks under way. True if some places would be served by
   * others, but changed a moment ago.
   */
  followLatencies(facts: LatencyFacts): Promise<boolean> {
    return this.#enqueue(() => this.#followLatencies(facts));
  }

  /** Has disputed endpoints go by the agent regions of `spec` (`nearestRegionsSpec`), after the looks under way. */
  followNearest(spec: ClassSpec | null): Promise<void> {
    return this.#enqueue(() => this.#followNearest(spec));
  }

  /** What agents have measured, as the tables in force go by it. */
  get latencyFacts(): LatencyFacts {
    return this.#facts;
  }

  /** The checks that measure for records steered by latency. */
  latencyChecks(): Set<string> {
    return this.#groups.latencyChecks();
  }

  /** The tables in force. */
  get serving(): ServingState {
    return this.#tables.serving;
  }

  /** Everything in force, for a worker that starts with nothing. */
  allTables(): TableDelta {
    return {
      locations: this.#tables.mappedOver,
      classTables: this.#tables.classTables.map((image, group) => [group, image] as const),
      zones: this.#zones.placed(),
      index: this.#index,
      ...(this.serving.aliasTargets && { aliasTargets: this.serving.aliasTargets.image }),
    };
  }

  /** The location table in force, open, or null before the first look. */
  openLocations(): LocationTable | null {
    const image = this.#locations?.image ?? null;
    if (image !== null && this.#openLocations?.image !== image) this.#openLocations = mapLocationTable(image);
    return this.#openLocations;
  }

  /** The regions in force. */
  get regions(): readonly Region[] {
    return this.#locations?.regions ?? [];
  }

  /** By name. */
  zoneStatuses(): ZoneStatus[] {
    return this.#zones.statuses();
  }

  /** Zones served, and zones with errors that never were good. */
  counts(): { serving: number; refused: number } {
    return this.#zones.counts();
  }

  geoStatus(): GeoStatus {
    const { source, note, cached, faults } = this.#locations ?? {
      source: 'none',
      note: null,
      cached: false,
      faults: [],
    };
    return { source, note, cached, faults };
  }

  /** Does `work` after what is under way. */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work);
    this.#busy = done.catch(() => undefined);
    return done;
  }

  async #look(explicit: boolean): Promise<ReloadReport> {
    const { client, clock, log } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      const { news: geo, directories } = await client.locations(explicit);
      const news: ZoneNews[] = [];
      const scan = await client.scan(explicit, (zones) => news.push(...zones));
      this.directories = [...directories, ...scan.directories];
      const report = { changed: [], added: [], removed: [] };
      const look: Look = {
        explicit,
        geo,
        news,
        scan,
        report,
        zones: new Map(),
        classTables: new Map(),
        accepted: [],
      };
      await this.#apply(look);
      void this.#moves.tell(this.serving, () => this.openLocations());
      // Only now is it true.
      for (const zone of report.removed) {
        log.warn({ event: 'zone-removed', zone }, 'the zone has no file any more and is no longer served');
      }
      const whole = this.#reportOf(look, clock.monotonicMs() - startedMs);
      logLook(log, whole, explicit);
      return whole;
    } catch (error) {
      // What the builder has told is lost, so it must forget that it has told it.
      await client.restart();
      log.error({ event: 'reload-failed', err: error }, 'reload failed; what was served is still served');
      throw error;
    }
  }

  async #apply(look: Look): Promise<void> {
    const { client, log } = this.#options;
    const added: [number, Parameters<GroupRegistry['claim']>[0][number]][] = [];
    if (look.geo !== null) logGeo(log, look.geo, this.#locations);
    for (const [i, news] of look.news.entries()) {
      if (i % ZONES_PER_TURN === ZONES_PER_TURN - 1) await nextTurn();
      this.#takeNews(look, news, added);
    }
    this.#followFiles(look);
    const dropped = this.#groups.keepOnly(this.#zones.groupsInUse());
    // A builder that has started anew knows no group.
    const isNewBuilder = client.generation !== this.#generation;
    const wanted = isNewBuilder ? this.#groups.all() : added;
    if (wanted.length > 0 || dropped.length > 0) {
      const { tables, isMapped } = await client.groups(wanted, dropped, this.#facts);
      for (const [group, image] of tables) look.classTables.set(group, image);
      for (const group of dropped) look.classTables.set(group, null);
      this.#tables.isMapped = isMapped;
    }
    this.#generation = client.generation;
    if (look.geo !== null) {
      for (const [group, image] of look.geo.classTables) {
        if (!look.classTables.has(group)) look.classTables.set(group, image);
      }
      if (look.geo.classTables.length > 0) this.#tables.isMapped = look.geo.isMapped;
    }
    await this.#publish(look);
  }

  /** Accepts or refuses one zone. */
  #takeNews(look: Look, news: ZoneNews, added: Parameters<GroupRegistry['claim']>[1]): void {
    const { registry, clock, log } = this.#options;
    const held = this.#zones.hold(news.zone);
    held.takeFaults(news);
    const { built } = news;
    if (built === null) {
      logZone(log, held, news, false);
      return;
    }
    if (held.image !== null && held.servedHash === news.hash) return;
    try {
      const endpoints = listEndpoints(built);
      const slots = registry.claim(endpoints);
      const groups = this.#groups.claim(built.groups, added);
      const isNew = held.image === null;
      if (isNew) held.ordinal = this.#zones.takeOrdinal();
      linkZone(built.image, slots, groups);
      if (built.changes !== null) this.#moves.remember(news.zone, held.ordinal, built.changes.steered, this.serving);
      held.accept(news.hash, built, endpoints, groups, clock.wallMs());
      look.accepted.push(held);
      look.zones.set(held.ordinal, built.image);
      look.report[isNew ? 'added' : 'changed'].push(news.zone);
    } catch (error) {
      if (!(error instanceof EndpointSlotsError || error instanceof RangeError)) throw error;
      held.addFault(fileFault(news.zone, 'server-full', `${error.message}: serve some zones from another server`));
    }
    logZone(log, held, news, look.accepted.at(-1) === held);
  }

  /** Zones whose files are gone stay, unless the operator has said to reload; never does everything go at once. */
  #followFiles(look: Look): void {
    const { scan, explicit } = look;
    const { log, zonesDir } = this.#options;
    const faults = [...scan.faults];
    const present = new Set(scan.present);
    const isEmptied = present.size === 0 && this.counts().serving > 0;
    if (isEmptied && scan.isComplete) {
      faults.push(
        fileFault(zonesDir, 'zones-directory-emptied', 'no zone file is left: what was served is still served'),
      );
    }
    if (JSON.stringify(faults) !== JSON.stringify(this.#directoryFaults)) {
      for (const fault of faults) log.error({ event: 'zones-directory', ...fault }, fault.message);
    }
    this.#directoryFaults = faults;
    if (!scan.isComplete) return;
    for (const held of this.#zones) {
      if (present.has(held.zone)) {
        held.isGone = false;
        continue;
      }
      const isDropped = held.image === null || (explicit && !isEmptied);
      if (!isDropped) {
        if (!held.isGone) log.error({ event: 'zone-file-gone', zone: held.zone }, held.goneMessage);
        held.isGone = true;
        continue;
      }
      this.#zones.drop(held);
      if (held.image === null) continue;
      look.zones.set(held.ordinal, null);
      look.report.removed.push(held.zone);
    }
  }

  async #followLatencies(facts: LatencyFacts): Promise<boolean> {
    const { client, clock, log } = this.#options;
    this.#facts = facts;
    // A builder that has started anew is told with its groups, at the next look.
    if (client.generation !== this.#generation) return true;
    const { tables, moved, isWaiting } = await client.latencies(facts, clock.monotonicMs());
    await this.#tables.putGroups(tables);
    if (moved > 0)
      log.info({ event: 'latency-order', groups: tables.length, moved }, 'clients of some places have moved');
    return isWaiting;
  }

  async #followNearest(spec: ClassSpec | null): Promise<void> {
    const { client } = this.#options;
    // A builder that has started anew is told with all groups, at the next look.
    if (!this.#groups.setNearest(spec) || client.generation !== this.#generation) return;
    const added: [number, ClassSpec][] = spec === null ? [] : [[NEAREST_GROUP, spec]];
    const { tables, isMapped } = await client.groups(added, spec === null ? [NEAREST_GROUP] : [], this.#facts);
    this.#tables.isMapped = isMapped;
    await this.#tables.putGroups(spec === null ? [[NEAREST_GROUP, null]] : tables);
  }

  /** Puts the look into force, in steps between which the loop turns. */
  async #publish(look: Look): Promise<void> {
    const { registry, onEndpoints } = this.#options;
    const { zones, report, geo } = look;
    this.#tables.keep(look.classTables);
    if (geo !== null) {
      this.#locations = geo;
      this.#tables.locations = geo.image;
    }
    const cameOrWent = report.added.length > 0 || report.removed.length > 0;
    if (zones.size === 0 && look.classTables.size === 0) return;
    // Before a query can see them: a new endpoint of a check that is known to be down must not be served for a moment.
    if (zones.size > 0) onEndpoints();
    const { mappedOver: locations } = this.#tables;
    const present = [...zones].filter(([, image]) => image !== null);
    await this.#tables.put({ locations, classTables: [...look.classTables], zones: present, index: null });
    if (cameOrWent) this.#publishIndex(zones);
    if (zones.size === 0) return;
    registry.keepOnly(this.#zones.endpointKeys());
    onEndpoints();
  }

  /** Last, since it points to what must be there; with the zones that it no longer points to. */
  #publishIndex(zones: ReadonlyMap<number, SharedArrayBuffer | null>): void {
    const dropped = [...zones].filter(([, image]) => image === null);
    const droppedOrdinals = new Set(dropped.map(([ordinal]) => ordinal));
    this.#index = buildZoneIndex(
      this.serving.zones.map((zone, ordinal) => (droppedOrdinals.has(ordinal) ? null : zone)),
    );
    this.#tables.putAtOnce({ locations: null, classTables: [], zones: dropped, index: this.#index });
    this.#zones.freeOrdinals(droppedOrdinals);
  }

  #reportOf(look: Look, milliseconds: number): ReloadReport {
    const faults: Fault[] = [...this.#directoryFaults, ...(this.#locations?.faults ?? [])];
    const refused: string[] = [];
    for (const held of this.#zones) {
      const own = held.currentFaults();
      faults.push(...own);
      if (hasError(own)) refused.push(held.zone);
    }
    return { ok: !hasError(faults), ...look.report, refused, faults, milliseconds: Math.round(milliseconds) };
  }
}
