/**
 * A kind of server that a run measures, and one running process of it. A kind knows its program, its configuration and nothing of
 * the measurements; the process knows how to start, answer its first question, tell what it has used, and end.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildQuery, exchangeUdp } from '../tools/dns-client.ts';
import { freePort } from '../tools/free-port.ts';
import { type Scenario, ZONE } from './bench-scenario.ts';

/** What to run, ready configured. */
export type ServerCommand = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** One kind of server. */
export type ServerKind = {
  readonly name: string;
  /** Null when it can run here, else what is missing. */
  readonly whyMissing: () => string | null;
  readonly version: () => string;
  /** Writes the configuration of `scenario` into `folder`. */
  readonly prepare: (scenario: Scenario, folder: string, port: number) => ServerCommand;
};

/** Where the processes of a run live, and on which processors; null: wherever the kernel wants. */
export type ServerPlace = { readonly folder: string; readonly processor: number | null };

const POLL_MS = 2;
const ANSWER_TIMEOUT_MS = 200;
const STOP_WITHIN_MS = 5_000;
const LOG_TAIL = 1_500;

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** One running server. */
export class ServerProcess {
  readonly kind: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** Milliseconds from the start to the first good answer. */
  answeredAfterMs = Number.NaN;
  readonly #log: string;
  readonly #startMs = performance.now();

  constructor(kind: string, port: number, command: ServerCommand, place: ServerPlace) {
    this.kind = kind;
    this.port = port;
    this.#log = join(place.folder, 'output.log');
    const log = openSync(this.#log, 'w');
    const pinned = place.processor === null ? [] : ['taskset', '-c', String(place.processor)];
    const [file, ...args] = [...pinned, command.file, ...command.args];
    this.child = spawn(file!, args, {
      cwd: place.folder,
      env: { ...quietEnvironment(), ...command.env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    alive.add(this.child);
    this.child.on('error', () => undefined);
    this.child.once('close', () => alive.delete(this.child));
  }

  get pid(): number {
    if (this.child.pid === undefined || this.hasEnded) throw new Error(`${this.kind} ended:\n${this.output}`);
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The end of what the process wrote. */
  get output(): string {
    return readFileSync(this.#log, 'utf8').slice(-LOG_TAIL);
  }

  /** Waits for the first good answer to `name`. Throws with the process's output. */
  async waitForAnswer(name: string, withinMs: number): Promise<void> {
    const server = { dnsHost: '127.0.0.1', dnsPort: this.port };
    const query = buildQuery(name, 'A');
    while (!this.hasEnded && performance.now() - this.#startMs < withinMs) {
      const bytes = await exchangeUdp(server, query, ANSWER_TIMEOUT_MS).catch(() => null);
      if (bytes !== null && (bytes[3]! & 15) === 0) {
        this.answeredAfterMs = performance.now() - this.#startMs;
        return;
      }
      await sleep(POLL_MS);
    }
    const ending = this.hasEnded ? 'it ended' : `${withinMs} ms`;
    throw new Error(`${this.kind} gave no answer to ${name} (${ending}):\n${this.output}`);
  }

  /** Asks the process to end and sees that it does. */
  async stop(): Promise<void> {
    if (this.hasEnded || this.child.pid === undefined) return;
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** Configures and starts `kind` in a folder of its own, and waits until it answers. */
export async function startServer(
  kind: ServerKind,
  scenario: Scenario,
  place: ServerPlace,
  withinMs: number,
): Promise<ServerProcess> {
  mkdirSync(place.folder, { recursive: true });
  const port = await freePort();
  const server = new ServerProcess(kind.name, port, kind.prepare(scenario, place.folder, port), place);
  try {
    await server.waitForAnswer(`host0.${ZONE}.`, withinMs);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** A run's own settings must not reach the servers, one of which reads them. */
function quietEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MERIDIAN_|VITEST|NODE_OPTIONS)/.test(name)),
  );
}
