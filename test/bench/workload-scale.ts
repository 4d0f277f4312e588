/** Cost per query of Meridian alone as zones and pools grow: it should not. */

import { join } from 'node:path';
import { type BenchRun, newFolder, placeOf, startAll, stopAll } from './bench-run.ts';
import { hostName, TTL_SECONDS, ZONE } from './bench-scenario.ts';
import { LOOPBACK_NETWORK, meridianCommand, writeMeridianGeo, writeMeridianZone } from './meridian-kinds.ts';
import { readMemory } from './process-usage.ts';
import { writeNameQuestions } from './question-file.ts';
import { type ServerKind, startServer } from './server-kind.ts';
import { measureInTurn, type Target, throughputTable } from './workload-throughput.ts';

const NAME_COUNTS = [10, 100, 1_000, 10_000, 100_000, 1_000_000] as const;
const ENDPOINT_COUNTS = [1, 10, 100, 1_000, 10_000] as const;
const START_WITHIN_MS = 120_000;

/** As long as every other: names of several lengths make answers of several sizes, and fewer of those travel together. */
function evenName(n: number): string {
  return `host${String(n).padStart(6, '0')}`;
}

/**
 * A static zone in master format of each size, a server for each, all asked in turn. Nothing but the number of names differs: they are
 * equally long, and the generator goes through as many questions for each.
 */
export async function measureScaleOfNames(run: BenchRun): Promise<void> {
  const servers = await startAll(run, 0, NAME_COUNTS.map(masterKind));
  try {
    const targets = servers.map((server): Target => {
      const names = NAME_COUNTS.find((count) => labelOfNames(count) === server.kind)!;
      const questions = join(run.folder, `scale-${names}.questions`);
      writeNameQuestions(questions, names, evenName, Math.max(...NAME_COUNTS));
      return { label: server.kind, server, ask: { questions, isStream: false, overTcp: false, rcode: 'NOERROR' } };
    });
    const samples = await measureInTurn(run, targets);
    const table = throughputTable('scale-names: static names, master format', samples, 'over the smallest');
    run.tables.push({
      ...table,
      columns: [...table.columns, 'first answer', 'resident'],
      rows: table.rows.map((row, i) => {
        const server = servers[i]!;
        const megabytes = readMemory(server.pid).resident / 1e6;
        return [...row, `${(server.answeredAfterMs / 1000).toFixed(2)} s`, `${megabytes.toFixed(0)} MB`];
      }),
    });
  } finally {
    await stopAll(servers);
  }
}

/** One name for each size of pool, in one server. */
export async function measureScaleOfEndpoints(run: BenchRun): Promise<void> {
  const server = await startServer(endpointsKind(), scenarioOfNothing(run), placeOf(run, 'endpoints'), START_WITHIN_MS);
  try {
    const targets = ENDPOINT_COUNTS.map((count, i): Target => {
      const questions = join(newFolder(run, 'endpoints'), 'questions');
      writeNameQuestions(questions, 1, () => hostName(i));
      const label = `${count.toLocaleString('en')} endpoints`;
      return { label, server, ask: { questions, isStream: false, overTcp: false, rcode: 'NOERROR' } };
    });
    const samples = await measureInTurn(run, targets);
    run.tables.push(throughputTable('scale-endpoints: pools of one name', samples, 'over the smallest'));
  } finally {
    await server.stop();
  }
}

function scenarioOfNothing(run: BenchRun) {
  return { names: 0, geoDatabase: run.geoDatabase, healthPort: run.healthPort };
}

function labelOfNames(count: number): string {
  return `${count.toLocaleString('en')} names`;
}

function masterKind(count: number): ServerKind {
  return {
    name: labelOfNames(count),
    whyMissing: () => null,
    version: () => '',
    prepare: (scenario, folder, port) => {
      const lines = [
        `$ORIGIN ${ZONE}.\n$TTL 3600\n@ SOA ns1 host 1 7200 1800 259200 900\n@ NS ns1\nns1 A 192.0.2.53\n`,
        // What every server is asked for until it answers.
        `${hostName(0)} A 192.0.2.53\n`,
      ];
      for (let n = 0; n < count; n++) {
        lines.push(`${evenName(n)} ${TTL_SECONDS} A 192.0.${(n >> 8) & 255}.${n & 255}\n`);
      }
      writeMeridianZone(folder, `${ZONE}.zone`, lines.join(''));
      writeMeridianGeo(folder, scenario.geoDatabase, LOOPBACK_NETWORK);
      return meridianCommand(folder, port, 'mmsg');
    },
  };
}

function endpointsKind(): ServerKind {
  return {
    name: 'meridian mmsg',
    whyMissing: () => null,
    version: () => '',
    prepare: (scenario, folder, port) => {
      const names = ENDPOINT_COUNTS.map((count, i) => {
        // Endpoints without a check: thousands of checks would be part of the figure.
        const values = Array.from({ length: count }, (_, n) => {
          const weight = count === 1 ? 1 : 1 + (n % 20);
          return `        - {value: 10.${n >> 16}.${(n >> 8) & 255}.${n & 255}, weight: ${weight}, status: up}\n`;
        });
        return `${hostName(i)}:
  type: A
  ttl: ${TTL_SECONDS}
  values: [192.0.2.1]
  dynamic:
    pools:
      all:
        values:
${values.join('')}    rules:
    - {pool: all}
`;
      });
      writeMeridianZone(
        folder,
        `${ZONE}.yaml`,
        `'': {type: NS, value: ns1.${ZONE}.}\nns1: {type: A, value: 192.0.2.53}\n${names.join('')}`,
      );
      writeMeridianGeo(folder, scenario.geoDatabase, LOOPBACK_NETWORK);
      return meridianCommand(folder, port, 'mmsg');
    },
  };
}
