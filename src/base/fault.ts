/**
 * A fault in something an operator wrote: one place, one stable code, one sentence that says what to do.
 * Readers collect every fault of a file before they give up on it; nothing here is thrown for control flow.
 */

/** Where in which file, both counted from 1. Line and column 0: the file as a whole. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };

export type Severity = 'error' | 'warning';

/** One fault, in the shape that `check --json` prints. */
export type Fault = Place & {
  readonly severity: Severity;
  /** Stable kebab-case code, e.g. `pool-fallback-loop`; tools may depend on it. */
  readonly code: string;
  /** The record's key as written in the file (relative name), or null when the fault is not in a record. */
  readonly record: string | null;
  /** The record's type as written, or null. */
  readonly type: string | null;
  readonly message: string;
};

/** `file:line:column: severity: message (code)`, the form that editors jump to. */
export function formatFault(fault: Fault): string {
  const where = fault.line > 0 ? `${fault.file}:${fault.line}:${fault.column}` : fault.file;
  const record =
    fault.record === null ? '' : ` ${fault.record === '' ? '@' : fault.record}${fault.type ? ` ${fault.type}` : ''}:`;
  return `${where}: ${fault.severity}:${record} ${fault.message} [${fault.code}]`;
}

/** True if any of `faults` is an error. */
export function hasError(faults: readonly Fault[]): boolean {
  return faults.some((fault) => fault.severity === 'error');
}
