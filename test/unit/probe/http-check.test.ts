import { networkInterfaces } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/probe/run-check.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import {
  type EndpointBehaviour,
  type HttpEndpoint,
  type HttpEndpointOptions,
  startHttpEndpoint,
} from '../../tools/http-endpoint.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === '::1'));

/** 8 MB of x in 8 KB, as latin1 text would carry it. */
const BOMB = gzipSync('x'.repeat(8_000_000)).toString('latin1');

const endpoints: HttpEndpoint[] = [];
const never = new AbortController().signal;

async function start(options: HttpEndpointOptions = {}): Promise<HttpEndpoint> {
  const endpoint = await startHttpEndpoint(options);
  endpoints.push(endpoint);
  return endpoint;
}

function check(endpoint: HttpEndpoint, fields: Partial<CheckSpec> = {}) {
  return runCheck(checkSpec({ protocol: 'HTTP', target: endpoint.address, port: endpoint.port, ...fields }), never);
}

/** Every connection is let go of soon after its check: 20 times 25 ms. */
async function expectAllClosed(endpoint: HttpEndpoint): Promise<void> {
  for (let i = 0; i < 20 && endpoint.openConnections > 0; i++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(endpoint.openConnections).toBe(0);
}

afterEach(async () => {
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()));
});

describe('HTTP check', () => {
  it('passes a healthy endpoint and tells its times apart', async () => {
    const endpoint = await start({ behaviour: { does: 'answer', delayMs: 120 } });
    const result = await check(endpoint);
    expect(result).toMatchObject({ outcome: 'ok', reason: '', tlsMs: null });
    expect(result.connectMs).toBeGreaterThan(0);
    expect(result.connectMs).toBeLessThan(1_000);
    expect(result.serverMs).toBeGreaterThan(110);
    await expectAllClosed(endpoint);
  });

  it.skipIf(!hasIpv6)('reaches IPv6 targets', async () => {
    const endpoint = await start({ address: '::1' });
    expect(await check(endpoint, { host: '::1' })).toMatchObject({ outcome: 'ok' });
    expect(endpoint.requests[0]?.headers.host).toBe(`[::1]:${endpoint.port}`);
  });

  it('sends method, path, headers and the Host field with a port that is not the default one', async () => {
    const endpoint = await start();
    const headers = { 'X-Probe': 'yes', 'user-agent': 'ours' };
    await check(endpoint, { host: 'www.example.com.', method: 'HEAD', path: '/healthz?deep=1', headers });
    expect(endpoint.requests[0]).toMatchObject({ method: 'HEAD', path: '/healthz?deep=1', serverName: null });
    expect(endpoint.requests[0]?.headers).toMatchObject({
      host: `www.example.com:${endpoint.port}`,
      'x-probe': 'yes',
      'user-agent': 'ours',
      'accept-encoding': 'identity',
      connection: 'close',
    });
  });

  it("lets the spec's own Host header win", async () => {
    const endpoint = await start();
    await check(endpoint, { headers: { HOST: 'other.example.com' } });
    expect(endpoint.requests[0]?.headers.host).toBe('other.example.com');
  });

  it('encodes a path that a request line cannot carry', async () => {
    const endpoint = await start();
    expect(await check(endpoint, { path: 'hé alth\r\nX: y' })).toMatchObject({ outcome: 'ok' });
    expect(endpoint.requests[0]?.path).toBe('/h%C3%A9%20alth%0D%0AX:%20y'.replace('X:', 'X:'));
  });

  it('judges the status by the ranges', async () => {
    const endpoint = await start({ behaviour: { does: 'answer', status: 204 } });
    const expectStatus = [
      [200, 204],
      [301, 301],
    ] as const;
    expect(await check(endpoint)).toMatchObject({ outcome: 'failed', reason: 'status 204' });
    expect(await check(endpoint, { expectStatus })).toMatchObject({ outcome: 'ok' });
    endpoint.behaviour = { does: 'answer', status: 205 };
    expect(await check(endpoint, { expectStatus })).toMatchObject({ outcome: 'failed', reason: 'status 205' });
    endpoint.behaviour = { does: 'answer', status: 503 };
    expect(await check(endpoint)).toMatchObject({ outcome: 'failed', reason: 'status 503' });
  });

  it('follows no redirect', async () => {
    const endpoint = await start({ behaviour: { does: 'answer', status: 302, headers: { Location: '/elsewhere' } } });
    expect(await check(endpoint)).toMatchObject({ outcome: 'failed', reason: 'status 302' });
    expect(await check(endpoint, { expectStatus: [[300, 399]] })).toMatchObject({ outcome: 'ok' });
    expect(endpoint.requestCount).toBe(2);
  });

  it('judges 101 as any other status', async () => {
    const octets = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const endpoint = await start({ behaviour: { does: 'raw', octets } });
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect(await check(endpoint, { headers })).toMatchObject({ outcome: 'failed', reason: 'status 101' });
    expect(await check(endpoint, { headers, expectStatus: [[101, 101]] })).toMatchObject({ outcome: 'ok' });
  });

  it('measures connect time although the endpoint fails', async () => {
    const endpoint = await start({ behaviour: { does: 'answer', status: 500 } });
    const result = await check(endpoint);
    expect(result.connectMs).not.toBeNull();
    expect(result.serverMs).not.toBeNull();
  });
});

