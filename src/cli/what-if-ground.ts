/**
 * From files to what a what-if reckons with: zones as `check` reads them, places as a node compiles them, and clients counted by
 * a demand file or by the addresses of the geo database. Used by `whatif`, `check --n-1` and `shift add`.
 */

import { formatFault, hasError } from '../base/fault.ts';
import { DEMAND_FILE_BYTES_MAX } from '../base/limits.ts';
import { buildGround, type Ground, type PoolEdits } from '../decision/what-if-ground.ts';
import { addressClients, countAddresses } from '../geo/client-cells.ts';
import { parseDemandFile, placeDemand } from '../geo/demand-file.ts';
import type { LatencyFacts } from '../geo/landmarks.ts';
import { openLocationTable } from '../geo/location-table.ts';
import { LocationBuilder } from '../server/location-build.ts';
import { reasonOf, StateDir } from '../server/state-dir.ts';
import { readRegularFile } from '../server/zone-files.ts';
import type { ZoneModel } from '../zone/zone-model.ts';
import { usageFailure, workFailure } from './command-failure.ts';
import { printable } from './text-table.ts';
import { during } from './work-line.ts';

export type GroundRequest = {
  readonly models: readonly ZoneModel[];
  readonly geoDataDir: string;
  /** Path of a demand file, or null for the number of addresses. */
  readonly demand: string | null;
  /** Absolute name of a steered record or of a zone, or null for all. */
  readonly name: string | null;
  readonly edits: PoolEdits;
  /** Zones as they are after a change of their files, by origin. */
  readonly successors?: ReadonlyMap<string, ZoneModel>;
  /** What agents measure; {@link NO_LATENCY_FACTS} where nobody was asked. */
  readonly facts: LatencyFacts;
};

/** How clients were counted. */
export type DemandReport = {
  readonly source: 'ipv4-addresses' | 'file';
  readonly file: string | null;
  /** Of the geo data in force. */
  readonly geo: string;
  /** Addresses or queries. */
  readonly total: number;
  /** Share of them whose place the geo data does not have. */
  readonly notFound: number;
};

export type FileGround = { readonly ground: Ground; readonly demand: DemandReport; readonly notes: readonly string[] };

/** No edit at all. */
export const NO_EDITS: PoolEdits = { weights: [], biases: [] };

/** Reads geo data and demand, and compiles. Throws a failure that names what is broken. */
export function readGround({ models, geoDataDir, demand, name, edits, successors, facts }: GroundRequest): FileGround {
  const build = during('compiling the geo data', (progress) =>
    new LocationBuilder(geoDataDir, new StateDir(null, () => {}), progress).look(true),
  );
  if (build === null || hasError(build.faults)) {
    const lines = (build?.faults ?? []).map((fault) => printable(formatFault(fault)));
    throw workFailure(`the geo data has faults; "meridian check" lists them\n${lines.join('\n')}`.trimEnd());
  }
  const locations = openLocationTable(build.image);
  const places = countAddresses(locations);
  const byFile = demand === null ? null : placeDemand(readDemand(demand), locations.classes, places.addresses);
  const clients = byFile?.clients ?? addressClients(places);
  const isWanted = (zone: string, record: string) => name === null || record === name || zone === name;
  const { regions } = build;
  const ground = during('placing clients', (progress) =>
    buildGround({ models, isWanted, edits, successors, locations, places, regions, facts, clients, progress }),
  );
  const report: DemandReport = {
    source: byFile === null ? 'ipv4-addresses' : 'file',
    file: demand,
    geo: build.source,
    total: byFile?.total ?? clients.reduce((sum, count) => sum + count, 0),
    notFound: byFile === null ? 0 : byFile.notFound / byFile.total,
  };
  const notes = build.note === null ? [] : [`places by ${build.source}: ${build.note}`];
  if (facts.checks.size === 0 && ground.records.some(({ method }) => method === 'latency')) {
    notes.push(
      'pools of method latency are ordered by distance and latency.csv: nothing that agents measure is known (--redis asks)',
    );
  }
  return { ground, demand: report, notes };
}

/** One line for people. */
export function tellDemand({ source, file, geo, notFound }: DemandReport): string {
  if (source === 'ipv4-addresses')
    return `clients: counted as the IPv4 addresses that ${geo} places; --demand FILE knows better`;
  const lost =
    notFound === 0 ? '' : `, of which ${(notFound * 100).toFixed(1)} % are of places that ${geo} does not have`;
  return `clients: the queries of ${file}${lost}`;
}

function readDemand(path: string) {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readRegularFile(path, DEMAND_FILE_BYTES_MAX).bytes);
  } catch (error) {
    throw usageFailure(`cannot read ${path}: ${error instanceof TypeError ? 'not UTF-8' : reasonOf(error)}`);
  }
  const { rows, faults } = parseDemandFile(path, text);
  if (faults.length > 0) throw usageFailure(faults.map((fault) => printable(formatFault(fault))).join('\n'));
  return rows;
}
