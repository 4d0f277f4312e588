/**
 * `meridian serve`: turns settings into a node, says on stdout when it really answers, and keeps it until a signal ends it.
 */

import { statSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import type { Logger } from 'pino';
import { AdminServer } from '../admin/admin-server.ts';
import { WORKERS_MAX } from '../base/limits.ts';
import type { ListenAddress, ServeOptions } from '../server/serve-options.ts';
import { MeridianServer, type StartReport } from '../server/server.ts';
import { readAdminToken } from './admin-token.ts';
import { ExitCode, usageFailure } from './command-failure.ts';
import { openProcessLog } from './process-log.ts';
import { guardRoot } from './root-guard.ts';
import { formatSocketAddress, type Settings } from './settings.ts';
import { watchStopSignals } from './stop-signals.ts';

const LISTEN_DEFAULT: ListenAddress = { address: '127.0.0.1', port: 5300 };
/** Where a node's API listens and where `status` looks for it. */
export const ADMIN_DEFAULT: ListenAddress = { address: '127.0.0.1', port: 9153 };
export const ZONES_DEFAULT = 'zones';
export const GEO_DATA_DEFAULT = 'geo-data';
export const CLUSTER_DEFAULT = 'default';

/** Runs until SIGTERM or SIGINT. Throws a usage failure for settings that cannot work, StartError when the node cannot start. */
export async function runServe(settings: Settings): Promise<number> {
  const options = serveOptions(settings);
  const rootWarning = guardRoot(process.getuid?.(), options.listen, settings['allow-root'] ?? false);
  const token = readAdminToken(settings['admin-token-file']);
  const { log, flush } = await openProcessLog(settings['log-level'] ?? 'info');
  const signals = watchStopSignals((message) => {
    log.error(message);
    flush();
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'defect: uncaught exception');
    flush();
    process.exit(ExitCode.FAILED);
  });
  if (rootWarning !== null) log.warn(rootWarning);
  const server = new MeridianServer(options, log);
  const admin = settings.admin === 'off' ? null : new AdminServer(server, log, token);
  try {
    const adminAddress =
      (await admin?.listen(settings.admin === 'off' ? ADMIN_DEFAULT : (settings.admin ?? ADMIN_DEFAULT))) ?? null;
    const started = await Promise.race([server.start(), signals.stopped]);
    if (typeof started !== 'string') {
      admin?.markReady();
      process.stdout.write(`${readyLine(started, adminAddress)}\n`);
      signals.onReload(() => void reload(server, log));
      const signal = await signals.stopped;
      log.info({ signal }, 'stopping');
      admin?.markStopping();
    }
    await server.stop();
    return ExitCode.GOOD;
  } finally {
    await server.stop();
    await admin?.close();
    flush();
  }
}

/** The line that scripts wait for; its form is a contract (00-overview). */
export function readyLine(started: StartReport, admin: ListenAddress | null): string {
  const dns = started.listen.map((socket) => `dns ${formatSocketAddress(socket)} udp+tcp`).join(', ');
  const api = admin === null ? 'off' : `http://${formatSocketAddress(admin)}`;
  return `meridian ready: ${dns}, admin ${api}, ${started.zones} zones, state ${started.state}`;
}

/** Settings with every default filled in. Throws a usage failure when the zones directory is missing. */
export function serveOptions(settings: Settings): ServeOptions {
  const zonesDir = settings.zones ?? ZONES_DEFAULT;
  requireDirectory(zonesDir, 'zones', '--zones DIR');
  // Without a word the default may be absent: the bundled data alone is used. A directory asked for must be there.
  if (settings['geo-data'] !== undefined) requireDirectory(settings['geo-data'], 'geo data', '--geo-data DIR');
  return {
    zonesDir,
    geoDataDir: settings['geo-data'] ?? GEO_DATA_DEFAULT,
    listen: settings.listen ?? [LISTEN_DEFAULT],
    redisUrl: settings.redis ?? null,
    clusterName: settings.cluster ?? CLUSTER_DEFAULT,
    nodeName: settings.node ?? processName(),
    workers: settings.workers ?? Math.min(availableParallelism(), WORKERS_MAX),
    transport: settings.transport ?? 'auto',
    stateDir: settings['state-dir'] ?? '.meridian',
    embeddedAgent: settings.redis === undefined,
    watchFiles: true,
  };
}

/** `directory` must exist, or the command ends with what to do about it. */
export function requireDirectory(directory: string, what: string, cure: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw usageFailure(`no ${what} directory at ${directory}: create it or name another with ${cure}`);
  }
}

/** `ns1-4711`: the host's name made safe for keys, and the process, so that two on a host differ. */
function processName(): string {
  return `${hostName()}-${process.pid}`;
}

/** The host's first label with odd characters replaced. */
export function hostName(): string {
  const label = hostname()
    .split('.')[0]!
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return label === '' ? 'node' : label.slice(0, 48);
}

async function reload(server: MeridianServer, log: Logger): Promise<void> {
  try {
    await server.reload();
  } catch (error) {
    log.error({ err: error }, 'reload failed; what was served is still served');
  }
}
