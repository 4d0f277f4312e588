/** A Redis with locks: TLS with certificates on both sides, and the user that the README tells operators to make. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisAccess } from '../../src/redis/redis-access.ts';
import { accessTo } from './redis-server.ts';

const CERTIFICATES = join(import.meta.dirname, '../vectors/tls');
const README = join(import.meta.dirname, '../../README.md');

/** Paths of the settings `redis-ca`, `redis-cert` and `redis-key`. */
export const TLS_FILES = {
  ca: join(CERTIFICATES, 'authority.pem'),
  cert: join(CERTIFICATES, 'client.pem'),
  key: join(CERTIFICATES, 'server.key'),
} as const;

/** Arguments of a redis-server that shows a certificate and asks for one; the port comes from the test. */
export const TLS_ARGUMENTS: readonly string[] = [
  ...['--tls-cert-file', join(CERTIFICATES, 'server.pem')],
  ...['--tls-key-file', TLS_FILES.key],
  ...['--tls-ca-cert-file', TLS_FILES.cert],
];

/**
 * The rules of the README's user `meridian` with `password`, as lines of a configuration; nobody else may do anything, unless
 * there is an `operator`.
 */
export function aclOfReadme(password: string, hasOperator = false): string {
  const rules = /^ACL SETUSER meridian (?<rules>(?:[^\\\n]|\\\n)*)$/m.exec(readFileSync(README, 'utf8'))?.groups?.rules;
  if (rules === undefined) throw new Error('the README makes no user meridian');
  const line = rules.replaceAll(/\\\n\s*/g, ' ').replace('>PASSWORD', `>${password}`);
  return `user meridian ${line}\n${hasOperator ? '' : 'user default off\n'}`;
}

/** The way in over TLS at `port`, as that user, with both certificates. */
export function tlsAccess(port: number, password = 'pa%ss'): RedisAccess {
  const [ca, cert, key] = [TLS_FILES.ca, TLS_FILES.cert, TLS_FILES.key].map((file) => readFileSync(file, 'utf8'));
  const url = `rediss://meridian:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  return accessTo(url, { ca: ca!, cert: cert!, key: key! });
}
