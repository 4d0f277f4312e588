/**
 * Load on one server: dnsperf as fast as it answers, with so many queries under way (closed loop), or `open-loop.c` by the clock,
 * whatever comes back. Loopback only; every run ends by itself.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programPath } from './find-program.ts';
import { compileNative } from './native-program.ts';

const run = promisify(execFile);

/** How dnsperf loads. */
export type ClosedLoop = {
  readonly port: number;
  readonly questions: string;
  /** The questions are whole messages (see `question-file.ts`). */
  readonly isStream: boolean;
  readonly overTcp: boolean;
  readonly seconds: number;
  readonly processor: number | null;
};

/** What dnsperf saw. */
export type ClosedLoopReport = {
  readonly sent: number;
  readonly answered: number;
  readonly lost: number;
  readonly answersPerSecond: number;
  /** Answers by the name of their code. */
  readonly rcodes: Readonly<Record<string, number>>;
};

/** What `open-loop.c` saw; latencies in microseconds, of all that was sent: a lost query counts with the two seconds that were waited. */
export type OpenLoopReport = {
  readonly sent: number;
  readonly answered: number;
  readonly lost: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly worst: number;
};

/** As in the first measurements of this project: 16 sockets, 500 queries under way. */
const CLIENTS = 16;
const UNDER_WAY = 500;
/** A query without an answer after this is lost, in seconds. */
const TIMEOUT_SECONDS = 2;
const GRACE_MS = 30_000;

/** Runs dnsperf once. */
export async function runClosedLoop(load: ClosedLoop): Promise<ClosedLoopReport> {
  const args = ['-s', '127.0.0.1', '-p', String(load.port), '-d', load.questions, '-l', String(load.seconds)];
  args.push('-c', String(CLIENTS), '-T', '1', '-q', String(UNDER_WAY), '-t', String(TIMEOUT_SECONDS));
  if (load.isStream) args.push('-B');
  if (load.overTcp) args.push('-m', 'tcp');
  const [file, ...rest] = pinned(load.processor, [programPath('dnsperf'), ...args]);
  const timeout = load.seconds * 1000 + GRACE_MS;
  const { stdout } = await run(file!, rest, { timeout, maxBuffer: 64 * 1024 * 1024 });
  return readDnsperf(stdout);
}

/** Sends `perSecond` queries a second for `seconds`; `questions` is in the stream form. */
export async function runOpenLoop(
  port: number,
  questions: string,
  perSecond: number,
  seconds: number,
  processor: number | null,
  folder: string,
): Promise<OpenLoopReport> {
  const program = compileNative('open-loop', folder);
  const args = [program, String(port), String(Math.round(perSecond)), String(seconds), questions];
  const [file, ...rest] = pinned(processor, args);
  const { stdout } = await run(file!, rest, { timeout: seconds * 1000 + GRACE_MS });
  return JSON.parse(stdout) as OpenLoopReport;
}

/** The figures in dnsperf's summary; throws with the text where they are missing. */
export function readDnsperf(text: string): ClosedLoopReport {
  const field = (name: string) => {
    const match = new RegExp(`${name}:\\s+([\\d.]+)`).exec(text);
    if (match === null) throw new Error(`dnsperf printed no "${name}":\n${text.slice(-1000)}`);
    return Number(match[1]);
  };
  const codes = /Response codes:\s+(.*)/.exec(text)?.[1] ?? '';
  const rcodes = Object.fromEntries(
    [...codes.matchAll(/(\w+) (\d+) \(/g)].map((match) => [match[1]!, Number(match[2])]),
  );
  return {
    sent: field('Queries sent'),
    answered: field('Queries completed'),
    lost: field('Queries lost'),
    answersPerSecond: field('Queries per second'),
    rcodes,
  };
}

function pinned(processor: number | null, command: readonly string[]): readonly string[] {
  return processor === null ? command : ['taskset', '-c', String(processor), ...command];
}
