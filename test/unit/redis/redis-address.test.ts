import { describe, expect, it } from 'vitest';
import { formatRedisAddress, parseRedisAddress, type RedisAddress } from '../../../src/redis/redis-address.ts';

function parsed(text: string): RedisAddress {
  const address = parseRedisAddress(text);
  if ('fault' in address) throw new Error(address.fault);
  return address;
}

describe('an address of Redis', () => {
  it.each([
    ['redis://10.0.0.1', 'redis://10.0.0.1:6379'],
    ['redis://[::1]:6380/2', 'redis://[::1]:6380/2'],
    ['rediss://redis.example.net/', 'rediss://redis.example.net:6379'],
    ['redis://:secret@10.0.0.1:6379/0', 'redis://***@10.0.0.1:6379'],
    ['redis-sentinel://a,b:1,[::1]/mymaster/3', 'redis-sentinel://a:26379,b:1,[::1]:26379/mymaster/3'],
    ['rediss-sentinel://user@a/m', 'rediss-sentinel://***@a:26379/m'],
    ['rediss-cluster://user:secret@a,b', 'rediss-cluster://***@a:6379,b:6379'],
    ['unix:///run/redis.sock', 'unix:///run/redis.sock'],
  ])('%s is shown as %s', (text, shown) => expect(formatRedisAddress(parsed(text))).toBe(shown));

  it('has kind, TLS, hosts, login, master and database', () => {
    expect(parsed('rediss-sentinel://ann:p%40s%2Fs%25@a:1,b/m.1/7')).toEqual({
      kind: 'sentinel',
      isTls: true,
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
      path: '',
      masterName: 'm.1',
      database: 7,
      user: 'ann',
      password: 'p@s/s%',
    });
    expect(parsed('redis://h:1')).toMatchObject({ kind: 'server', isTls: false, user: '', password: '', database: 0 });
    expect(parsed('unix:///a/b')).toMatchObject({ kind: 'socket', path: '/a/b', hosts: [] });
  });

  it.each([
    'http://hunter2@h',
    'redis://',
    'redis://:hunter2@',
    'redis://:hunter2@h:0',
    'redis://:hunter2@h:65536',
    'redis://:hunter2@h:x',
    'redis://:hunter2@h h',
    'redis://:hunter2@::1',
    'redis://:hunter2@[g]',
    'redis://:hunter2@a,b',
    'redis://:hunter2@h/x',
    'redis://:hunter2@h/1/2',
    'redis://:hunter2@h/65536',
    'redis://:hunter2%@h',
    'redis-sentinel://:hunter2@a',
    'redis-sentinel://:hunter2@a/m m',
    'redis-cluster://:hunter2@a/1',
    'redis-cluster://:hunter2@a,,b',
    `redis-cluster://:hunter2@${Array.from({ length: 65 }, () => 'a').join(',')}`,
    `redis://:hunter2@h${'x'.repeat(20_000)}`,
    'unix://hunter2',
    'redis-replica://hunter2',
  ])('refuses %.60s without repeating it', (text) => {
    const address = parseRedisAddress(text);
    expect(address).toHaveProperty('fault');
    expect(JSON.stringify(address)).not.toContain('hunter2');
  });
});