describe('expected text', () => {
  it('is found anywhere in the first 5 KB and not behind them', async () => {
    const endpoint = await start();
    const said = (body: string, expectText: string) => {
      endpoint.behaviour = { does: 'answer', body };
      return check(endpoint, { expectText });
    };
    expect(await said('all is well', 'is w')).toMatchObject({ outcome: 'ok' });
    expect(await said('grüße', 'rüß')).toMatchObject({ outcome: 'ok' });
    expect(await said('', 'ok')).toMatchObject({ outcome: 'failed', reason: 'body lacks expected text' });
    expect(await said('OK', 'ok')).toMatchObject({ outcome: 'failed', reason: 'body lacks expected text' });
    expect(await said(`${'.'.repeat(5_118)}ok`, 'ok')).toMatchObject({ outcome: 'ok' });
    expect(await said(`${'.'.repeat(5_119)}ok`, 'ok')).toMatchObject({ outcome: 'failed' });
  });

  it('is found across the pieces in which a body arrives', async () => {
    const endpoint = await start({ behaviour: { does: 'drip-body', everyMs: 2 } });
    expect(await check(endpoint, { expectText: 'xxxxx' })).toMatchObject({ outcome: 'ok' });
  });

  it('may be a pattern', async () => {
    const endpoint = await start({ behaviour: { does: 'answer', body: '{"status": "up"}' } });
    const expectPattern = '"status"\\s*:\\s*"(ok|up)"';
    expect(await check(endpoint, { expectPattern })).toMatchObject({ outcome: 'ok' });
    endpoint.behaviour = { does: 'answer', body: '{"status": "down"}' };
    expect(await check(endpoint, { expectPattern })).toMatchObject({ reason: 'body lacks expected text' });
    endpoint.behaviour = { does: 'endless-body', text: 'a' };
    expect(await check(endpoint, { expectPattern: '^(a+)+b' })).toMatchObject({ reason: 'body lacks expected text' });
  });

  it('is not asked of a failing status', async () => {
    const endpoint = await start({ behaviour: { does: 'answer', status: 500, body: 'ok' } });
    expect(await check(endpoint, { expectText: 'ok' })).toMatchObject({ reason: 'status 500' });
  });

  it('is not there when the body breaks off', async () => {
    const octets = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf';
    const endpoint = await start({ behaviour: { does: 'raw', octets } });
    expect(await check(endpoint, { expectText: 'ok' })).toMatchObject({
      outcome: 'failed',
      reason: 'connection closed (body)',
    });
  });
});

