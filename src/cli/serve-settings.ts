/**
 * From settings to what the server floor wants: every default filled in, every directory looked for. Used by all commands, so
 * that a default is the same wherever it counts.
 */

import { statSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { WORKERS_MAX } from '../base/limits.ts';
import type {
  ListenAddress,
  RateLimitOptions,
  ServeOptions,
  StreamAddress,
  TlsOptions,
} from '../server/serve-options.ts';
import { ZONE_DEFAULTS, type ZoneDefaults } from '../server/zone-load.ts';
import { usageFailure } from './command-failure.ts';
import { clusterName, redisAccess } from './redis-settings.ts';
import type { Settings } from './settings.ts';

/** Where DNS is answered, and where `query` asks. */
export const LISTEN_DEFAULT: ListenAddress = { address: '127.0.0.1', port: 5300 };
/** Where a node's API listens, and where `status` asks. */
export const ADMIN_DEFAULT: ListenAddress = { address: '127.0.0.1', port: 9153 };
const ZONES_DEFAULT = 'zones';
/** Where geo data is looked for without a word. */
export const GEO_DATA_DEFAULT = 'geo-data';
const STATE_DIR_DEFAULT = '.meridian';
/** As NSD's: far above what a resolver asks of one name, far below a useful flood. */
const RATE_PER_SECOND_DEFAULT = 200;
/** Every second answer over the limit goes out as TC, so that a client who meets the limit by chance is soon led on. */
const RATE_SLIP_DEFAULT = 2;

/** Settings with every default filled in. Throws a usage failure when a directory is missing. */
export function serveOptions(settings: Settings): ServeOptions {
  return {
    ...dataDirectories(settings),
    zoneDefaults: zoneDefaults(settings),
    listen: settings.listen ?? [LISTEN_DEFAULT],
    redis: redisAccess(settings),
    clusterName: clusterName(settings),
    nodeName: settings.node ?? `${hostName()}-${process.pid}`,
    workers: settings.workers ?? Math.min(availableParallelism(), WORKERS_MAX),
    transport: settings.transport ?? 'auto',
    serverId: settings['server-id'] === 'hostname' ? hostName() : shown(settings['server-id']),
    serverVersion: shown(settings['server-version']),
    explainFrom: settings['explain-from'] ?? [],
    cookieSecretFile: settings['cookie-secret-file'] ?? null,
    tls: tlsOptions(settings),
    aliasResolvers: settings['alias-resolver'] ?? [],
    proxyFrom: settings['proxy-from'] ?? [],
    rateLimit: rateLimitOptions(settings),
    stateDir: settings['state-dir'] ?? STATE_DIR_DEFAULT,
    embeddedAgent: settings.redis === undefined,
    watchFiles: true,
    overlap: settings.overlap ?? false,
  };
}

/** Response rate limiting with its defaults. */
export function rateLimitOptions(settings: Settings): RateLimitOptions {
  return {
    mode: settings['rate-limit'] ?? 'off',
    perSecond: settings['rate-limit-per-second'] ?? RATE_PER_SECOND_DEFAULT,
    slip: settings['rate-limit-slip'] ?? RATE_SLIP_DEFAULT,
    exempt: settings['rate-limit-exempt'] ?? [],
  };
}

/** What is shown of the server to whoever asks: nothing unless the operator wants it. */
function shown(text: string | undefined): string | null {
  return text === undefined || text === 'off' ? null : text;
}

/** Where DNS is answered in TLS and HTTPS; null for nowhere. Throws a usage failure when the files are not named. */
function tlsOptions(settings: Settings): TlsOptions | null {
  const listen: StreamAddress[] = [
    ...(settings['listen-tls'] ?? []).map((address) => ({ ...address, service: 'tls' as const })),
    ...(settings['listen-https'] ?? []).map((address) => ({ ...address, service: 'https' as const })),
  ];
  if (listen.length === 0) return null;
  const { 'tls-cert': certFile, 'tls-key': keyFile } = settings;
  if (certFile === undefined || keyFile === undefined) {
    throw usageFailure(
      '--listen-tls and --listen-https need a certificate: name its PEM files with --tls-cert and --tls-key',
    );
  }
  return { listen, certFile, keyFile };
}

/** What the configuration says about every zone. */
export function zoneDefaults(settings: Settings): ZoneDefaults {
  return {
    soa: {
      mname: settings['soa-mname'],
      rname: settings['soa-rname'],
      refresh: settings['soa-refresh'],
      retry: settings['soa-retry'],
      expire: settings['soa-expire'],
      minimum: settings['soa-minimum'],
    },
    escapedSemicolons: settings['escaped-semicolons'] ?? ZONE_DEFAULTS.escapedSemicolons,
    metadataTargets: settings['metadata-targets'] ?? ZONE_DEFAULTS.metadataTargets,
    resolvesAliases: settings['alias-resolver'] !== undefined,
  };
}

/** Where zones and geo data are. Throws a usage failure when one is missing. */
export function dataDirectories(settings: Settings): { zonesDir: string; geoDataDir: string } {
  const zonesDir = settings.zones ?? ZONES_DEFAULT;
  requireDirectory(zonesDir, 'zones', '--zones DIR');
  // Without a word the default may be absent: the bundled data alone is used. A directory asked for must be there.
  if (settings['geo-data'] !== undefined) requireDirectory(settings['geo-data'], 'geo data', '--geo-data DIR');
  return { zonesDir, geoDataDir: settings['geo-data'] ?? GEO_DATA_DEFAULT };
}

/** `directory` must exist, or the command ends with what to do about it. */
function requireDirectory(directory: string, what: string, cure: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw usageFailure(`no ${what} directory at ${directory}: create it or name another with ${cure}`);
  }
}

/** The host's first label with odd characters replaced. */
export function hostName(): string {
  const label = hostname()
    .split('.')[0]!
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return label === '' ? 'node' : label.slice(0, 48);
}
