/**
 * How a command ends when it cannot do what it was asked: one line for the operator and an exit code. Thrown by the
 * commands, caught by `main.ts` alone, which prints the line and never a stack trace.
 */

import { type Fault, formatFault } from '../base/fault.ts';

/** 0 good, 1 the work failed, 2 wrong usage or configuration (00-overview). */
export const ExitCode = { GOOD: 0, FAILED: 1, USAGE: 2 } as const;
export type ExitCodeNumber = (typeof ExitCode)[keyof typeof ExitCode];

/** `message` is one line that says what is wrong and what to do; several faults of one file stand on a line each. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCodeNumber;
  /** Those of a file that the message tells, one by one. */
  readonly faults: readonly Fault[];

  constructor(exitCode: ExitCodeNumber, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.exitCode = exitCode;
    this.faults = faults;
  }
}

/** The operator asked for something that does not exist or contradicts itself. */
export function usageFailure(message: string): CommandFailure {
  return new CommandFailure(ExitCode.USAGE, message);
}

/** A file has faults, each of which gets a line. */
export function faultyFileFailure(faults: readonly Fault[]): CommandFailure {
  return new CommandFailure(ExitCode.USAGE, faults.map((fault) => formatFault(fault)).join('\n'), faults);
}

/** The work itself failed. */
export function workFailure(message: string): CommandFailure {
  return new CommandFailure(ExitCode.FAILED, message);
}
