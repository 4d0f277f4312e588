/**
 * The frame of a drill: a node of its own, a legitimate stream all the while, something that goes wrong, and a judgement in
 * figures: what share of the stream was answered, how much memory the node took for it, what it left open.
 *
 * A new drill is a file with one {@link Drill}, named in `drill-list.ts`.
 */

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../tools/free-port.ts';
import { type MeridianOptions, type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { TLS_FILES } from '../tools/tls-files.ts';
import { LegitimateStream, type StreamShares } from './legitimate-stream.ts';

/** What a drill works on. */
export type DrillGround = {
  /** The one that runs: another after `restart`. */
  readonly node: MeridianProcess;
  /** Starts the node anew, over the files and ports of the one before, which has ended. */
  readonly restart: () => Promise<void>;
  readonly tlsPort: number;
  readonly httpsPort: number;
  /** 1 for the drill proper; less, down to 0.02, for a smoke of it: counts and times shrink with it. */
  readonly scale: number;
  readonly counters: () => Promise<Readonly<Record<string, number>>>;
};

export type Drill = {
  /** Kebab-case, as `npm run drill NAME` takes it. */
  readonly name: string;
  /** Further options of the node. */
  readonly node?: Partial<MeridianOptions>;
  /** The stream's UDP clients bring a cookie (RFC 7873), as they must where answers are limited. */
  readonly streamHasCookie?: boolean;
  /** Least shares of the stream, where the drill takes UDP or TCP itself away for a while; 0.99 where not given. */
  readonly sharesMin?: Partial<StreamShares>;
  /** Lines that the node may log meanwhile, {@link LOG_LINES_MAX} if not given: attackers must not fill disks either. */
  readonly logLinesMax?: number;
  /** Megabytes that the node may grow by, {@link GROWTH_MB_MAX} if not given. */
  readonly growthMbMax?: number;
  /** Too much like another for a place in the smoke. */
  readonly inFullOnly?: boolean;
  /** What this machine lacks for the drill, in words; null: nothing. */
  readonly lacks?: () => string | null;
  /** Does harm for some seconds and takes back its own sockets. Returns what it did, in words; throws for a promise that was broken. */
  readonly run: (ground: DrillGround) => Promise<string>;
};

export type DrillReport = {
  readonly name: string;
  /** Figures and words in one line. */
  readonly line: string;
  /** Promises that did not hold. */
  readonly faults: readonly string[];
};

const SHARE_MIN = 0.99;
/** In small a drill's worst moment is a large part of it. */
const SHARE_MIN_IN_SMALL = 0.95;
const LOG_LINES_MAX = 50;
/** More than the backlogs and the pool's buffers may take at once. */
const GROWTH_MB_MAX = 256;
/** Descriptors of a node breathe a little: a watcher, a file being read. */
const DESCRIPTORS_SLACK = 4;
/** Idle time of a connection, and some. */
const QUIET_WITHIN_MS = 15_000;
/** What a node of a drill serves unless the drill says otherwise. */
export const DRILL_ZONES = {
  'drill.test.yaml': "'':\n  type: NS\n  value: ns.drill.test.\nwww:\n  type: A\n  value: 192.0.2.7\n",
};

/** Runs one drill from start to stop. */
export async function runDrill(drill: Drill, scale: number): Promise<DrillReport> {
  const { ground, close } = await openGround(drill.node ?? {}, scale);
  try {
    return await judge(drill, ground);
  } finally {
    await close();
  }
}

/** A node with plain and encrypted addresses, and what a drill needs of it; `close` ends it and removes its files. */
export async function openGround(
  given: Partial<MeridianOptions>,
  scale: number,
): Promise<{ ground: DrillGround; close: () => Promise<void> }> {
  const tlsPort = await freePort();
  const httpsPort = await freePort();
  const tls = ['--tls-cert', TLS_FILES.cert, '--tls-key', TLS_FILES.key];
  const listen = ['--listen-tls', `127.0.0.1:${tlsPort}`, '--listen-https', `127.0.0.1:${httpsPort}`];
  const options: MeridianOptions = {
    workers: 2,
    readyWithinMs: 60_000,
    ...given,
    keepFolder: true,
    args: [...listen, ...tls, ...(given.args ?? [])],
  };
  let node = await startServe({ ...options, zones: given.zones ?? DRILL_ZONES });
  const { folder, dnsPort } = node;
  const adminPort = Number(new URL(node.adminUrl).port);
  const ground: DrillGround = {
    get node() {
      return node;
    },
    restart: async () => {
      node = await startServe({ ...options, folder, dnsPort, adminPort });
    },
    counters: async () =>
      ((await (await fetch(`${node.adminUrl}/api/v1/status`)).json()) as { counters: Record<string, number> }).counters,
    ...{ tlsPort, httpsPort, scale },
  };
  const close = async () => {
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ground, close };
}

async function judge(drill: Drill, ground: DrillGround): Promise<DrillReport> {
  const pid = () => ground.node.child.pid!;
  const stream = new LegitimateStream(ground.node);
  await stream.start(drill.streamHasCookie ?? false);
  await sleep(500);
  const { node } = ground;
  const before = { memoryMb: memoryMb(pid()), descriptors: descriptors(pid()), logLines: logLines(node) };
  let peakMb = before.memoryMb;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, memoryMb(pid()));
  }, 100);
  const faults: string[] = [];
  let words: string;
  try {
    words = await drill.run(ground);
  } catch (error) {
    words = 'broken off';
    faults.push((error as Error).message);
  }
  clearInterval(watch);
  const shares = await stream.stop();
  const left = await whatIsLeft(ground, before.descriptors);
  const lines = logLines(node) - before.logLines;
  const linesMax = drill.logLinesMax ?? LOG_LINES_MAX;
  const growthMb = peakMb - before.memoryMb;
  const shareMin = ground.scale < 1 ? SHARE_MIN_IN_SMALL : SHARE_MIN;
  for (const transport of ['udp', 'tcp'] as const) {
    const least = Math.min(drill.sharesMin?.[transport] ?? shareMin, shareMin);
    if (shares[transport] >= least) continue;
    faults.push(
      `${percent(shares[transport])} of the stream over ${transport.toUpperCase()} answered, not ${percent(least)}`,
    );
  }
  if (growthMb > (drill.growthMbMax ?? GROWTH_MB_MAX)) faults.push(`${growthMb.toFixed(0)} MB more memory`);
  if (lines > linesMax) faults.push(`${lines} lines of log, more than ${linesMax}`);
  if (left !== '') faults.push(left);
  const figures = `UDP ${percent(shares.udp)}, TCP ${percent(shares.tcp)}, memory +${growthMb.toFixed(0)} MB at most, ${lines} lines of log`;
  return { name: drill.name, line: `${drill.name}: ${words}; ${figures}`, faults };
}

/** Connections and descriptors that do not go away within a connection's idle time, in words. */
async function whatIsLeft(ground: DrillGround, descriptorsBefore: number): Promise<string> {
  const deadlineMs = performance.now() + QUIET_WITHIN_MS;
  for (;;) {
    const open = (await ground.counters()).tcpOpen ?? 0;
    const more = descriptors(ground.node.child.pid!) - descriptorsBefore;
    if (open === 0 && more <= DESCRIPTORS_SLACK) return '';
    if (performance.now() > deadlineMs) return `${open} connections and ${more} descriptors were left open`;
    await sleep(200);
  }
}

function logLines({ stderr }: MeridianProcess): number {
  return stderr.split('\n').length - 1;
}

/** Resident memory of a process; 0 of one that is gone. */
export function memoryMb(pid: number): number {
  if (!existsSync(`/proc/${pid}/status`)) return 0;
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
}

function descriptors(pid: number): number {
  return existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`).length : 0;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