describe('a hostile HTTP endpoint costs one bounded check', () => {
  const cases: [string, HttpEndpointOptions['behaviour'] & object, Partial<CheckSpec>, string][] = [
    ['silence', { does: 'silence' }, {}, 'timeout after 400 ms (response)'],
    ['a slow answer', { does: 'answer', delayMs: 5_000 }, {}, 'timeout after 400 ms (response)'],
    ['a drip of headers', { does: 'drip-headers', everyMs: 20 }, {}, 'timeout after 400 ms (response)'],
    ['a drip of body', { does: 'drip-body', everyMs: 20 }, { expectText: 'y' }, 'timeout after 400 ms (body)'],
    ['an endless body', { does: 'endless-body' }, { expectText: 'y' }, 'body lacks expected text'],
    ['endless headers', { does: 'endless-headers' }, {}, 'response headers over 16384 bytes'],
    ['endless interim responses', { does: 'endless-interim' }, {}, 'over 8 interim responses'],
    ['garbage', { does: 'raw', octets: 'SSH-2.0-OpenSSH_9.9\r\n' }, {}, 'malformed response'],
    [
      'a compressed bomb, which is not unpacked',
      { does: 'answer', body: BOMB, headers: { 'Content-Encoding': 'gzip' } },
      { expectText: 'xxxx' },
      'body lacks expected text',
    ],
    ['a close', { does: 'close' }, {}, 'connection closed (response)'],
    ['no response at all', { does: 'raw', octets: '' }, {}, 'connection closed (response)'],
  ];
  it.each(cases)('%s', async (_, behaviour, fields, reason) => {
    const endpoint = await start({ behaviour });
    const startMs = performance.now();
    expect(await check(endpoint, { timeoutMs: 400, ...fields })).toMatchObject({ outcome: 'failed', reason });
    expect(performance.now() - startMs).toBeLessThan(5_000);
    if (behaviour.does !== 'silence') await expectAllClosed(endpoint);
  });

  it('a reset', async () => {
    const endpoint = await start({ behaviour: { does: 'reset' } });
    const result = await check(endpoint);
    expect(result.outcome).toBe('failed');
    expect(result.reason).toMatch(/^connection (reset|closed) \((connect|response)\)$/);
  });

  it('an endless body that is not asked for is not read', async () => {
    const endpoint = await start({ behaviour: { does: 'endless-body' } });
    expect(await check(endpoint)).toMatchObject({ outcome: 'ok' });
    await expectAllClosed(endpoint);
  });

  it('a refused connection, told as such at once', async () => {
    const endpoint = await start();
    await endpoint.refuse();
    const startMs = performance.now();
    expect(await check(endpoint)).toEqual({
      outcome: 'failed',
      reason: 'connect refused',
      connectMs: null,
      tlsMs: null,
      serverMs: null,
      certificateExpiresMs: null,
    });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

describe('what the endpoint cannot help', () => {
  it('is unknown, not failed: a header that HTTP cannot carry', async () => {
    const endpoint = await start();
    const result = await check(endpoint, { headers: { 'bad name': 'x' } });
    expect(result).toMatchObject({ outcome: 'unknown', reason: 'agent cannot check: ERR_INVALID_HTTP_TOKEN' });
    await expectAllClosed(endpoint);
  });

  it('takes the load that a response tells in its header (ORCA), whatever it is worth', async () => {
    const told = (value: string): EndpointBehaviour => ({
      does: 'answer',
      headers: { 'Endpoint-Load-Metrics': value },
    });
    const endpoint = await start({ behaviour: told('TEXT cpu_utilization=0.25') });
    expect(await check(endpoint)).toMatchObject({ outcome: 'ok', load: { utilisation: 0.25 } });
    endpoint.behaviour = told('BIN AAAA');
    expect(await check(endpoint)).toMatchObject({ outcome: 'ok', load: { fault: 'neither JSON nor TEXT' } });
    endpoint.behaviour = { does: 'answer' };
    expect(await check(endpoint)).not.toHaveProperty('load');
  });
});
