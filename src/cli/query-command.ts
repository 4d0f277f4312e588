/** `meridian query`: one question to a DNS server, its answer like a short `dig`. */

import { askDns, type DnsAnswer, type DnsRecordText } from '../probe/dns-exchange.ts';
import { typeCode, typeName } from '../wire/codes.ts';
import { nameFromText, nameToText } from '../wire/name.ts';
import { ExitCode, usageFailure, workFailure } from './command-failure.ts';
import { LISTEN_DEFAULT } from './serve-settings.ts';
import type { Settings } from './settings.ts';
import { formatSocketAddress } from './socket-address.ts';

const TIMEOUT_MS = 5_000;

/** Exit code 0 for any answer, NXDOMAIN and REFUSED included: the server has spoken. */
export async function runQuery(settings: Settings, name: string, type: string | undefined): Promise<number> {
  const server = settings.server ?? LISTEN_DEFAULT;
  if (server.port === 0) throw usageFailure('--server needs a port other than 0');
  const code = readType(type ?? 'A');
  const absolute = readName(name);
  // dns2 writes labels as they stand and takes an escaped dot for the end of one.
  if (absolute.includes('\\')) throw usageFailure(`${absolute} has octets that need escapes: ask for it with dig`);
  const question = { name: absolute, type: code, subnet: settings.subnet ?? null };
  const startMs = performance.now();
  let answer: DnsAnswer;
  try {
    answer = await askDns(server, question, TIMEOUT_MS);
  } catch (error) {
    throw workFailure(`no answer from ${formatSocketAddress(server)}: ${reasonOf(error)}`);
  }
  const milliseconds = Math.round((performance.now() - startMs) * 10) / 10;
  const asked = { server: formatSocketAddress(server), name: question.name, type: typeName(code), milliseconds };
  process.stdout.write(
    settings.json ? `${JSON.stringify({ ...asked, ...answer }, null, 2)}\n` : printAnswer(asked, answer),
  );
  return ExitCode.GOOD;
}

/** A type for the command line: a mnemonic or TYPE65280; a usage failure otherwise. */
export function readType(text: string): number {
  const code = typeCode(text);
  if (code < 0) throw usageFailure(`${JSON.stringify(text)} is no record type: write A, AAAA, CNAME … or TYPE65280`);
  return code;
}

/** An absolute name for the command line, in presentation form with the final dot; a usage failure otherwise. */
export function readName(text: string): string {
  const name = nameFromText(text);
  if (typeof name === 'string')
    throw usageFailure(`${JSON.stringify(text)} is no domain name: ${name.replaceAll('-', ' ')}`);
  return nameToText(name);
}

function printAnswer(
  asked: { server: string; name: string; type: string; milliseconds: number },
  answer: DnsAnswer,
): string {
  const lines = [
    `;; ${asked.name} ${asked.type} from ${asked.server} over ${answer.transport} in ${asked.milliseconds} ms`,
    `;; ${answer.rcode}, flags ${answer.flags.join(' ')}${answer.subnet === null ? '' : `, subnet ${answer.subnet.source} scope ${answer.subnet.scope}`}`,
    ...answer.errors.map((error) => `;; extended error ${error}`),
  ];
  const sections: ReadonlyArray<readonly [string, readonly DnsRecordText[]]> = [
    ['', answer.answer],
    [';; authority', answer.authority],
    [';; additional', answer.additional],
  ];
  for (const [title, records] of sections) {
    if (records.length === 0) continue;
    if (title !== '') lines.push(title);
    for (const record of records)
      lines.push(`${record.name}\t${record.ttl}\t${record.class}\t${record.type}\t${record.data}`);
  }
  return `${lines.join('\n')}\n`;
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ETIMEDOUT') return `nothing within ${TIMEOUT_MS} ms; is a server running there?`;
  if (code === 'ECONNREFUSED') return 'nothing listens there; is a server running?';
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}
