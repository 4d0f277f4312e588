import { afterEach, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/probe/run-check.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { freePort } from '../../tools/free-port.ts';
import { type HttpEndpoint, startHttpEndpoint } from '../../tools/http-endpoint.ts';

const never = new AbortController().signal;
let endpoint: HttpEndpoint | null = null;

afterEach(async () => {
  await endpoint?.stop();
  endpoint = null;
});

describe('TCP check', () => {
  it('passes an endpoint that completes the handshake, and lets go of it', async () => {
    endpoint = await startHttpEndpoint({ address: '127.0.0.3', behaviour: { does: 'answer' } });
    const result = await runCheck(checkSpec({ protocol: 'TCP', target: '127.0.0.3', port: endpoint.port }), never);
    expect(result).toMatchObject({ outcome: 'ok', reason: '', serverMs: null });
    expect(result.connectMs).toBeGreaterThan(0);
    for (let i = 0; i < 20 && endpoint.openConnections > 0; i++) await new Promise((done) => setTimeout(done, 25));
    expect(endpoint).toMatchObject({ openConnections: 0, connectionCount: 1, requestCount: 0 });
  });

  it('passes one that never says a word', async () => {
    endpoint = await startHttpEndpoint({ behaviour: { does: 'silence' } });
    const result = await runCheck(checkSpec({ protocol: 'TCP', port: endpoint.port }), never);
    expect(result).toMatchObject({ outcome: 'ok' });
  });

  it('fails a refused connection', async () => {
    const result = await runCheck(checkSpec({ protocol: 'TCP', port: await freePort() }), never);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'connect refused', connectMs: null });
  });

  it('abstains where the agent itself has no way to the target', async () => {
    // The kernel refuses the broadcast address on the spot, as it does one that it has no route to.
    const result = await runCheck(checkSpec({ protocol: 'TCP', target: '255.255.255.255' }), never);
    expect(result.outcome).toBe('unknown');
    expect(result.reason).toMatch(/^agent cannot check: E[A-Z]+$/);
  });
});
