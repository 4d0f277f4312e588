/**
 * The program as a user runs it: a process of its own with its own folder, free ports and captured output. For tests of
 * behaviour at the socket and the command line; nothing here imports `src/`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import { keepGeoCache, lendGeoCache } from './geo-cache.ts';

/** Text or bytes by file name; folders with `/`. A string instead of a table is a folder that is copied. */
export type FileTable = Readonly<Record<string, string | Uint8Array>>;

export type MeridianOptions = {
  readonly zones?: FileTable | string;
  readonly geoData?: FileTable | string;
  /** Text of the configuration file. */
  readonly config?: string;
  readonly redis?: string;
  readonly workers?: number;
  /** Default: MERIDIAN_TEST_TRANSPORT, else the program's own choice. */
  readonly transport?: string;
  /** Addresses to listen on; a port is added to each. Default 127.0.0.1. */
  readonly listen?: readonly string[];
  /** Further arguments, last on the line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program with its arguments that becomes the node (`prlimit --nofile=64`), or a shell that does by exec. */
  readonly under?: readonly string[];
  /** The folder of an earlier process, to start again with its files and state; that process must have `keepFolder`. */
  readonly folder?: string;
  readonly keepFolder?: boolean;
  readonly dnsPort?: number;
  readonly adminPort?: number;
  readonly readyWithinMs?: number;
};

export type ProbeOptions = Pick<
  MeridianOptions,
  'zones' | 'geoData' | 'config' | 'redis' | 'args' | 'env' | 'folder' | 'keepFolder'
> & { readonly region: string; readonly agent?: string; readonly metricsPort?: number };

export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly tookMs: number };

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/cli/main.ts');
const STOP_WITHIN_MS = 10_000;
const READY_LINE = /^meridian ready: .*$/m;

/** Whatever a failed test left running dies with the test's process. */
const alive = new Set<MeridianProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill();
});

/** One running `meridian` of any subcommand. */
export class MeridianProcess {
  readonly folder: string;
  readonly child: ChildProcess;
  /** First address listened on, and its port; 0 where the subcommand serves no DNS. */
  readonly dnsHost: string;
  readonly dnsPort: number;
  readonly adminUrl: string;
  /** Milliseconds from spawn to the ready line. */
  readyAfterMs = Number.NaN;
  readyLine = '';
  stdout = '';
  stderr = '';
  readonly #startMs = performance.now();
  readonly #keepFolder: boolean;
  readonly #token: string | undefined;
  readonly #ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #onOutput = new Set<() => void>();
  hasEnded = false;

  constructor(args: readonly string[], place: ProcessPlace) {
    this.folder = place.folder;
    this.dnsHost = place.dnsHost;
    this.dnsPort = place.dnsPort;
    this.adminUrl = place.adminUrl;
    this.#keepFolder = place.keepFolder;
    this.#token = place.env.MERIDIAN_ADMIN_TOKEN;
    const [program = process.execPath, ...line] = [...place.under, process.execPath, MAIN, ...args];
    this.child = spawn(program, line, {
      cwd: place.folder,
      env: { ...cleanEnvironment(), ...place.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    alive.add(this);
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#take('stdout', text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#take('stderr', text));
    this.#ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.hasEnded = true;
        alive.delete(this);
        for (const wake of this.#onOutput) wake();
        resolve({ code, signal });
      });
    });
  }

  get zonesFolder(): string {
    return join(this.folder, 'zones');
  }

  /** What changes by the admin API need: the configured token, else the one that the node has made. */
  get adminToken(): string {
    return this.#token ?? readFileSync(join(this.folder, 'state', 'admin-token'), 'utf8').trim();
  }

