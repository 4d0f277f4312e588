/**
 * Processor time per answered query, closed loop, the servers in turn, so that whatever else the machine does meets all of them alike:
 * every round measures each of them once, in an order of its own, and they are compared within it. The figures that the others are judged by.
 */

import { join } from 'node:path';
import { RandomStream } from '../../src/base/random.ts';
import { type BenchRun, LOAD_PROCESSOR, median, type ResultTable, startAll, stopAll } from './bench-run.ts';
import { hostName } from './bench-scenario.ts';
import { type ClosedLoopReport, runClosedLoop } from './load-generator.ts';
import { pairedRatio } from './paired-ratio.ts';
import { readCpuTime } from './process-usage.ts';
import { writeMissingQuestions, writeNameQuestions, writeSubnetStream } from './question-file.ts';
import type { ServerProcess } from './server-kind.ts';
import { shuffledOrder } from './shuffled-order.ts';

/** One way of asking. */
type Throughput = {
  readonly title: string;
  readonly names: number;
  readonly overTcp: boolean;
  readonly isStream: boolean;
  /** The code that every answer must have. */
  readonly rcode: string;
  readonly write: (path: string, names: number) => void;
};

/** One measurement of one server; times in microseconds per answer. */
export type ThroughputSample = {
  readonly cpuUs: number;
  readonly userUs: number;
  readonly answersPerSecond: number;
  readonly lost: number;
  /** Share of answers with another code than they should have. */
  readonly wrong: number;
};

/** A compiler that works from measurements is done with the query's way after some hundred thousand queries. */
const WARM_UP_SECONDS_MAX = 3;
/** Times in each of the run's rounds: a few percent are to be told apart, and a second of one round is a tenth more or less. */
export const ALTERNATIONS = 3;
/** Of the orders in which servers are asked. */
const SEED = 20_260_301;
const NAMES = 1_000;
const MANY_NAMES = 100_000;
const writeNames = (path: string, names: number) => writeNameQuestions(path, names, hostName);
const PLAIN = { names: NAMES, overTcp: false, isStream: false, rcode: 'NOERROR', write: writeNames } as const;

const THROUGHPUTS: Readonly<Record<string, Throughput>> = {
  'names-1k': { ...PLAIN, title: '1,000 steered names' },
  'names-100k': { ...PLAIN, title: '100,000 steered names', names: MANY_NAMES },
  ecs: {
    ...PLAIN,
    title: '1,000 steered names, Client Subnet in every query',
    isStream: true,
    write: (path, names) => writeSubnetStream(path, names, hostName),
  },
  nxdomain: {
    ...PLAIN,
    title: 'names that do not exist',
    rcode: 'NXDOMAIN',
    write: (path) => writeMissingQuestions(path, MANY_NAMES),
  },
  tcp: { ...PLAIN, title: '1,000 steered names over TCP, pipelined', overTcp: true },
};

/** Measures one of the ways of asking. */
export async function measureThroughput(run: BenchRun, name: string): Promise<void> {
  const way = THROUGHPUTS[name]!;
  const questions = join(run.folder, `${name}.questions`);
  way.write(questions, way.names);
  // The reflector speaks no TCP.
  const kinds = run.kinds.filter((kind) => !(way.overTcp && kind.name === 'reflector'));
  const servers = await startAll(run, way.names, kinds);
  try {
    const ask = { questions, isStream: way.isStream, overTcp: way.overTcp, rcode: way.rcode };
    const targets = servers.map((server) => ({ label: server.kind, server, ask }));
    const samples = await measureInTurn(run, targets);
    run.tables.push(throughputTable(`${name}: ${way.title}`, samples, 'ours over it'));
  } finally {
    await stopAll(servers);
  }
}

/** What is asked, of every server alike. */
export type Questions = {
  readonly questions: string;
  readonly isStream: boolean;
  readonly overTcp: boolean;
  readonly rcode: string;
};

