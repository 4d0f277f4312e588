/**
 * Runs one command and turns its end into an exit code: whatever goes wrong, an operator sees one line on stderr that says what to do,
 * and a stack trace only for a defect of ours.
 */

import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { AssertionError } from '../base/assert.ts';
import { StartError } from '../server/start-error.ts';
import { CommandFailure, ExitCode } from './command-failure.ts';
import { buildProgram } from './program.ts';

/** Runs the command that `argv` (as `process.argv`) asks for; resolves to the exit code. Never rejects. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  // A reader that has seen enough (`meridian status | head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.GOOD);
  });
  let exitCode: number = ExitCode.GOOD;
  const program = buildProgram(packageVersion(), { environment: process.env }, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    return explainFailure(error);
  }
}

function explainFailure(error: unknown): number {
  // commander has already printed its own: help (exit code 0) or what is wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.GOOD : ExitCode.USAGE;
  if (error instanceof CommandFailure) {
    process.stderr.write(`${error.message.replaceAll(/^/gm, 'meridian: ')}\n`);
    return error.exitCode;
  }
  if (error instanceof StartError) {
    process.stderr.write(`meridian: ${error.message}\n`);
    return ExitCode.FAILED;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const defect = error instanceof AssertionError || error instanceof TypeError || error instanceof RangeError;
  process.stderr.write(`meridian: ${defect ? `this is a defect, please report it: ${detail}` : errorLine(error)}\n`);
  return ExitCode.FAILED;
}

function errorLine(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}

/** From package.json, which lies two folders up both in `src/` and in `dist/`. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
