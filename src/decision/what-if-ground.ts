/**
 * What a what-if reckons with: the steered records of zone models, compiled as a node compiles them, once as the files have them and
 * once with weights and biases edited, over one location table and one count of clients. Both sides share the slots of their
 * endpoints, so that the same health words are true of both.
 */

import type { Place } from '../base/fault.ts';
import { type Progress, unwatched } from '../base/progress.ts';
import { type ClassTable, compileClassMap, openClassTable } from '../geo/class-table.ts';
import { type ClientCell, clientCells, type PlaceRuns } from '../geo/client-cells.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import type { LocationTable } from '../geo/location-table.ts';
import { PoolCosts } from '../geo/pool-costs.ts';
import type { Region } from '../geo/region.ts';
import { RegionDistances } from '../geo/region-distances.ts';
import { typeCode } from '../wire/codes.ts';
import { nameToText } from '../wire/name.ts';
import { ScannedName } from '../wire/scanned-name.ts';
import { listEndpoints } from '../zone/steered-record.ts';
import { compileZone } from '../zone/zone-compile.ts';
import { DynWord } from '../zone/zone-image.ts';
import type { ClassSpec, DynamicModel, EndpointSpec, ZoneModel } from '../zone/zone-model.ts';
import { linkZone, openZoneTable, type ZoneTable } from '../zone/zone-table.ts';
import type { PlannedRecord } from './what-if.ts';

/** A weight for the pools of this name, or of this region. */
export type WeightEdit = { readonly target: string; readonly weight: number };
/** A bias for the pools of this name, or of this region. */
export type BiasEdit = { readonly target: string; readonly bias: number };
export type PoolEdits = { readonly weights: readonly WeightEdit[]; readonly biases: readonly BiasEdit[] };

export type GroundInput = {
  readonly models: readonly ZoneModel[];
  /** Which records are reckoned; absolute name. */
  readonly isWanted: (zone: string, name: string) => boolean;
  readonly edits: PoolEdits;
  /** By origin: zones as they are after a change of their files; records that both have are compared, and `edits` let be. */
  readonly successors?: ReadonlyMap<string, ZoneModel> | undefined;
  readonly locations: LocationTable;
  readonly places: PlaceRuns;
  readonly regions: readonly Region[];
  /** What agents have measured. */
  readonly facts: LatencyFacts;
  /** By location class. */
  readonly clients: Float64Array;
  /** Nobody if not given. */
  readonly progress?: Progress;
};

/** One steered record, before and after the edits. */
export type GroundRecord = {
  readonly zone: string;
  readonly name: string;
  readonly type: DynamicModel['type'];
  /** The key as written, and where. */
  readonly key: string;
  readonly place: Place;
  readonly method: DynamicModel['steering']['method'];
  readonly before: PlannedRecord;
  readonly after: PlannedRecord;
  readonly cells: readonly ClientCell[];
};

export type Ground = {
  /** In the order of the models. */
  readonly records: readonly GroundRecord[];
  /** By slot of the health words. */
  readonly endpoints: readonly EndpointSpec[];
};

/** True if pools of `pool` and `region` are those that `target` names. */
export function isEdited(target: string, pool: string, region: string | null): boolean {
  return pool === target || region === target;
}

