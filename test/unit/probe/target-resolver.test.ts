import { describe, expect, it } from 'vitest';
import { type NameSource, TargetResolver } from '../../../src/probe/target-resolver.ts';

const failure = (code: string) => Object.assign(new Error(code), { code });

/** A source whose answers and clock the test sets. */
function fakeSource() {
  const state = {
    nowMs: 0,
    hosts: '',
    queries: [] as string[],
    resolve4: (_: string): { address: string; ttl: number }[] => [{ address: '192.0.2.1', ttl: 30 }],
    resolve6: (_: string): { address: string; ttl: number }[] => [{ address: '2001:db8::1', ttl: 30 }],
  };
  const source: NameSource = {
    hostsFile: async () => state.hosts,
    resolve4: async (name) => {
      state.queries.push(name);
      return state.resolve4(name);
    },
    resolve6: async (name) => state.resolve6(name),
    monotonicMs: () => state.nowMs,
  };
  return { state, resolver: new TargetResolver(source) };
}

const fails = (code: string) => () => {
  throw failure(code);
};

describe('target resolver', () => {
  it('takes literal addresses as they are', async () => {
    const { resolver, state } = fakeSource();
    expect(await resolver.resolve('192.0.2.9')).toEqual({ address: '192.0.2.9' });
    expect(await resolver.resolve('2001:db8::9')).toEqual({ address: '2001:db8::9' });
    expect(state.queries).toEqual([]);
  });

  it('asks once while the TTL lasts, within 5 and 60 seconds, and once for many', async () => {
    const { resolver, state } = fakeSource();
    state.resolve4 = () => [{ address: '192.0.2.1', ttl: 0 }];
    await Promise.all([resolver.resolve('a.example.com.'), resolver.resolve('A.example.com')]);
    state.nowMs = 4_999;
    await resolver.resolve('a.example.com.');
    expect(state.queries).toEqual(['a.example.com']);
    state.nowMs = 5_000;
    state.resolve4 = () => [{ address: '192.0.2.2', ttl: 86_400 }];
    expect(await resolver.resolve('a.example.com.')).toEqual({ address: '192.0.2.2' });
    state.nowMs = 64_999;
    await resolver.resolve('a.example.com.');
    expect(state.queries).toHaveLength(2);
    state.nowMs = 65_000;
    await resolver.resolve('a.example.com.');
    expect(state.queries).toHaveLength(3);
  });

  it('takes IPv6 where there is no IPv4', async () => {
    const { resolver, state } = fakeSource();
    state.resolve4 = fails('ENODATA');
    expect(await resolver.resolve('a.example.com.')).toEqual({ address: '2001:db8::1' });
  });

  it('tells a name without address from a resolver that fails', async () => {
    const { resolver, state } = fakeSource();
    state.resolve4 = fails('ENOTFOUND');
    state.resolve6 = fails('ENOTFOUND');
    expect(await resolver.resolve('a.example.com.')).toEqual({ fault: 'endpoint', reason: 'name has no address' });
    state.resolve4 = fails('ETIMEOUT');
    expect(await resolver.resolve('a.example.com.')).toEqual({
      fault: 'observer',
      reason: "agent's DNS failed (ETIMEOUT)",
    });
    state.resolve4 = fails('ESERVFAIL');
    expect(await resolver.resolve('a.example.com.')).toMatchObject({ fault: 'endpoint' });
  });

  it('lets the last answer stand for an hour when the servers fail, not when the name is gone', async () => {
    const { resolver, state } = fakeSource();
    await resolver.resolve('a.example.com.');
    state.resolve4 = fails('ETIMEOUT');
    state.nowMs = 3_599_999;
    expect(await resolver.resolve('a.example.com.')).toEqual({ address: '192.0.2.1' });
    state.nowMs = 3_600_000;
    expect(await resolver.resolve('a.example.com.')).toMatchObject({ fault: 'observer' });
    state.resolve4 = fails('ENOTFOUND');
    state.resolve6 = fails('ENODATA');
    expect(await resolver.resolve('a.example.com.')).toMatchObject({ fault: 'endpoint' });
  });

  it('reads the hosts file first', async () => {
    const { resolver, state } = fakeSource();
    state.hosts = '# comment\n::1 localhost app\n127.0.0.5\tAPP app.example.com # note\nnonsense line\n127.0.0.6 app\n';
    expect(await resolver.resolve('app')).toEqual({ address: '127.0.0.5' });
    expect(await resolver.resolve('app.example.com.')).toEqual({ address: '127.0.0.5' });
    expect(await resolver.resolve('localhost')).toEqual({ address: '::1' });
    expect(state.queries).toEqual([]);
    state.hosts = '127.0.0.8 app\n';
    state.nowMs = 30_000;
    expect(await resolver.resolve('app')).toEqual({ address: '127.0.0.8' });
  });
});
