/**
 * Where the readers of a zone put what they find. It counts everything and keeps the first {@link FAULTS_PER_FILE_MAX}, so that
 * a file of a million mistakes costs no memory; errors are never lost from the count that decides on the zone.
 */

import type { Fault, Place, Severity } from '../base/fault.ts';
import { FAULT_MESSAGE_CHARS_MAX, FAULTS_PER_FILE_MAX } from '../base/limits.ts';

/** Whose fault it is, as in {@link Fault}. */
export type FaultSubject = { readonly record: string | null; readonly type: string | null };

export type FaultSink = {
  /** Errors told so far, kept or not. */
  readonly errorCount: number;
  readonly error: (code: string, message: string, place: Place, subject?: FaultSubject) => void;
  readonly warn: (code: string, message: string, place: Place, subject?: FaultSubject) => void;
  /** What was told, in order, with a line that counts what was not kept. */
  readonly faults: () => Fault[];
};

const NOBODY: FaultSubject = { record: null, type: null };

/** A sink that has been told nothing yet. */
export function createFaultSink(): FaultSink {
  const kept: Fault[] = [];
  let errorCount = 0;
  let dropped = 0;
  const tell = (severity: Severity, code: string, text: string, place: Place, subject: FaultSubject): void => {
    if (severity === 'error') errorCount++;
    if (kept.length >= FAULTS_PER_FILE_MAX) {
      dropped++;
      return;
    }
    const { file, line, column } = place;
    // A name that a file makes up may be as long as the file.
    const message = text.length > FAULT_MESSAGE_CHARS_MAX ? `${text.slice(0, FAULT_MESSAGE_CHARS_MAX)}…` : text;
    kept.push({ severity, code, record: subject.record, type: subject.type, message, file, line, column });
  };
  return {
    get errorCount() {
      return errorCount;
    },
    error: (code, message, place, subject = NOBODY) => tell('error', code, message, place, subject),
    warn: (code, message, place, subject = NOBODY) => tell('warning', code, message, place, subject),
    faults: () => (dropped === 0 ? kept : [...kept, droppedLine(kept, dropped, errorCount)]),
  };
}

/** The last line of a cut list; an error when there is any, since every error kept or not refuses the zone. */
function droppedLine(kept: readonly Fault[], dropped: number, errorCount: number): Fault {
  return {
    severity: errorCount > 0 ? 'error' : 'warning',
    code: 'faults-cut',
    record: null,
    type: null,
    message: `${dropped} more faults are not shown (FAULTS_PER_FILE_MAX = ${FAULTS_PER_FILE_MAX})`,
    file: kept[0]?.file ?? '',
    line: 0,
    column: 0,
  };
}
