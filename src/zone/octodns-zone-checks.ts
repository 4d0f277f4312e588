/**
 * What octoDNS checks between the records of a zone: duplicates, what may stand beside a CNAME or an ALIAS, records that belong to a
 * zone of their own below. And what it does not but a server must say: data that a delegation hides. A record
 * that is refused already is not told of again.
 */

import { TYPES_PER_NAME_MAX } from '../base/limits.ts';
import type { FaultSink } from './fault-sink.ts';
import type { ReadRecord } from './octodns-record.ts';
import { absoluteTarget } from './octodns-target.ts';
import { valueNodes } from './octodns-values.ts';
import { textOf } from './yaml-node.ts';

const GLUE_TYPES = new Set(['A', 'AAAA']);

/** Checks `records`; returns those that may be served together (a second record of one name and type is not). */
export function checkZoneRecords(
  records: readonly ReadRecord[],
  origin: string,
  subZones: readonly string[],
  sink: FaultSink,
): ReadRecord[] {
  const nodes = new Map<string, ReadRecord[]>();
  const kept: ReadRecord[] = [];
  for (const record of records) {
    const node = nodes.get(record.name);
    if (node === undefined) nodes.set(record.name, [record]);
    else if (node.some((other) => other.type === record.type)) {
      tellZoneFault(
        sink,
        record,
        'record-duplicate',
        `Duplicate record ${fqdnOf(record, origin)}, type ${record.type}`,
        false,
      );
      continue;
    } else if (node.length < TYPES_PER_NAME_MAX) node.push(record);
    else {
      const message = `the name has over TYPES_PER_NAME_MAX = ${TYPES_PER_NAME_MAX} record types: take some out`;
      tellZoneFault(sink, record, 'types-too-many', message, false);
      continue;
    }
    kept.push(record);
  }
  for (const node of nodes.values()) if (node.length > 1) checkCoexistence(node, origin, sink);
  if (subZones.length > 0) checkSubZones(kept, origin, new Set(subZones), sink);
  checkDelegations(kept, nodes, origin, sink);
  return kept;
}

function checkCoexistence(node: readonly ReadRecord[], origin: string, sink: FaultSink): void {
  const isLenient = node.every((record) => record.lenient);
  const cname = node.find((record) => record.type === 'CNAME');
  const alias = node.find((record) => record.type === 'ALIAS');
  if (cname !== undefined) {
    const message = `Invalid state, CNAME at ${fqdnOf(cname, origin)} cannot coexist with other records`;
    tellZoneFault(sink, cname, 'cname-coexists', message, isLenient);
  } else if (alias !== undefined && node.some((record) => GLUE_TYPES.has(record.type))) {
    const message = `Invalid state, ALIAS at ${fqdnOf(alias, origin)} cannot coexist with A or AAAA records`;
    tellZoneFault(sink, alias, 'alias-coexists', message, isLenient);
  }
}

function checkSubZones(
  records: readonly ReadRecord[],
  origin: string,
  subZones: ReadonlySet<string>,
  sink: FaultSink,
): void {
  for (const record of records) {
    if (subZones.has(record.name)) {
      if (record.type === 'NS' || record.type === 'DS') continue;
      const message = `Record ${fqdnOf(record, origin)} is a managed sub-zone and not of type NS or DS`;
      tellZoneFault(sink, record, 'record-at-subzone', message, record.lenient);
    } else if (ancestorsOf(record.name).some((ancestor) => subZones.has(ancestor))) {
      const message = `Record ${fqdnOf(record, origin)} is under a managed subzone`;
      tellZoneFault(sink, record, 'record-under-subzone', message, record.lenient);
    }
  }
}

/** Data at or below a delegation is never answered, except NS, DS and the addresses of its own name servers (RFC 1034 4.2.1). */
function checkDelegations(
  records: readonly ReadRecord[],
  nodes: ReadonlyMap<string, readonly ReadRecord[]>,
  origin: string,
  sink: FaultSink,
): void {
  const cuts = new Map<string, Set<string>>();
  for (const record of records) {
    if (record.type !== 'NS' || record.name === '' || record.outcome === 'refused') continue;
    const targets = valueNodes(record.map, 'NS').map((node) => absoluteTarget((textOf(node) ?? '').toLowerCase()));
    cuts.set(record.name, new Set(targets));
  }
  if (cuts.size === 0) return;
  for (const record of records) {
    if (record.outcome === 'refused') continue;
    const cut = [record.name, ...ancestorsOf(record.name)].find((name) => cuts.has(name));
    if (cut === undefined || (cut === record.name && (record.type === 'NS' || record.type === 'DS'))) continue;
    if (GLUE_TYPES.has(record.type) && cuts.get(cut)!.has(fqdnOf(record, origin))) continue;
    if (cut === record.name && nodes.get(cut)!.some((other) => other.type === 'CNAME')) continue;
    const message = `the delegation of ${cut}.${origin} hides this record: only its NS, DS and the addresses of its name servers count`;
    sink.warn('record-occluded', message, record.scope.place, { record: record.scope.key, type: record.type });
  }
}

function tellZoneFault(sink: FaultSink, record: ReadRecord, code: string, message: string, isExcused: boolean): void {
  if (record.outcome === 'refused') return;
  const say = isExcused ? sink.warn : sink.error;
  say(code, message, record.scope.place, { record: record.scope.key, type: record.type });
}

function ancestorsOf(name: string): string[] {
  const ancestors: string[] = [];
  for (let dot = name.indexOf('.'); dot >= 0 && ancestors.length < 128; dot = name.indexOf('.', dot + 1)) {
    ancestors.push(name.slice(dot + 1));
  }
  return ancestors;
}

function fqdnOf(record: ReadRecord, origin: string): string {
  return record.name === '' ? origin : `${record.name}.${origin}`;
}
