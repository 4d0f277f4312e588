/** The command line of `npm run fuzz`. */

import { Argument, Command, InvalidArgumentError } from 'commander';

export type FuzzOptions = {
  /** Names of targets, in any order; all if none was given. */
  readonly targets: readonly string[];
  readonly minutes: number;
  /** Of the first round; each later one has the next. */
  readonly seed: number;
  /** The one case to make again, or all. */
  readonly onlyCase: number | undefined;
};

const MINUTES = 5;
/** 1 is a finding. */
const WRONG_USAGE = 2;

/** Reads `args`; asked for help, or called wrongly, the process prints that and ends, with 0 or 2. */
export function readFuzzOptions(args: readonly string[], names: readonly string[]): FuzzOptions {
  const command = new Command('npm run fuzz --')
    .description('Mutates inputs for every target named, or all, in turns of some seconds until the time is over.')
    .addArgument(new Argument('[target...]', 'what to fuzz (default: all)').choices(names))
    .option('--minutes <n>', 'how long in all', readMinutes, MINUTES)
    .option('--seed <n>', 'of the first round (default: random)', readWhole)
    .option('--case <n>', 'makes this case of the seed again, and no other', readWhole)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE));
  command.parse(args, { from: 'user' });
  const { minutes, seed, case: onlyCase } = command.opts<{ minutes: number; seed?: number; case?: number }>();
  const targets = command.args.length > 0 ? command.args : names;
  return { targets, minutes, seed: seed ?? Math.floor(Math.random() * 2 ** 31), onlyCase };
}

function readMinutes(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0) || text.trim() === '') throw new InvalidArgumentError('It takes a number above 0.');
  return minutes;
}

function readWhole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || text.trim() === '') throw new InvalidArgumentError('It takes a whole number.');
  return number;
}
