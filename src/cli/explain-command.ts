/**
 * `meridian explain`: why a client gets which answer. By the files alone (health as the node here last kept it, else
 * unknown), with --redis by what the agents say now, or with --admin by the very tables of a running node. Underneath it is
 * the code that answers queries, with its decisions written down. --replay makes the decisions of an earlier explanation again.
 */

import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { TRACE_FILE_BYTES_MAX } from '../base/limits.ts';
import { readDnsAnswer } from '../probe/dns-exchange.ts';
import { ExplainError, type Explanation } from '../server/explanation.ts';
import { ReplayError } from '../server/replay.ts';
import { MeridianServer } from '../server/server.ts';
import { typeName } from '../wire/codes.ts';
import { fetchAdmin } from './admin-client.ts';
import { ExitCode, usageFailure } from './command-failure.ts';
import { renderExplanation } from './explain-view.ts';
import { readName, readType } from './query-command.ts';
import type { ResolvedSettings } from './resolve-settings.ts';
import { serveOptions } from './serve-settings.ts';
import type { Settings } from './settings.ts';

type Question = { readonly name: string; readonly type: string; readonly client: string; readonly ecs: string | null };

type Explained = { readonly explanation: Explanation; readonly notes: readonly string[] };

/** With Redis a node believes in a failure only after two quiet seconds; longer than this and it holds for another reason. */
const NORMAL_MS_MAX = 4_000;

/** Exit code 0 whenever there is something to explain, whatever the answer is. */
export async function runExplain(
  resolved: ResolvedSettings,
  name: string | undefined,
  type: string | undefined,
): Promise<number> {
  const { settings, sources } = resolved;
  if (settings.replay !== undefined) return runReplay(settings, settings.replay);
  if (name === undefined) throw usageFailure('explain needs a NAME, or --replay FILE');
  if (settings.client === undefined)
    throw usageFailure('explain needs --client IP: the address that the query comes from');
  const question = {
    name: readName(name),
    type: typeName(readType(type ?? 'A')),
    client: settings.client,
    ecs: settings.ecs ?? null,
  };
  const { admin } = settings;
  const asksNode = sources.get('admin') === 'flag' && admin !== undefined && admin !== 'off';
  const { explanation, notes } = asksNode
    ? { explanation: await explainByNode(admin, question), notes: [] }
    : await explainByFiles(settings, question);
  const answer = explanation.answer === '' ? null : readDnsAnswer(Buffer.from(explanation.answer, 'base64'));
  process.stdout.write(
    settings.json
      ? `${JSON.stringify({ ...explanation, answer, answerBytes: explanation.answer, notes }, null, 2)}\n`
      : renderExplanation(explanation, answer, notes),
  );
  return ExitCode.GOOD;
}

function explainByNode(admin: { address: string; port: number }, question: Question): Promise<Explanation> {
  const { name, type, client, ecs } = question;
  const query = new URLSearchParams({ name, type, client, ...(ecs === null ? {} : { ecs }) });
  return fetchAdmin<Explanation>(admin, `/api/v1/explain?${query}`);
}

/** Exit code 0 when the answer is the same to the last octet. */
async function runReplay(settings: Settings, file: string): Promise<number> {
  const trace = readTrace(file);
  // Health comes from the trace alone.
  const { redis: _, ...withoutRedis } = settings;
  const replay = await thinkBy(withoutRedis, (server) => {
    try {
      return server.replay(trace);
    } catch (error) {
      if (error instanceof ReplayError) throw usageFailure(`${file}: ${error.message}`);
      throw error;
    }
  });
  const { explanation, isSame, differences } = replay;
  const answer = explanation.answer === '' ? null : readDnsAnswer(Buffer.from(explanation.answer, 'base64'));
  const verdict = isSame ? 'the answer is the same, octet for octet' : 'the answer is another';
  process.stdout.write(
    settings.json
      ? `${JSON.stringify({ ...explanation, answer, answerBytes: explanation.answer, replay: { isSame, differences } }, null, 2)}\n`
      : renderExplanation(explanation, answer, [`replay of ${file}: ${verdict}`, ...differences]),
  );
  return isSame ? ExitCode.GOOD : ExitCode.FAILED;
}

function readTrace(file: string): unknown {
  try {
    if (statSync(file).size > TRACE_FILE_BYTES_MAX) {
      throw usageFailure(`${file} is larger than ${TRACE_FILE_BYTES_MAX} bytes (TRACE_FILE_BYTES_MAX)`);
    }
    const trace = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown> | null;
    // `answer` is for people here; the API gives the octets under that name.
    return { ...trace, answer: trace?.answerBytes ?? trace?.answer };
  } catch (error) {
    if (error instanceof SyntaxError) throw usageFailure(`${file} is not JSON: write it with explain --json`);
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw usageFailure(`cannot read ${file}: ${code === 'ENOENT' ? 'no such file' : code}`);
  }
}

async function explainByFiles(settings: Settings, question: Question): Promise<Explained> {
  return thinkBy(settings, async (server) => {
    const { redis, stateDir } = server.options;
    const notes = redis === null ? offlineNotes(stateDir) : await awaitVerdicts(server);
    if (redis !== null) await server.followLatencies();
    notes.push(...refusedZones(server));
    try {
      return { explanation: server.explain(question.name, question.type, question.client, question.ecs), notes };
    } catch (error) {
      if (error instanceof ExplainError) throw usageFailure(error.message);
      throw error;
    }
  });
}

/** A node that only thinks, for as long as `use` takes: nothing is listened on and nobody is asked. */
export async function thinkBy<T>(settings: Settings, use: (server: MeridianServer) => T | Promise<T>): Promise<T> {
  const options = serveOptions(settings);
  const stateDir = options.stateDir !== null && isDirectory(options.stateDir) ? options.stateDir : null;
  const log = pino({ level: 'silent' });
  const server = new MeridianServer({ ...options, listen: [], embeddedAgent: false, watchFiles: false, stateDir }, log);
  try {
    await server.start();
    return await use(server);
  } finally {
    await server.stop();
  }
}

function offlineNotes(stateDir: string | null): string[] {
  if (stateDir === null) return ['by the files alone: health is not known, and whatever is not known is served'];
  return [`by the files and the health that the node with ${stateDir} kept last; --admin asks a running node`];
}

/** Waits until what the agents say has become verdicts, or says why it has not. */
export async function awaitVerdicts(server: MeridianServer): Promise<string[]> {
  const end = performance.now() + NORMAL_MS_MAX;
  while (server.status().mode !== 'NORMAL' && performance.now() < end) await sleep(50);
  await server.followRegions();
  const { mode, agents } = server.status();
  if (mode === 'NORMAL') return [];
  const why = agents.some((agent) => agent.fresh) ? 'too few regions are heard' : 'no agent is heard through Redis';
  return [`${mode}: ${why}, so that health is as a node would hold it`];
}

function refusedZones(server: MeridianServer): string[] {
  const refused = server.status().zones.filter((zone) => zone.state !== 'serving');
  return refused.map((zone) => `${zone.zone} has faults and is not served; "meridian check" lists them`);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
