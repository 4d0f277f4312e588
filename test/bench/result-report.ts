/** Results as text for a terminal and as Markdown, with what they were measured on. */

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { BenchOptions } from './bench-options.ts';
import type { ResultTable } from './bench-run.ts';
import { programVersion } from './find-program.ts';
import type { ServerKind } from './server-kind.ts';
import { ALTERNATIONS } from './workload-throughput.ts';

/** The table in columns of even width; the first is text, the others are figures. */
export function formatTable(table: ResultTable): string {
  const lines = [table.columns, ...table.rows];
  const widths = table.columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const format = (line: readonly string[]) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [table.title, ...lines.map(format), ...table.notes.map((note) => `  ${note}`)].join('\n');
}

/** The whole of a run as Markdown. */
export function formatReport(
  tables: readonly ResultTable[],
  options: BenchOptions,
  kinds: readonly ServerKind[],
  missing: readonly string[],
  geoLabel: string,
  date: Date,
): string {
  const facts = [
    `Date: ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `Machine: ${cpus()[0]?.model ?? '?'}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}`,
    ...machineLoad(),
    ...kinds.map((kind) => `${kind.name}: ${kind.version()}`),
    ...missing.map((why) => `Not measured: ${why}`),
    `dnsperf: ${programVersion('dnsperf', ['-h'])}, 16 clients, 500 queries under way`,
    `Geo database: ${geoLabel}`,
    `${options.rounds} rounds, servers in turn, medians; processor time: ${options.rounds * ALTERNATIONS} times ${options.seconds} s for each server, in a new order each time${options.pin ? '; servers and load on a processor each' : ''}`,
    `Command: npm run bench -- ${commandOf(options)}`,
  ];
  const legend = `CPU us: processor time (user and system, all threads of the process, from /proc/PID/stat) per answered query; user us is the
part outside the kernel. "ours over it" is the ratio of answers per processor second, Meridian with mmsg over that server: above 1 is ahead.
"rules over it" likewise; "over the smallest" is processor time over that of the first line. All of these compare what was measured within
one round and are the median over all rounds, not the quotient of the medians in the table; the middle half of all rounds lies within the
values beside it. The machine is shared, and what it does meets all servers of a round alike.
One UDP thread each. Every server steers by the client's continent to one of three pools of two addresses; weights where the server
has them (Knot's mod-geoip has not), tracked health with Meridian alone. The reflector is no DNS server: it is what the kernel's sockets cost.`;
  const sections = tables.map((table) => `## ${table.title}\n\n${markdownTable(table)}\n`);
  return `# Benchmark results\n\nWritten by \`npm run bench\`; do not edit.\n\n${facts.map((fact) => `- ${fact}`).join('\n')}\n\n${legend}\n\n${sections.join('\n')}`;
}

function markdownTable(table: ResultTable): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = row(table.columns.map((_, i) => (i === 0 ? '---' : '---:')));
  const notes = table.notes.map((note) => `\n${note}.\n`);
  return (
    [row(table.columns), rule, ...table.rows.map(row)].join('\n') + (notes.length > 0 ? `\n${notes.join('')}` : '')
  );
}

function commandOf(options: BenchOptions): string {
  const parts = [`--only ${options.workloads.join(',')}`, `--rounds ${options.rounds}`, `--seconds ${options.seconds}`];
  if (options.pin) parts.push('--pin');
  if (options.fullGeo) parts.push('--full-geo');
  if (options.servers.length > 0) parts.push(`--servers ${options.servers.join(',')}`);
  return parts.join(' ');
}

/** A busy machine makes poor figures; so the reader is told. */
function machineLoad(): string[] {
  try {
    return [`Load average when written: ${readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ')}`];
  } catch {
    return [];
  }
}
