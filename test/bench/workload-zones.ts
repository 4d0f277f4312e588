/** Large zones in each form: start to first answer, memory, and a reload of them under load. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../tools/dns-client.ts';
import { type BenchRun, LOAD_PROCESSOR, median, placeOf, scenarioOf } from './bench-run.ts';
import { hostName, TTL_SECONDS, ZONE } from './bench-scenario.ts';
import { type OpenLoopReport, runOpenLoop } from './load-generator.ts';
import { LOOPBACK_NETWORK, meridianCommand, writeMeridianGeo, writeMeridianZone } from './meridian-kinds.ts';
import { readMemory } from './process-usage.ts';
import { writeNameStream } from './question-file.ts';
import { type ServerKind, type ServerProcess, startServer } from './server-kind.ts';

/** A way to write a zone of so many names. `write` gives the whole file. */
type ZoneForm = {
  readonly label: string;
  readonly file: string;
  readonly write: (ttlSeconds: number) => string;
};

const START_WITHIN_MS = 120_000;
const RELOAD_WITHIN_MS = 60_000;
const POLL_MS = 20;
const QUERIES_PER_SECOND = 10_000;
/** Names that are asked for during a reload. */
const NAMES_ASKED = 1_000;

const FORMS: readonly ZoneForm[] = [
  { label: '1,000,000 names, master', file: `${ZONE}.zone`, write: (ttl) => masterZone(1_000_000, ttl) },
  yamlForm('one value', (n, ttl) => `\n  ttl: ${ttl}\n  type: A\n  value: ${address(10, n)}\n`),
  yamlForm(
    'lists of two',
    (n, ttl) => `\n  ttl: ${ttl}\n  type: A\n  values:\n    - ${address(10, n)}\n    - ${address(11, n)}\n`,
  ),
  yamlForm('in brackets', (n, ttl) => ` {type: A, ttl: ${ttl}, values: [${address(10, n)}, ${address(11, n)}]}\n`),
];

/** Every form: medians of first starts, then one reload while queries come. */
export async function measureZones(run: BenchRun): Promise<void> {
  const stream = join(run.folder, 'zones.stream');
  writeNameStream(stream, NAMES_ASKED, hostName);
  const rows: string[][] = [];
  for (const form of FORMS) {
    const starts: number[] = [];
    const peaks: number[] = [];
    let reload: Reload | null = null;
    for (let round = 0; round < run.options.rounds; round++) {
      const place = placeOf(run, 'zones');
      const server = await startServer(kindOf(form), scenarioOf(run, 0), place, START_WITHIN_MS);
      try {
        starts.push(server.answeredAfterMs / 1000);
        peaks.push(readMemory(server.pid).peak / 1e6);
        if (round === 0) reload = await measureReload(run, server, place.folder, form, stream);
      } finally {
        await server.stop();
      }
    }
    const { inForceMs, report } = reload!;
    rows.push([
      form.label,
      `${median(starts).toFixed(2)} s`,
      `${Math.max(...starts).toFixed(2)} s`,
      `${Math.max(...peaks).toFixed(0)} MB`,
      `${(inForceMs / 1000).toFixed(2)} s`,
      ...[report.p99, report.worst, report.lost].map((n) => Math.round(n).toLocaleString('en')),
    ]);
    run.say(form.label);
  }
  run.tables.push({
    title: 'zones: start to first answer with a large zone, and a reload of it under load',
    columns: ['zone', 'first answer', 'worst', 'peak', 'reload in force', 'p99 us', 'worst us', 'lost'],
    rows,
    notes: [
      `every start with an empty state directory; reload: every TTL changed, SIGHUP, ${QUERIES_PER_SECOND.toLocaleString('en')} queries/s meanwhile`,
    ],
  });
}

/** `report`: of the queries meanwhile. */
type Reload = { readonly inForceMs: number; readonly report: OpenLoopReport };

async function measureReload(
  run: BenchRun,
  server: ServerProcess,
  folder: string,
  form: ZoneForm,
  stream: string,
): Promise<Reload> {
  const ttl = TTL_SECONDS + 1;
  writeMeridianZone(folder, form.file, form.write(ttl));
  const seconds = Math.ceil(server.answeredAfterMs / 1000) + 3;
  const processor = run.options.pin ? LOAD_PROCESSOR : null;
  const load = runOpenLoop(server.port, stream, QUERIES_PER_SECOND, seconds, processor, run.folder);
  const askedMs = performance.now();
  process.kill(server.pid, 'SIGHUP');
  const at = { dnsHost: '127.0.0.1', dnsPort: server.port };
  while ((await ask(at, `${hostName(0)}.${ZONE}`, 'A')).answers[0]?.ttl !== ttl) {
    if (performance.now() - askedMs > RELOAD_WITHIN_MS) throw new Error(`${form.label} is not in force after a reload`);
    await sleep(POLL_MS);
  }
  const inForceMs = performance.now() - askedMs;
  return { inForceMs, report: await load };
}

function kindOf(form: ZoneForm): ServerKind {
  return {
    name: `meridian, ${form.label}`,
    whyMissing: () => null,
    version: () => '',
    prepare: (scenario, folder, port) => {
      writeMeridianZone(folder, form.file, form.write(TTL_SECONDS));
      writeMeridianGeo(folder, scenario.geoDatabase, LOOPBACK_NETWORK);
      return meridianCommand(folder, port, 'mmsg');
    },
  };
}

/** 100,000 names; `record` writes what stands behind a name's colon. */
function yamlForm(label: string, record: (n: number, ttlSeconds: number) => string): ZoneForm {
  const names = 100_000;
  return {
    label: `${names.toLocaleString('en')} names, YAML, ${label}`,
    file: `${ZONE}.yaml`,
    write: (ttl) => `---\n${Array.from({ length: names }, (_, n) => `${hostName(n)}:${record(n, ttl)}`).join('')}`,
  };
}

function masterZone(names: number, ttlSeconds: number): string {
  const head = `$ORIGIN ${ZONE}.\n$TTL 3600\n@ SOA ns1 host 1 7200 1800 259200 900\n@ NS ns1\nns1 A 192.0.2.53\n`;
  const lines = Array.from({ length: names }, (_, n) => `${hostName(n)} ${ttlSeconds} A ${address(10, n)}\n`);
  return head + lines.join('');
}

function address(first: number, n: number): string {
  return `${first}.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
}
