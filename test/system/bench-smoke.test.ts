import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readDnsperf, runOpenLoop } from '../bench/load-generator.ts';
import { findCompiler } from '../bench/native-program.ts';
import { pairedRatio } from '../bench/paired-ratio.ts';
import { writeNameStream } from '../bench/question-file.ts';
import { throughputTable } from '../bench/workload-throughput.ts';
import { findTool } from '../tools/tool-finder.ts';

const RUN = join(import.meta.dirname, '../bench/run-bench.ts');
const folder = mkdtempSync(join(tmpdir(), 'meridian-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: string[]) {
  return spawnSync(process.execPath, [RUN, ...args], { encoding: 'utf8', timeout: 60_000 });
}

describe.skipIf(findTool('dnsperf') === null)('the benchmark (needs dnsperf)', () => {
  it('measures Meridian and writes down what it measured', () => {
    const results = join(folder, 'RESULTS.md');
    const run = bench(
      '--quick',
      '--servers',
      'meridian mmsg',
      '--rounds',
      '1',
      '--seconds',
      '0.5',
      '--results',
      results,
    );
    expect(run.stderr).not.toContain('left out');
    expect(run.status).toBe(0);
    const [, processorUs, , , , perSecond, lost, ratio] = /^meridian mmsg +(.*)$/m.exec(run.stdout)![0].split(/ {2,}/);
    expect(Number(processorUs)).toBeGreaterThan(0);
    expect(Number(perSecond!.replaceAll(',', ''))).toBeGreaterThan(100);
    expect([lost, ratio]).toEqual([expect.stringMatching(/^\d/), '1.00 x']);
    // An answer of the wrong kind would be a note below the table.
    expect(run.stdout).not.toContain('not what was asked for');
    const text = readFileSync(results, 'utf8');
    expect(text).toMatch(/^- Machine: .* cores, .* GiB, Linux /m);
    expect(text).toMatch(/^\| meridian mmsg \|/m);
  }, 40_000);

  it('refuses a workload that there is not', () => {
    const run = bench('--only', 'nothing');
    expect(run.status).toBe(2);
    expect(run.stdout).toContain('no workload nothing');
  });
});

describe.skipIf(findCompiler() === null)('the open loop (needs a C compiler)', () => {
  it('counts a lost query as one that took as long as it was waited for', async () => {
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    let received = 0;
    server.on('message', (query, { port }) => {
      query[2]! |= 0x80;
      if (++received % 20 !== 0) server.send(query, port, '127.0.0.1');
    });
    const questions = join(folder, 'open-loop.stream');
    writeNameStream(questions, 10, (n) => `n${n}`);
    const report = await runOpenLoop(server.address().port, questions, 200, 1, null, folder);
    server.close();
    expect(report).toMatchObject({ sent: 200, answered: 190, lost: 10, p99: 2_000_000, worst: 2_000_000 });
    expect(report.p50).toBeLessThan(1_000_000);
  }, 20_000);
});

describe('ratios in tables', () => {
  const samples = (cpuUs: readonly number[]) =>
    cpuUs.map((us) => ({ cpuUs: us, userUs: 1, answersPerSecond: 1e6 / us, lost: 0, wrong: 0 }));

  it('are those within a round: a machine that slows down from round to round changes none', () => {
    const slowness = [1, 3, 1.5, 2, 1.2];
    const ours = slowness.map((slow) => 4 * slow);
    // In the round in which the machine was slowest, this one was measured a moment before it.
    const theirs = slowness.map((slow, round) => (round === 1 ? 5 : 5 * slow));
    const { columns, rows } = throughputTable(
      'a title',
      new Map([
        ['ours', samples(ours)],
        ['theirs', samples(theirs)],
      ]),
      'ours over it',
    );
    const at = columns.indexOf('ours over it');
    expect(rows.map((row) => row[at])).toEqual(['1.00 x', '1.25 x']);
    expect(rows.map((row) => row[at + 1])).toEqual(['1.00 - 1.00', '1.25 - 1.25']);
    // The medians stand beside them, and their quotient is another.
    expect(rows.map((row) => row[1])).toEqual(['6.00', '6.00']);
  });

  it('are the middle ones, with what the middle half lies within', () => {
    expect(pairedRatio([2, 6, 12], [2, 3, 4])).toEqual({ median: 2, low: 1.5, high: 2.5 });
    expect(pairedRatio([2, 6], [2, 3])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
    expect(() => pairedRatio([1], [])).toThrow('cannot be paired');
  });
});

describe('the reading of dnsperf', () => {
  it('finds every figure of a summary', () => {
    const report = readDnsperf(`
  Queries sent:         1000
  Queries completed:    990 (99.00%)
  Queries lost:         10 (1.00%)

  Response codes:       NOERROR 900 (90.91%), NXDOMAIN 90 (9.09%)
  Queries per second:   62296.225212
`);
    expect(report).toEqual({
      sent: 1000,
      answered: 990,
      lost: 10,
      answersPerSecond: 62296.225212,
      rcodes: { NOERROR: 900, NXDOMAIN: 90 },
    });
  });

  it('does not take a failed run for a measurement', () => {
    expect(() => readDnsperf('Error: no route')).toThrow('Queries sent');
  });
});
