/**
 * `meridian serve`: turns settings into a node, says on stdout when it really answers, and keeps it until a signal ends it.
 */

import type { Logger } from 'pino';
import { AdminServer } from '../admin/admin-server.ts';
import { CertificateFiles } from '../server/certificate-files.ts';
import type { TlsOptions } from '../server/serve-options.ts';
import { MeridianServer } from '../server/server.ts';
import { reasonOf } from '../server/state-dir.ts';
import { keepAdminToken, readAdminToken } from './admin-token.ts';
import { ExitCode, usageFailure } from './command-failure.ts';
import { dropPrivileges } from './drop-privileges.ts';
import { openProcessLog } from './process-log.ts';
import { readyLine } from './ready-line.ts';
import type { LastingSettings } from './resolve-settings.ts';
import { guardRoot } from './root-guard.ts';
import { ADMIN_DEFAULT, serveOptions } from './serve-settings.ts';
import { readSettingsNews } from './settings-news.ts';
import { watchStopSignals } from './stop-signals.ts';

/** Runs until SIGTERM or SIGINT. Throws a usage failure for settings that cannot work, StartError when the node cannot start. */
export async function runServe(resolved: LastingSettings): Promise<number> {
  const { settings } = resolved;
  const options = serveOptions(settings);
  const rootWarning = guardRoot({
    uid: process.getuid?.(),
    listen: [...options.listen, ...(options.tls?.listen ?? [])],
    allowRoot: settings['allow-root'] ?? false,
    user: settings.user,
  });
  const configured = readAdminToken(settings);
  const certificate = readCertificate(options.tls);
  const { log, flush } = await openProcessLog(settings['log-level'] ?? 'info');
  const signals = watchStopSignals();
  process.once('uncaughtException', (error) => {
    log.fatal({ err: error }, 'defect: uncaught exception');
    void flush().then(() => process.exit(ExitCode.FAILED));
  });
  if (rootWarning !== null) log.warn(rootWarning);
  // After what only root may read (token, key), before anything that the world can reach.
  if (settings.user !== undefined && process.getuid?.() === 0) log.info(dropPrivileges(settings.user, settings.group));
  const server = new MeridianServer(options, log, certificate, () => readSettingsNews(resolved));
  const admin =
    settings.admin === 'off' ? null : new AdminServer(server, log, configured ?? keptToken(options.stateDir, log));
  try {
    const adminAddress =
      (await admin?.listen(
        settings.admin === 'off' ? ADMIN_DEFAULT : (settings.admin ?? ADMIN_DEFAULT),
        options.overlap,
      )) ?? null;
    const started = await Promise.race([server.start(), signals.stopped]);
    if (typeof started !== 'string') {
      admin?.markReady();
      process.stdout.write(`${readyLine(started, adminAddress)}\n`);
      signals.onReload(() => void reload(server, log));
      const signal = await signals.stopped;
      log.info({ signal }, 'stopping');
      admin?.markStopping();
    }
    return ExitCode.GOOD;
  } finally {
    await server.stop();
    await admin?.close();
    await flush();
  }
}

/** The token of a node that was given none; null: it keeps nothing. As the user that the node runs as, like all that it keeps. */
function keptToken(stateDir: string | null, log: Logger): string | null {
  if (stateDir === null) return null;
  const { token, news, isKept } = keepAdminToken(stateDir);
  if (isKept) log.info(news);
  else log.warn(news);
  return token;
}

/** The certificate of encrypted transports. Throws a usage failure when it cannot be used. */
function readCertificate(tls: TlsOptions | null): CertificateFiles | null {
  if (tls === null) return null;
  try {
    return new CertificateFiles(tls.certFile, tls.keyFile);
  } catch (error) {
    throw usageFailure(`cannot serve TLS: ${reasonOf(error)}`);
  }
}

async function reload(server: MeridianServer, log: Logger): Promise<void> {
  try {
    await server.reload();
  } catch (error) {
    log.error({ err: error }, 'reload failed; what was served is still served');
  }
}