  /** Asks the admin API to change something. */
  change(method: 'POST' | 'DELETE', path: string, body?: object, signal: AbortSignal | null = null): Promise<Response> {
    const headers = { authorization: `Bearer ${this.adminToken}`, 'content-type': 'application/json' };
    return fetch(`${this.adminUrl}${path}`, {
      method,
      headers,
      signal,
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  get geoFolder(): string {
    return join(this.folder, 'geo-data');
  }

  /** Every line that is a JSON object, from either stream, oldest first per stream. */
  get logs(): Record<string, unknown>[] {
    const lines = `${this.stdout}\n${this.stderr}`.split('\n').filter((line) => line.startsWith('{'));
    return lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return [];
      }
    });
  }

  /** Both streams, for the message of a failed expectation. */
  get output(): string {
    return `--- stdout\n${this.stdout.slice(-8000)}\n--- stderr\n${this.stderr.slice(-8000)}`;
  }

  /** Waits until `condition` holds after some output, or the process ends; throws with the output when it never does. */
  async waitFor(what: string, condition: () => boolean, withinMs = 10_000): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    while (!condition()) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0 || this.hasEnded) {
        const why = this.hasEnded
          ? `the process ended (${this.child.exitCode ?? this.child.signalCode})`
          : `${withinMs} ms`;
        throw new Error(`waited for ${what}: ${why}\n${this.output}`);
      }
      await this.#nextOutput(Math.min(leftMs, 100));
    }
  }

  /** Waits for a piece of text in either stream. */
  waitForText(pattern: RegExp | string, withinMs = 10_000): Promise<void> {
    const matches = (text: string) => (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text));
    return this.waitFor(String(pattern), () => matches(this.stdout) || matches(this.stderr), withinMs);
  }

  async waitUntilReady(withinMs: number): Promise<void> {
    await this.waitFor('the ready line', () => READY_LINE.test(this.stdout), withinMs);
    this.readyLine = READY_LINE.exec(this.stdout)![0];
  }

  writeZone(file: string, text: string): void {
    writeFile(this.zonesFolder, file, text);
  }

  reload(): void {
    this.child.kill('SIGHUP');
  }

  /** SIGTERM and how it ended; killed hard after ten seconds, which shows as its signal. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    const startMs = performance.now();
    if (!this.hasEnded) this.child.kill(signal);
    const timer = setTimeout(() => this.kill(), STOP_WITHIN_MS);
    const ended = await this.#ended;
    clearTimeout(timer);
    if (!this.#keepFolder) rmSync(this.folder, { recursive: true, force: true });
    return { ...ended, tookMs: performance.now() - startMs };
  }

  /** SIGKILL, without waiting. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Waits for an end that comes by itself (a subcommand that is done, a refused configuration). */
  async ended(withinMs = 30_000): Promise<Ending> {
    await this.waitFor('the end', () => this.hasEnded, withinMs).catch((error: unknown) => {
      if (!this.hasEnded) throw error;
    });
    return { ...(await this.#ended), tookMs: performance.now() - this.#startMs };
  }

  #take(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text;
    if (Number.isNaN(this.readyAfterMs) && stream === 'stdout' && READY_LINE.test(this.stdout)) {
      this.readyAfterMs = performance.now() - this.#startMs;
    }
    for (const wake of this.#onOutput) wake();
  }

  #nextOutput(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#onOutput.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.#onOutput.add(wake);
    });
  }
}

type ProcessPlace = {
  readonly under: readonly string[];
  readonly folder: string;
  readonly keepFolder: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly dnsHost: string;
  readonly dnsPort: number;
  readonly adminUrl: string;
};

