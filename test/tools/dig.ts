/** Runs dig or kdig and reads their common output form: what an operator would see, through code that is not ours. */

import { execFile } from 'node:child_process';
import type { DnsServer } from './dns-client.ts';
import { findTool } from './tool-finder.ts';

export type DigRecord = { readonly name: string; readonly ttl: number; readonly type: string; readonly rdata: string };

export type DigReply = {
  /** `NOERROR`, `NXDOMAIN` … */
  readonly status: string;
  /** Lower case: `qr aa tc`. */
  readonly flags: ReadonlySet<string>;
  readonly answers: readonly DigRecord[];
  readonly authority: readonly DigRecord[];
  readonly additional: readonly DigRecord[];
  readonly output: string;
};

const SECTIONS: Readonly<Record<string, 'answers' | 'authority' | 'additional'>> = {
  ANSWER: 'answers',
  AUTHORITY: 'authority',
  ADDITIONAL: 'additional',
};

/** Asks with `program` (`dig` or `kdig`); `options` are its own, e.g. `+tcp`, `+subnet=192.0.2.0/24`. */
export async function dig(
  program: 'dig' | 'kdig',
  server: DnsServer,
  name: string,
  type: string,
  options: readonly string[] = [],
): Promise<DigReply> {
  const binary = findTool(program);
  if (binary === null) throw new Error(`${program} is not installed`);
  // dig reads ~/.digrc, kdig reads nothing; +norecurse since an authoritative server is asked.
  const own = program === 'dig' ? ['-r', '+tries=1', '+timeout=3'] : ['+retry=0', '+timeout=3'];
  const args = [...own, '+norecurse', `@${server.dnsHost}`, '-p', String(server.dnsPort), ...options, name, type];
  return parse(await run(binary, args));
}

function run(binary: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(binary, args, { timeout: 10_000, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${binary} ${args.join(' ')}: ${error.message}\n${stdout}\n${stderr}`));
      else resolve(stdout);
    });
  });
}

function parse(output: string): DigReply {
  const reply = {
    status: /status: ([A-Z]+)/.exec(output)?.[1] ?? '',
    flags: new Set((/[Ff]lags: ([a-z ]*);/.exec(output)?.[1] ?? '').split(' ').filter((flag) => flag !== '')),
    answers: [] as DigRecord[],
    authority: [] as DigRecord[],
    additional: [] as DigRecord[],
    output,
  };
  let section: DigRecord[] | null = null;
  for (const line of output.split('\n')) {
    const heading = /^;; (\w+) SECTION:/.exec(line);
    if (heading) section = SECTIONS[heading[1]!] ? reply[SECTIONS[heading[1]!]!] : null;
    else if (line === '') section = null;
    else if (!line.startsWith(';') && section !== null) section.push(parseRecord(line));
  }
  return reply;
}

function parseRecord(line: string): DigRecord {
  const match = /^(\S+)\s+(\d+)\s+\S+\s+(\S+)\s*(.*)$/.exec(line);
  if (match === null) throw new Error(`not a record: ${line}`);
  return { name: match[1]!, ttl: Number(match[2]), type: match[3]!, rdata: match[4]!.replace(/\s+/g, ' ').trim() };
}
