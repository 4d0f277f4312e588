import { readFileSync } from 'node:fs';
import { setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/probe/run-check.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { type HttpEndpoint, type HttpEndpointOptions, startHttpEndpoint } from '../../tools/http-endpoint.ts';

const endpoints: HttpEndpoint[] = [];
const never = new AbortController().signal;

async function start(options: HttpEndpointOptions = {}): Promise<HttpEndpoint> {
  const endpoint = await startHttpEndpoint(options);
  endpoints.push(endpoint);
  return endpoint;
}

function check(endpoint: HttpEndpoint, fields: Partial<CheckSpec> = {}) {
  return runCheck(checkSpec({ target: endpoint.address, port: endpoint.port, ...fields }), never);
}

afterEach(async () => {
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()));
});

describe('TLS connection of a check', () => {
  beforeAll(() => {
    // Before the first HTTPS check of this process, which fixes the trusted roots.
    setDefaultCACertificates([readFileSync(new URL('../../vectors/tls/authority.pem', import.meta.url), 'utf8')]);
  });

  const https = { protocol: 'HTTPS', host: 'www.example.com', tlsVerify: true } as const;

  it('passes a trusted certificate for the name, sent as SNI, and times the handshake', async () => {
    const endpoint = await start({ certificate: 'server' });
    const result = await check(endpoint, { ...https, expectText: 'ok' });
    expect(result).toMatchObject({ outcome: 'ok', reason: '' });
    expect(result.connectMs).toBeGreaterThan(0);
    expect(result.tlsMs).toBeGreaterThan(0);
    expect(result.serverMs).toBeGreaterThan(0);
    expect(endpoint.requests[0]?.serverName).toBe('www.example.com');
    expect(endpoint.requests[0]?.headers.host).toBe(`www.example.com:${endpoint.port}`);
    for (let i = 0; i < 20 && endpoint.openConnections > 0; i++) await new Promise((done) => setTimeout(done, 25));
    expect(endpoint.openConnections).toBe(0);
  });

  it('resumes the session of the check before, on a new connection with times of its own', async () => {
    const endpoint = await start({ certificate: 'server' });
    const results = [await check(endpoint, https), await check(endpoint, https), await check(endpoint, https)];
    for (const result of results) {
      expect(result.outcome).toBe('ok');
      expect(result.connectMs).toBeGreaterThan(0);
    }
    expect(endpoint.connectionCount).toBe(3);
    expect(endpoint.resumedCount).toBe(2);
  });

  it('sends no SNI for an address, whose certificate must hold it', async () => {
    const endpoint = await start({ certificate: 'server' });
    expect(await check(endpoint, { ...https, host: '127.0.0.1' })).toMatchObject({ outcome: 'ok' });
    expect(endpoint.requests[0]?.serverName).toBeNull();
    expect(await check(endpoint, { ...https, host: '127.0.0.9' })).toMatchObject({
      outcome: 'failed',
      reason: 'certificate: for another name',
    });
  });

  it.each([
    ['expired', 'certificate: expired'],
    ['self-signed', 'certificate: self-signed'],
  ] as const)('fails a certificate that is %s, unless it is not to be verified', async (certificate, reason) => {
    const endpoint = await start({ certificate });
    expect(await check(endpoint, https)).toMatchObject({ outcome: 'failed', reason });
    expect(endpoint.requestCount).toBe(0);
    expect(await check(endpoint, { ...https, tlsVerify: false })).toMatchObject({ outcome: 'ok' });
  });

  it('fails a certificate for another name, unless it is not to be verified', async () => {
    const endpoint = await start({ certificate: 'server' });
    const other = { ...https, host: 'other.example.com' };
    expect(await check(endpoint, other)).toMatchObject({ outcome: 'failed', reason: 'certificate: for another name' });
    expect(await check(endpoint, { ...other, tlsVerify: false })).toMatchObject({ outcome: 'ok' });
    expect(endpoint.requests[0]?.serverName).toBe('other.example.com');
  });

  it('names TLS as the stage that failed', async () => {
    const plain = await start({ behaviour: { does: 'silence' } });
    expect(await check(plain, { ...https, timeoutMs: 300 })).toMatchObject({ reason: 'timeout after 300 ms (tls)' });
    plain.behaviour = { does: 'close' };
    expect(await check(plain, https)).toMatchObject({ outcome: 'failed', reason: 'connection closed (tls)' });
    const late = await start({ certificate: 'server', behaviour: { does: 'silence' } });
    expect(await check(late, { ...https, timeoutMs: 300 })).toMatchObject({
      reason: 'timeout after 300 ms (response)',
    });
  });
});