/** Compiles both sides. */
export function buildGround(input: GroundInput): Ground {
  const { models, locations, places, regions, facts, clients, progress = unwatched } = input;
  const distances = new RegionDistances(locations.classes, regions);
  const costs = new PoolCosts(locations.classes, regions, facts);
  const tables = new Map<string, ClassTable>();
  const tableOf = (spec: ClassSpec): ClassTable => {
    const key = JSON.stringify(spec, plainArrays);
    const table = tables.get(key) ?? openClassTable(compileClassMap(spec, locations, costs), locations);
    tables.set(key, table);
    return table;
  };
  const cellsOf = cachedCells(clients, places);
  const endpoints: EndpointSpec[] = [];
  const records: GroundRecord[] = [];
  const total = models.reduce((sum, { dynamics }) => sum + dynamics.length, 0);
  let seen = 0;
  for (const model of models) {
    const edited = input.successors?.get(model.originText) ?? editModel(model, input);
    const before = compileSide(model, endpoints.length, tableOf);
    const after = edited === model ? before : compileSide(edited, endpoints.length, tableOf);
    endpoints.push(...before.endpoints);
    const successors = new Map(
      edited.dynamics.map((each) => [`${nameToText(each.owner)} ${each.type}`, each] as const),
    );
    for (const dynamic of model.dynamics) {
      progress(seen++ / total);
      const name = nameToText(dynamic.owner);
      const successor = successors.get(`${name} ${dynamic.type}`);
      if (successor === undefined || !input.isWanted(model.originText, name)) continue;
      const old = plannedRecord(before, dynamic, distances);
      const now = edited === model ? old : plannedRecord(after, successor, distances);
      const { type, key, place, steering } = dynamic;
      const cells = cellsOf(old.rrset.table, now.rrset.table);
      const { method } = steering;
      records.push({ zone: model.originText, name, type, key, place, method, before: old, after: now, cells });
    }
  }
  return { records, endpoints };
}

type Side = {
  readonly zone: ZoneTable;
  readonly tables: readonly ClassTable[];
  readonly endpoints: readonly EndpointSpec[];
};

/** A zone linked to slots from `firstSlot` on, and its groups to its own list of tables. */
function compileSide(model: ZoneModel, firstSlot: number, tableOf: (spec: ClassSpec) => ClassTable): Side {
  const compiled = compileZone(model);
  const { image, groups } = compiled;
  const endpoints = listEndpoints(compiled);
  const slots = Int32Array.from(endpoints, (_, i) => firstSlot + i);
  linkZone(image, slots, Int32Array.from(groups.keys()));
  return { zone: openZoneTable(image), tables: groups.map(tableOf), endpoints };
}

function plannedRecord({ zone, tables }: Side, dynamic: DynamicModel, distances: RegionDistances): PlannedRecord {
  const name = new ScannedName();
  name.scan(dynamic.owner, 0, dynamic.owner.length);
  const rrset = zone.findRRset(zone.find(name, 0), typeCode(dynamic.type));
  const group = zone.words[zone.blockOf(rrset) + DynWord.GROUP]!;
  return {
    rrset: { zone, at: zone.dataOf(rrset), table: group < 0 ? null : tables[group]! },
    pools: dynamic.pools,
    distances: dynamic.pools.map(({ region }) => (region === null ? null : distances.to(region))),
  };
}

function editModel(model: ZoneModel, { edits, isWanted }: GroundInput): ZoneModel {
  if (edits.weights.length === 0 && edits.biases.length === 0) return model;
  const dynamics = model.dynamics.map((dynamic) => {
    if (!isWanted(model.originText, nameToText(dynamic.owner))) return dynamic;
    const pools = dynamic.pools.map((pool) => {
      const isOf = ({ target }: { readonly target: string }) => isEdited(target, pool.name, pool.region);
      return {
        ...pool,
        share: edits.weights.findLast(isOf)?.weight ?? pool.share,
        bias: edits.biases.findLast(isOf)?.bias ?? pool.bias,
      };
    });
    return { ...dynamic, pools };
  });
  return { ...model, dynamics };
}

/** Records with the same tables have the same cells. */
function cachedCells(clients: Float64Array, places: PlaceRuns) {
  const known = new Map<ClassTable | null, Map<ClassTable | null, readonly ClientCell[]>>();
  return (before: ClassTable | null, after: ClassTable | null): readonly ClientCell[] => {
    const ofBefore = known.get(before) ?? new Map<ClassTable | null, readonly ClientCell[]>();
    known.set(before, ofBefore);
    const cells = ofBefore.get(after) ?? clientCells(before, after, clients, places);
    ofBefore.set(after, cells);
    return cells;
  };
}

function plainArrays(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Uint32Array) : value;
}
