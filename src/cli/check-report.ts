/**
 * What `check` found, in its two forms. The JSON form is a contract (00-overview):
 *
 *   {"files": [{"path", "zone", "ok", "faults": [{"severity", "code", "record", "type", "message", "file", "line", "column"}]}]}
 *
 * With --n-1 there is "nMinusOne" beside "files" (`n-1-check`).
 */

import { type Fault, formatFault, hasError } from '../base/fault.ts';
import { printable } from './text-table.ts';

/** One zone or file and its faults; `zone` is null for files that are no zone. */
export type CheckedFile = { readonly path: string; readonly zone: string | null; readonly faults: readonly Fault[] };

/** `file` with warnings taken for errors. */
export function makeStrict(file: CheckedFile): CheckedFile {
  return { ...file, faults: file.faults.map((fault) => ({ ...fault, severity: 'error' })) };
}

/** True if every file is free of errors. */
export function isAllGood(files: readonly CheckedFile[]): boolean {
  return !files.some((file) => hasError(file.faults));
}

/** The form for programs; `further` stands beside the files. */
export function reportJson(files: readonly CheckedFile[], further: Readonly<Record<string, unknown>> = {}): string {
  const shown = files.map(({ path, zone, faults }) => ({
    path,
    zone,
    ok: !hasError(faults),
    faults: faults.map(({ severity, code, record, type, message, file, line, column }) => ({
      severity,
      code,
      record,
      type,
      message,
      file,
      line,
      column,
    })),
  }));
  return `${JSON.stringify({ files: shown, ...further }, null, 2)}\n`;
}

/** The form for people and editors: a line for each fault, and a summary. */
export function reportText(files: readonly CheckedFile[]): string {
  const faults = files.flatMap((file) => file.faults);
  const errors = faults.filter((fault) => fault.severity === 'error').length;
  const counts = [counted(files.length, 'file'), counted(errors, 'error'), counted(faults.length - errors, 'warning')];
  const lines = faults.map((fault) => printable(formatFault(fault)));
  return `${[...lines, `checked ${counts[0]}: ${counts[1]}, ${counts[2]}`].join('\n')}\n`;
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
