/**
 * One record while it is checked. Validators tell it what octoDNS would say; whether that refuses the record or only warns
 * (`octodns: lenient: true`) is decided once, at the end, because octoDNS collects the reasons first too. Three ways to speak:
 * `tell` for what leniency excuses, `kill` for what makes the record impossible to build, `note` for our own advice.
 */

import type { Place } from '../base/fault.ts';
import type { FaultSink } from './fault-sink.ts';
import { placeOfNode, type YamlNode } from './yaml-node.ts';

type Remark = { readonly code: string; readonly message: string; readonly place: Place };

export type RecordScope = {
  /** The key as written, after YAML has resolved it: Python's text of it. */
  readonly key: string;
  /** Relative to the zone, lower case, A-labels; `''` for the apex. */
  readonly name: string;
  /** As written; null when there is none. */
  readonly type: string | null;
  readonly node: YamlNode;
  readonly place: Place;
  /** Excused when the record is lenient. */
  readonly excusable: Remark[];
  readonly fatal: Remark[];
  readonly notes: Remark[];
};

/** How a record came out: good, wrong but excused by leniency, or refused. */
export type RecordOutcome = 'good' | 'excused' | 'refused';

/** A record of which nothing is known yet. */
export function createRecordScope(key: string, name: string, type: string | null, node: YamlNode): RecordScope {
  return { key, name, type, node, place: placeOfNode(node), excusable: [], fatal: [], notes: [] };
}

/** A fault that octoDNS tells and `lenient` excuses; `at` is the offending value, where there is one. */
export function tell(scope: RecordScope, code: string, message: string, at?: YamlNode): void {
  scope.excusable.push(remark(scope, code, message, at));
}

/** A fault that nothing excuses: the record cannot be built. */
export function kill(scope: RecordScope, code: string, message: string, at?: YamlNode): void {
  scope.fatal.push(remark(scope, code, message, at));
}

/** A warning of ours about a record that octoDNS accepts. */
export function note(scope: RecordScope, code: string, message: string, at?: YamlNode): void {
  scope.notes.push(remark(scope, code, message, at));
}

/** How much has been said of the record so far. */
export function remarksOn({ excusable, fatal, notes }: RecordScope): number {
  return excusable.length + fatal.length + notes.length;
}

/** Hands the faults of a checked record to `sink`. Notes of a refused record wait until it is mended. */
export function closeRecordScope(scope: RecordScope, lenient: boolean, sink: FaultSink): RecordOutcome {
  const subject = { record: scope.key, type: scope.type };
  for (const { code, message, place } of scope.fatal) sink.error(code, message, place, subject);
  const excused = lenient && scope.fatal.length === 0;
  for (const { code, message, place } of scope.excusable) {
    if (excused) sink.warn(code, message, place, subject);
    else sink.error(code, message, place, subject);
  }
  return scope.fatal.length > 0 || (scope.excusable.length > 0 && !excused)
    ? 'refused'
    : scope.excusable.length > 0
      ? 'excused'
      : 'good';
}

/** Hands the notes of a record that is kept to `sink`. */
export function publishNotes(scope: RecordScope, sink: FaultSink): void {
  const subject = { record: scope.key, type: scope.type };
  for (const { code, message, place } of scope.notes) sink.warn(code, message, place, subject);
}

/** What is said of a value that is the whole of another file is said without the value: the file may be none of ours. */
function remark(scope: RecordScope, code: string, message: string, at: YamlNode | undefined): Remark {
  const isBare = at !== undefined && at.kind === 'scalar' && at.file.isBare;
  const said = isBare
    ? `the text of ${at.file.path}, included here, is no value of this record (it is not repeated)`
    : message;
  return { code, message: said, place: placeWithin(scope, at) };
}

/** The place of `at` if it stands inside the record; what comes from an anchor or an include elsewhere is told of the record. */
function placeWithin(scope: RecordScope, at: YamlNode | undefined): Place {
  const { node } = scope;
  if (at === undefined || at.file !== node.file || node.kind === 'scalar') return scope.place;
  return at.at >= node.at && at.at <= node.end ? placeOfNode(at) : scope.place;
}
