import { describe, expect, it } from 'vitest';
import { type GuardPolicy, guardRequest } from '../../../src/admin/request-guard.ts';

const LOOPBACK: GuardPolicy = { loopbackOnly: true, token: null };

function ask(method: string, headers: Record<string, string>, policy: GuardPolicy, remoteAddress = '127.0.0.1') {
  return (
    guardRequest(
      { method, isQuestion: false, isOpen: false, isPage: false, header: (name) => headers[name], remoteAddress },
      policy,
    )?.status ?? 200
  );
}

describe('an API on loopback', () => {
  it.each(['127.0.0.1:9153', 'localhost:9153', '[::1]:9153', 'LOCALHOST'])('answers to %s', (host) => {
    expect(ask('GET', { host }, LOOPBACK)).toBe(200);
  });

  it.each(['evil.example', 'localhost.evil.example:9153', '192.0.2.1', '', '127.0.0.1.evil.example'])(
    'does not answer to %j: that is how DNS rebinding looks',
    (host) => expect(ask('GET', { host }, LOOPBACK)).toBe(421),
  );
});

describe('an API beyond loopback', () => {
  const open: GuardPolicy = { loopbackOnly: false, token: null };
  const guarded: GuardPolicy = { loopbackOnly: false, token: 'correct-horse-battery' };
  const host = 'meridian-1.internal:9153';

  it('answers nobody from elsewhere without a token, not even reads', () => {
    expect(ask('GET', { host }, open, '192.0.2.7')).toBe(403);
    expect(ask('GET', { host }, guarded, '192.0.2.7')).toBe(401);
    expect(ask('GET', { host, authorization: 'Bearer correct-horse-battery' }, guarded, '192.0.2.7')).toBe(200);
    expect(ask('GET', { host }, open, '127.0.0.1')).toBe(403);
    expect(ask('GET', { host: 'localhost:9153' }, guarded, '127.0.0.1')).toBe(200);
    // A name that was made to point here.
    expect(ask('GET', { host: 'evil.example' }, guarded, '127.0.0.1')).toBe(401);
  });

  it('tells orchestrators of its health', () => {
    const request = {
      method: 'GET',
      isQuestion: false,
      isOpen: true,
      isPage: false,
      header: () => undefined,
      remoteAddress: '192.0.2.7',
    };
    expect(guardRequest(request, guarded)).toBeNull();
  });
});

describe('a file of the page', () => {
  const request = (method: string, headers: Record<string, string>) =>
    guardRequest(
      {
        method,
        isQuestion: false,
        isOpen: false,
        isPage: true,
        header: (name) => headers[name],
        remoteAddress: '192.0.2.7',
      },
      { loopbackOnly: false, token: 'correct-horse-battery' },
    )?.status ?? 200;

  it('is for whoever followed a link, so that the page can ask for the token; nothing is changed by its address', () => {
    expect(request('GET', { host: 'meridian-1.internal', 'sec-fetch-site': 'cross-site' })).toBe(200);
    expect(request('POST', { host: 'meridian-1.internal' })).toBe(401);
  });
});

describe('a change', () => {
  const host = '127.0.0.1:9153';

  it('is for nobody while there is no token, not even on the same machine', () => {
    expect(ask('POST', { host }, LOOPBACK)).toBe(403);
    expect(ask('DELETE', { host }, { loopbackOnly: false, token: null }, '192.0.2.7')).toBe(403);
  });

  it('needs the token, and then comes from anywhere', () => {
    const policy = { loopbackOnly: false, token: 'correct-horse-battery' };
    expect(ask('POST', { host }, policy)).toBe(401);
    expect(ask('POST', { host, authorization: 'Bearer wrong' }, policy)).toBe(401);
    expect(ask('POST', { host, authorization: 'Basic correct-horse-battery' }, policy)).toBe(401);
    expect(ask('POST', { host, authorization: 'Bearer correct-horse-battery' }, policy, '192.0.2.7')).toBe(200);
  });

  it('is refused from pages of other origins', () => {
    const policy = { loopbackOnly: true, token: 'correct-horse-battery' };
    const own = { host, authorization: 'Bearer correct-horse-battery' };
    expect(ask('POST', { ...own, origin: 'https://evil.example' }, policy)).toBe(403);
    expect(ask('POST', { ...own, origin: 'null' }, policy)).toBe(403);
    expect(ask('POST', { ...own, 'sec-fetch-site': 'cross-site' }, policy)).toBe(403);
    expect(ask('POST', { ...own, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, policy)).toBe(200);
  });
});

it('bodies are refused, announced or chunked', () => {
  expect(ask('POST', { host: 'localhost', 'content-length': '70000' }, LOOPBACK)).toBe(413);
  expect(ask('POST', { host: 'localhost', 'transfer-encoding': 'chunked' }, LOOPBACK)).toBe(413);
});
