/**
 * From settings to the way into Redis. Files with secrets are read when a command starts, where a fault ends it, and again before every
 * new connection, where it does not: what cannot be read then stays what it was.
 */

import { readFileSync, statSync } from 'node:fs';
import { REDIS_SECRET_BYTES_MAX } from '../base/limits.ts';
import type { RedisAccess, RedisSecrets } from '../redis/redis-access.ts';
import { parseRedisAddress, type RedisAddress } from '../redis/redis-address.ts';
import { CommandFailure, usageFailure } from './command-failure.ts';
import type { SettingKey, Settings } from './settings.ts';

/** The way into Redis, or null when none is set. Throws a usage failure for secrets that cannot be read or contradict each other. */
export function redisAccess(settings: Settings): RedisAccess | null {
  if (settings.redis === undefined) return null;
  const address = parseRedisAddress(settings.redis);
  if ('fault' in address) throw usageFailure(`--redis ${address.fault}`);
  const given = [address.password, settings['redis-password'], settings['redis-password-file']];
  if (given.filter((source) => source !== undefined && source !== '').length > 1)
    throw usageFailure(
      'the password for Redis is given twice: keep one of --redis, redis-password and redis-password-file',
    );
  if ((settings['redis-cert'] === undefined) !== (settings['redis-key'] === undefined))
    throw usageFailure('--redis-cert and --redis-key belong together: give both or none');
  const tlsKeys = ['redis-ca', 'redis-cert', 'redis-key', 'redis-server-name'] as const;
  const idle = tlsKeys.find((key) => settings[key] !== undefined);
  if (idle !== undefined && !address.isTls)
    throw usageFailure(`--${idle} is for TLS: write --redis rediss://…, rediss-sentinel://… or rediss-cluster://…`);
  let last = readSecrets(settings, address);
  return {
    address,
    secrets: () => {
      try {
        last = readSecrets(settings, address);
      } catch (error) {
        if (!(error instanceof CommandFailure)) throw error;
      }
      return last;
    },
  };
}

/** Name of the key space in Redis. */
export function clusterName(settings: Settings): string {
  return settings.cluster ?? 'default';
}

function readSecrets(settings: Settings, address: RedisAddress): RedisSecrets {
  const ca = readSecret(settings, 'redis-ca');
  const cert = readSecret(settings, 'redis-cert');
  const key = readSecret(settings, 'redis-key');
  const servername = settings['redis-server-name'];
  const password = address.password || settings['redis-password'];
  return {
    password: password ?? readSecret(settings, 'redis-password-file')?.trim() ?? '',
    sentinelPassword: readSecret(settings, 'redis-sentinel-password-file')?.trim() ?? '',
    tls: {
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
      ...(servername === undefined ? {} : { servername }),
    },
  };
}

type SecretFileKey = Extract<
  SettingKey,
  'redis-ca' | 'redis-cert' | 'redis-key' | 'redis-password-file' | 'redis-sentinel-password-file'
>;

/** The text of the file that `key` names, or null; never empty. */
function readSecret(settings: Settings, key: SecretFileKey): string | null {
  const file = settings[key];
  if (file === undefined) return null;
  let text: string;
  try {
    if (statSync(file).size > REDIS_SECRET_BYTES_MAX)
      throw usageFailure(`--${key} ${file} is longer than REDIS_SECRET_BYTES_MAX (${REDIS_SECRET_BYTES_MAX})`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw usageFailure(`cannot read --${key} ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`);
  }
  if (text.trim() === '') throw usageFailure(`--${key} ${file} is empty`);
  return text;
}