/** Starts `meridian serve` and waits for its ready line. Without `zones` or `geoData` those folders are empty. */
export async function startServe(options: MeridianOptions = {}): Promise<MeridianProcess> {
  const folder = prepareFolder(options);
  const stateFolder = join(folder, 'state');
  const sharesGeo = options.geoData === undefined && options.folder === undefined;
  if (sharesGeo) lendGeoCache(stateFolder);
  const hosts = options.listen ?? ['127.0.0.1'];
  const dnsPort = options.dnsPort ?? (await freePort(hosts[0]));
  const adminPort = options.adminPort ?? (await freePort());
  const transport = options.transport ?? process.env.MERIDIAN_TEST_TRANSPORT;
  const args = ['serve', ...folderArguments(options, folder), '--state-dir', stateFolder];
  for (const host of hosts) args.push('--listen', host.includes(':') ? `[${host}]:${dnsPort}` : `${host}:${dnsPort}`);
  args.push('--admin', `127.0.0.1:${adminPort}`);
  if (options.workers !== undefined) args.push('--workers', String(options.workers));
  if (transport !== undefined) args.push('--transport', transport);
  const server = new MeridianProcess([...args, ...(options.args ?? [])], {
    ...commonPlace(options, folder),
    dnsHost: hosts[0]!,
    dnsPort,
    adminUrl: `http://127.0.0.1:${adminPort}`,
  });
  try {
    await server.waitUntilReady(options.readyWithinMs ?? 60_000);
  } catch (error) {
    await server.stop('SIGKILL');
    throw error;
  }
  if (sharesGeo) keepGeoCache(stateFolder);
  return server;
}

/** Starts `meridian probe`; it has no ready line, so wait for what it does. */
export function startProbe(options: ProbeOptions): MeridianProcess {
  const folder = prepareFolder(options);
  const args = ['probe', '--region', options.region, ...folderArguments(options, folder)];
  if (options.agent !== undefined) args.push('--agent', options.agent);
  if (options.metricsPort !== undefined) args.push('--metrics', `127.0.0.1:${options.metricsPort}`);
  return new MeridianProcess([...args, ...(options.args ?? [])], {
    ...commonPlace(options, folder),
    dnsHost: '',
    dnsPort: 0,
    adminUrl: '',
  });
}

/** Runs a subcommand that ends by itself (`check`, `explain`, `status`, `query`) in `folder`, by default an empty one. */
export async function runMeridian(
  args: readonly string[],
  options: { folder?: string; env?: Readonly<Record<string, string>>; withinMs?: number } = {},
): Promise<Ending & { stdout: string; stderr: string }> {
  const folder = options.folder ?? newFolder();
  const place = { folder, keepFolder: true, env: options.env ?? {}, under: [], dnsHost: '', dnsPort: 0, adminUrl: '' };
  const run = new MeridianProcess(args, place);
  try {
    return { ...(await run.ended(options.withinMs)), stdout: run.stdout, stderr: run.stderr };
  } finally {
    if (!run.hasEnded) run.kill();
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function commonPlace(options: MeridianOptions | ProbeOptions, folder: string) {
  const under = 'under' in options ? (options.under ?? []) : [];
  return { folder, keepFolder: options.keepFolder ?? false, env: options.env ?? {}, under };
}

function folderArguments(options: MeridianOptions | ProbeOptions, folder: string): string[] {
  const args = ['--zones', join(folder, 'zones'), '--geo-data', join(folder, 'geo-data')];
  if (options.config !== undefined) args.push('--config', join(folder, 'meridian.yaml'));
  if (options.redis !== undefined) args.push('--redis', options.redis);
  return args;
}

function prepareFolder(options: MeridianOptions | ProbeOptions): string {
  const folder = options.folder ?? newFolder();
  fillFolder(join(folder, 'zones'), options.zones);
  fillFolder(join(folder, 'geo-data'), options.geoData);
  if (options.config !== undefined) writeFile(folder, 'meridian.yaml', options.config);
  return folder;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'meridian-test-'));
}

function fillFolder(folder: string, files: FileTable | string | undefined): void {
  mkdirSync(folder, { recursive: true });
  if (typeof files === 'string') cpSync(files, folder, { recursive: true });
  else for (const [name, content] of Object.entries(files ?? {})) writeFile(folder, name, content);
}

function writeFile(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** The tests' own settings must not reach the program, whose every flag is also a variable. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MERIDIAN_|VITEST|NODE_OPTIONS)/.test(name)),
  );
}
