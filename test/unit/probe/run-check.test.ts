import { afterEach, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/probe/run-check.ts';
import type { ResolvedTarget } from '../../../src/probe/target-resolver.ts';
import type { CheckProtocol } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { type HttpEndpoint, startHttpEndpoint } from '../../tools/http-endpoint.ts';

const never = new AbortController().signal;
let endpoint: HttpEndpoint | null = null;

afterEach(async () => {
  await endpoint?.stop();
  endpoint = null;
});

const answers = (target: ResolvedTarget) => ({ resolve: () => Promise.resolve(target) });

describe('a check of any kind', () => {
  it('connects to the address that the target resolves to', async () => {
    endpoint = await startHttpEndpoint({ address: '127.0.0.7' });
    const spec = checkSpec({ target: 'app.example.com.', port: endpoint.port });
    expect(await runCheck(spec, never, answers({ address: '127.0.0.7' }))).toMatchObject({ outcome: 'ok' });
    expect(endpoint.requests[0]?.headers.host).toBe(`app.example.com:${endpoint.port}`);
  });

  it('fails when the name is known not to be there, abstains when the agent has no DNS', async () => {
    const spec = checkSpec({ target: 'app.example.com.' });
    expect(await runCheck(spec, never, answers({ fault: 'endpoint', reason: 'gone' }))).toMatchObject({
      outcome: 'failed',
      reason: 'gone',
    });
    expect(await runCheck(spec, never, answers({ fault: 'observer', reason: 'no DNS' }))).toMatchObject({
      outcome: 'unknown',
      reason: 'no DNS',
    });
  });

  it('counts the resolution of the name in its time', async () => {
    const startMs = performance.now();
    const result = await runCheck(checkSpec({ timeoutMs: 200 }), never, { resolve: () => new Promise(() => {}) });
    expect(result).toMatchObject({ outcome: 'unknown', reason: 'name not resolved within 200 ms' });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('never rejects, whatever breaks', async () => {
    const broken = { resolve: () => Promise.reject(new Error('broken')) };
    expect(await runCheck(checkSpec(), never, broken)).toMatchObject({
      outcome: 'unknown',
      reason: 'agent cannot check: broken',
    });
    expect(await runCheck(checkSpec({ port: 70_000 }), never)).toMatchObject({
      outcome: 'unknown',
      reason: 'agent cannot check: ERR_SOCKET_BAD_PORT',
    });
  });

  it('ends at once when cancelled, with its socket', async () => {
    endpoint = await startHttpEndpoint({ behaviour: { does: 'answer', delayMs: 10_000 } });
    const controller = new AbortController();
    const running = runCheck(checkSpec({ port: endpoint.port, timeoutMs: 9_000 }), controller.signal);
    for (let i = 0; i < 100 && endpoint.requestCount === 0; i++) await new Promise((done) => setTimeout(done, 10));
    controller.abort();
    expect(await running).toMatchObject({ outcome: 'unknown', reason: 'cancelled' });
    for (let i = 0; i < 100 && endpoint.openConnections > 0; i++) await new Promise((done) => setTimeout(done, 10));
    expect(endpoint).toMatchObject({ requestCount: 1, openConnections: 0 });
    expect(await runCheck(checkSpec(), controller.signal)).toMatchObject({ reason: 'cancelled' });
  });

  it('abstains from a kind that it does not know how to check', async () => {
    expect(await runCheck(checkSpec({ protocol: 'GOPHER' as CheckProtocol }), never)).toMatchObject({
      outcome: 'unknown',
      reason: 'GOPHER checks are not supported',
    });
  });

  it('asks a passing endpoint for its load too, in a request that says nothing of its health', async () => {
    endpoint = await startHttpEndpoint({ behaviour: { does: 'answer', body: '{"current": 3}' } });
    const spec = checkSpec({ target: endpoint.address, port: endpoint.port, loadPath: '/load', timeoutMs: 2_000 });
    expect(await runCheck(spec, never)).toMatchObject({ outcome: 'ok', load: { current: 3 } });
    expect(endpoint.requests.map(({ path }) => path)).toEqual(['/', '/load']);
    endpoint.behaviour = { does: 'answer', body: 'ok' };
    expect(await runCheck(spec, never)).toMatchObject({ outcome: 'ok', load: { fault: 'not JSON' } });
    endpoint.behaviour = { does: 'answer', status: 503 };
    expect(await runCheck(spec, never)).not.toHaveProperty('load');
    expect(endpoint.requestCount).toBe(5);
  });
});

describe('where clouds keep credentials', () => {
  const refused = {
    outcome: 'unknown',
    reason: expect.stringMatching(/^not asked: .* is link-local or a cloud metadata/),
  };

  // No packet leaves: the decision comes before the socket, and the test would hang for 1.5 s or fail to connect without it.
  it.each(['169.254.169.254', 'fe80::1%lo', 'fd00:ec2::254', '::ffff:169.254.0.1'])(
    'nobody looks, neither at %s itself nor through a name',
    async (address) => {
      const spec = checkSpec({ protocol: 'GOPHER' as CheckProtocol, target: 'app.example.com' });
      expect(await runCheck(spec, never, answers({ address }))).toMatchObject(refused);
      expect(await runCheck({ ...spec, target: address }, never)).toMatchObject(refused);
    },
  );

  it('somebody looks when the operator allows it', async () => {
    const spec = checkSpec({ protocol: 'GOPHER' as CheckProtocol });
    const reach = { ...answers({ address: '169.254.169.254' }), metadataTargets: true };
    expect(await runCheck(spec, never, reach)).toMatchObject({ reason: 'GOPHER checks are not supported' });
  });
});
