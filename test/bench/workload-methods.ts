/**
 * What a way of choosing costs: the same 1,000 names by each pool method, and by each balance inside the pools that rules lead to,
 * one server each, in turn. The first line, rules with weights, is what the others are compared with.
 */

import { join } from 'node:path';
import { type BenchRun, startAll, stopAll } from './bench-run.ts';
import { hostName, POOLS } from './bench-scenario.ts';
import { steeringKind, type ZoneSteering } from './meridian-kinds.ts';
import { writeNameQuestions } from './question-file.ts';
import { measureInTurn, throughputTable } from './workload-throughput.ts';

const NAMES = 1_000;
const REGIONS = POOLS.map(({ name }) => `${name}: {region: ${name}, weight: 10}`).join(', ');

const BALANCES = ['weighted', 'round_robin', 'random', 'hash', 'least_connections', 'least_latency', 'load'] as const;

const WAYS: Readonly<Record<string, ZoneSteering>> = {
  ...Object.fromEntries(
    BALANCES.map((balance) => [`rules, ${balance}`, { keys: `, balance: ${balance}`, hasRules: true }]),
  ),
  ...Object.fromEntries(
    (['failover', 'weighted', 'nearest', 'latency'] as const).map((method) => [
      `${method}, weighted`,
      { keys: `, steering: {method: ${method}, pools: {${REGIONS}}}`, hasRules: false },
    ]),
  ),
};

/** Measures every way of choosing. */
export async function measureMethods(run: BenchRun): Promise<void> {
  const questions = join(run.folder, 'methods.questions');
  writeNameQuestions(questions, NAMES, hostName);
  const kinds = Object.entries(WAYS).map(([name, steering]) => steeringKind(name, steering));
  const servers = await startAll(run, NAMES, kinds);
  try {
    const ask = { questions, isStream: false, overTcp: false, rcode: 'NOERROR' };
    const samples = await measureInTurn(
      run,
      servers.map((server) => ({ label: server.kind, server, ask })),
    );
    run.tables.push(throughputTable('methods: 1,000 names, each way of choosing', samples, 'rules over it'));
  } finally {
    await stopAll(servers);
  }
}