/** One line of a table: a server, and what it is asked. */
export type Target = { readonly label: string; readonly server: ServerProcess; readonly ask: Questions };

/**
 * All rounds over all targets, `alternations` times each, after a first that warms them up and does not count. The samples of each target
 * are in the order of rounds.
 */
export async function measureInTurn(
  run: BenchRun,
  targets: readonly Target[],
  alternations: number = ALTERNATIONS,
): Promise<Map<string, ThroughputSample[]>> {
  const samples = new Map<string, ThroughputSample[]>(targets.map((target) => [target.label, []]));
  const warmUpSeconds = Math.min(WARM_UP_SECONDS_MAX, 2 * run.options.seconds);
  for (const { server, ask } of targets) await measureOnce(run, server, ask, warmUpSeconds);
  const rounds = run.options.rounds * alternations;
  const random = new RandomStream(SEED);
  for (let round = 0; round < rounds; round++) {
    for (const i of shuffledOrder(targets.length, random)) {
      const { label, server, ask } = targets[i]!;
      samples.get(label)!.push(await measureOnce(run, server, ask, run.options.seconds));
    }
    run.say(`round ${round + 1} of ${rounds}`);
  }
  return samples;
}

async function measureOnce(
  run: BenchRun,
  server: ServerProcess,
  ask: Questions,
  seconds: number,
): Promise<ThroughputSample> {
  const processor = run.options.pin ? LOAD_PROCESSOR : null;
  const before = readCpuTime(server.pid);
  const report = await runClosedLoop({ ...ask, port: server.port, seconds, processor });
  const after = readCpuTime(server.pid);
  const perAnswer = 1e6 / Math.max(1, report.answered);
  const userUs = (after.user - before.user) * perAnswer;
  return {
    cpuUs: userUs + (after.system - before.system) * perAnswer,
    userUs,
    answersPerSecond: report.answersPerSecond,
    lost: report.lost,
    wrong: server.kind === 'reflector' ? 0 : wrongShare(report, ask.rcode),
  };
}

function wrongShare(report: ClosedLoopReport, rcode: string): number {
  return report.answered === 0 ? 1 : 1 - (report.rcodes[rcode] ?? 0) / report.answered;
}

/**
 * Medians by target. The ratio is that of answers per processor second, of the first target over this one: the median of the ratios within
 * each round, and between what the middle half of them lies. It is not the quotient of the medians beside it.
 */
export function throughputTable(
  title: string,
  samples: ReadonlyMap<string, readonly ThroughputSample[]>,
  ratio: string,
): ResultTable {
  const first = [...samples.values()][0] ?? [];
  const firstCpu = first.map((sample) => sample.cpuUs);
  const notes: string[] = [];
  const rows = [...samples].map(([server, list]) => {
    const of = (field: keyof ThroughputSample) => median(list.map((sample) => sample[field]));
    const cpu = list.map((sample) => sample.cpuUs);
    const wrong = Math.max(...list.map((sample) => sample.wrong));
    const overFirst = pairedRatio(cpu, firstCpu);
    if (wrong > 0.001) notes.push(`${server}: ${(wrong * 100).toFixed(1)} % of its answers are not what was asked for`);
    return [
      server,
      of('cpuUs').toFixed(2),
      of('userUs').toFixed(2),
      `${Math.min(...cpu).toFixed(2)} - ${Math.max(...cpu).toFixed(2)}`,
      Math.round(1e6 / of('cpuUs')).toLocaleString('en'),
      Math.round(of('answersPerSecond')).toLocaleString('en'),
      list.reduce((sum, sample) => sum + sample.lost, 0).toLocaleString('en'),
      `${overFirst.median.toFixed(2)} x`,
      `${overFirst.low.toFixed(2)} - ${overFirst.high.toFixed(2)}`,
    ];
  });
  const columns = ['server', 'CPU us', 'user us', 'range', 'answers/CPU s', 'answers/s', 'lost', ratio, 'half within'];
  return { title, columns, rows, notes };
}
