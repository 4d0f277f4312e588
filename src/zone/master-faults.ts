/**
 * The faults of one zone's master files, at most FAULTS_PER_FILE_MAX of them. Errors push out warnings, so that a flood of
 * warnings never hides the error that refuses the zone.
 */

import type { Fault, Place, Severity } from '../base/fault.ts';
import { FAULTS_PER_FILE_MAX } from '../base/limits.ts';

/** What a fault is about: the record's relative name and type as written, or nulls. */
export type FaultSubject = { readonly record: string | null; readonly type: string | null };

/** A fault that is in no record. */
export const NO_SUBJECT: FaultSubject = { record: null, type: null };

/** Collects faults in the order in which they are found. */
export class MasterFaults {
  #errors: Fault[] = [];
  #warnings: Fault[] = [];
  #errorCount = 0;
  #warningCount = 0;

  get hasErrors(): boolean {
    return this.#errorCount > 0;
  }

  add(severity: Severity, code: string, place: Place, subject: FaultSubject, message: string): void {
    const kept = severity === 'error' ? this.#errors : this.#warnings;
    if (severity === 'error') this.#errorCount++;
    else this.#warningCount++;
    if (kept.length >= FAULTS_PER_FILE_MAX) return;
    const { file, line, column } = place;
    kept.push({ file, line, column, severity, code, record: subject.record, type: subject.type, message });
  }

  /** All faults kept, by line within each file, and one that counts the rest. */
  list(path: string): Fault[] {
    const room = FAULTS_PER_FILE_MAX - this.#errors.length;
    const faults = [...this.#errors, ...this.#warnings.slice(0, room)];
    const files = new Map<string, number>([[path, 0]]);
    for (const fault of faults) if (!files.has(fault.file)) files.set(fault.file, files.size);
    faults.sort((a, b) => files.get(a.file)! - files.get(b.file)! || a.line - b.line || a.column - b.column);
    const dropped = this.#errorCount + this.#warningCount - faults.length;
    if (dropped > 0) {
      const message = `${dropped} more faults are not shown (FAULTS_PER_FILE_MAX is ${FAULTS_PER_FILE_MAX}): mend these first`;
      const severity = this.#errorCount > FAULTS_PER_FILE_MAX ? 'error' : 'warning';
      faults.push({ file: path, line: 0, column: 0, severity, code: 'more-faults', ...NO_SUBJECT, message });
    }
    return faults;
  }
}
