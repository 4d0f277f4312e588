import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/probe/run-check.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { type HttpEndpoint, type HttpEndpointOptions, startHttpEndpoint } from '../../tools/http-endpoint.ts';

const never = new AbortController().signal;
const endpoints: HttpEndpoint[] = [];

async function start(options: HttpEndpointOptions): Promise<HttpEndpoint> {
  const endpoint = await startHttpEndpoint(options);
  endpoints.push(endpoint);
  return endpoint;
}

const check = (port: number, fields: Partial<CheckSpec> = {}) =>
  runCheck(
    checkSpec({ protocol: 'TLS', port, host: 'www.example.com', tlsVerify: true, timeoutMs: 1_000, ...fields }),
    never,
  );

beforeAll(() => {
  setDefaultCACertificates([readFileSync(new URL('../../vectors/tls/authority.pem', import.meta.url), 'utf8')]);
});
afterEach(async () => {
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()));
});

describe('TLS check', () => {
  it('passes a handshake, with its time and the end of the certificate', async () => {
    const { port } = await start({ certificate: 'server' });
    const result = await check(port);
    expect(result).toMatchObject({ outcome: 'ok', reason: '', serverMs: null });
    expect(result.connectMs).toBeGreaterThan(0);
    expect(result.tlsMs).toBeGreaterThan(0);
    expect(result.certificateExpiresMs).toBeGreaterThan(Date.now());
  });

  it('knows the end of the certificate as well after a handshake that shows none', async () => {
    const endpoint = await start({ certificate: 'server' });
    // Tickets come behind the handshake; a talk waits for them.
    const first = await check(endpoint.port, { send: '0a', expectText: 'x', timeoutMs: 300 });
    const second = await check(endpoint.port, { send: '0a', expectText: 'x', timeoutMs: 300 });
    expect(endpoint.resumedCount).toBe(1);
    expect(second.certificateExpiresMs).toBe(first.certificateExpiresMs);
  });

  it('refuses an expired certificate and still tells since when', async () => {
    const { port } = await start({ certificate: 'expired' });
    const refused = await check(port);
    expect(refused).toMatchObject({ outcome: 'failed', reason: 'certificate: expired' });
    expect(refused.certificateExpiresMs).toBeLessThan(Date.now());
    expect(await check(port, { tlsVerify: false })).toMatchObject({
      outcome: 'ok',
      reason: 'certificate: expired (not verified)',
    });
  });

  it('refuses a certificate for another name each time, resumed or not', async () => {
    const { port } = await start({ certificate: 'server' });
    for (let i = 0; i < 3; i++) {
      expect(await check(port, { host: 'other.example.com' })).toMatchObject({
        outcome: 'failed',
        reason: 'certificate: for another name',
      });
    }
  });

  it('talks through the encryption', async () => {
    const { port } = await start({ certificate: 'server', behaviour: { does: 'answer', body: 'well' } });
    const send = Buffer.from('GET / HTTP/1.0\r\n\r\n').toString('hex');
    expect(await check(port, { send, expectPattern: '^HTTP/1\\.. 200 ' })).toMatchObject({ outcome: 'ok' });
    expect(await check(port, { send, expectText: 'ill' })).toMatchObject({ reason: 'answer lacks expected text' });
  });

  it('fails an endpoint that speaks no TLS, within its time', async () => {
    const garbage = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
      socket.end(Buffer.alloc(20_000, 0x41));
    });
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    const { port } = garbage.address() as { port: number };
    const result = await check(port);
    expect(result.outcome).toBe('failed');
    expect(result.reason).toMatch(/^(tls: |connection (closed|reset) \(tls\))/);
    await new Promise((resolve) => garbage.close(resolve));
    const silent = await start({ behaviour: { does: 'silence' } });
    expect(await check(silent.port, { timeoutMs: 300 })).toMatchObject({ reason: 'timeout after 300 ms (tls)' });
  });
});
