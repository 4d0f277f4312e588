import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { clusterName, redisAccess } from '../../../src/cli/redis-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-redis-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const redis = 'redis://meridian@127.0.0.1:6379';

describe('the way into Redis', () => {
  it('is none without an address, and the key space has a default', () => {
    expect(redisAccess({})).toBeNull();
    expect([clusterName({}), clusterName({ cluster: 'x' })]).toEqual(['default', 'x']);
  });

  it('takes the password from the address, from the environment or from a file', () => {
    const password = (settings: Parameters<typeof redisAccess>[0]) => redisAccess(settings)!.secrets().password;
    expect(password({ redis })).toBe('');
    expect(password({ redis: 'redis://:in@h' })).toBe('in');
    expect(password({ redis, 'redis-password': 'env' })).toBe('env');
    expect(password({ redis, 'redis-password-file': file('password', 'filed\n') })).toBe('filed');
  });

  it('refuses two passwords, and repeats neither', () => {
    const both = () => redisAccess({ redis: 'redis://:hunter2@h', 'redis-password': 'hunter3' });
    expect(both).toThrow(/given twice/);
    expect(both).not.toThrow(/hunter/);
  });

  it('reads a file that was replaced, and keeps what it knew of one that is gone, empty or too long', () => {
    const path = file('rotating', 'first');
    const { secrets } = redisAccess({ redis, 'redis-password-file': path })!;
    writeFileSync(path, 'second');
    expect(secrets().password).toBe('second');
    for (const bad of ['', ' \n', 'x'.repeat(2_000_000)]) {
      writeFileSync(path, bad);
      expect(secrets().password).toBe('second');
    }
    rmSync(path);
    expect(secrets().password).toBe('second');
  });

  it('takes authorities, certificate, key and name for TLS', () => {
    const settings = {
      redis: 'rediss://h',
      'redis-ca': file('ca', 'CA'),
      'redis-cert': file('cert', 'CERT'),
      'redis-key': file('key', 'KEY'),
      'redis-server-name': 'redis.example.net',
    };
    expect(redisAccess(settings)!.secrets().tls).toEqual({
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
      servername: 'redis.example.net',
    });
  });

  it('refuses what cannot work, with the setting that says it', () => {
    const ca = file('ca2', 'CA');
    expect(() => redisAccess({ redis, 'redis-ca': ca })).toThrow(/--redis-ca is for TLS/);
    expect(() => redisAccess({ redis: 'rediss://h', 'redis-cert': ca })).toThrow(/belong together/);
    expect(() => redisAccess({ redis: 'rediss://h', 'redis-ca': join(folder, 'none') })).toThrow(
      /cannot read --redis-ca .*ENOENT/,
    );
    expect(() => redisAccess({ redis, 'redis-password-file': file('empty', '\n') })).toThrow(/is empty/);
  });
});
