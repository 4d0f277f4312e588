import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/probe/run-check.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { freePort } from '../../tools/free-port.ts';

const never = new AbortController().signal;
let socket: Socket | null = null;

/** A UDP socket on loopback that answers each datagram with `reply`, or not at all. */
async function listen(reply: string | null): Promise<number> {
  const opened = createSocket('udp4');
  socket = opened;
  if (reply !== null) opened.on('message', (_, from) => opened.send(reply, from.port, from.address));
  await new Promise<void>((resolve) => opened.bind(0, '127.0.0.1', resolve));
  return opened.address().port;
}

const check = (port: number) => runCheck(checkSpec({ protocol: 'UDP', port, timeoutMs: 300 }), never);

afterEach(() => {
  socket?.close();
  socket = null;
});

describe('UDP check', () => {
  it('passes an endpoint that replies', async () => {
    expect(await check(await listen('pong'))).toMatchObject({ outcome: 'ok', reason: '', connectMs: null });
  });

  it('fails a port that the host says is closed', async () => {
    const startMs = performance.now();
    expect(await check(await freePort())).toMatchObject({ outcome: 'failed', reason: 'connect refused' });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('takes silence neither for life nor for death', async () => {
    const startMs = performance.now();
    expect(await check(await listen(null))).toMatchObject({
      outcome: 'unknown',
      reason: 'no reply, nothing refused',
    });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('abstains where the agent itself cannot send', async () => {
    const spec = checkSpec({ protocol: 'UDP', target: '255.255.255.255', port: 9, timeoutMs: 300 });
    expect(await runCheck(spec, never)).toMatchObject({ outcome: 'unknown' });
  });

  const talk = (port: number, fields: Partial<CheckSpec>) =>
    runCheck(checkSpec({ protocol: 'UDP', port, timeoutMs: 300, ...fields }), never);

  it('sends what it is told to and judges the reply, with its time', async () => {
    const port = await listen('pong 1');
    const heard = new Promise<Buffer>((resolve) => socket?.once('message', resolve));
    const result = await talk(port, { send: '00ff', expectText: 'pong' });
    expect(result).toMatchObject({ outcome: 'ok', reason: '', connectMs: null });
    expect(result.serverMs).toBeGreaterThan(0);
    expect((await heard).toString('hex')).toBe('00ff');
    expect(await talk(port, { expectPattern: '^pong \\d$' })).toMatchObject({ outcome: 'ok' });
    expect(await talk(port, { expectPattern: '^pong$' })).toMatchObject({
      outcome: 'failed',
      reason: 'reply lacks expected text',
    });
  });

  it('takes silence for death once it knows what the endpoint understands', async () => {
    const port = await listen(null);
    for (const fields of [{ send: '01' }, { expectText: 'pong' }]) {
      expect(await talk(port, fields)).toMatchObject({ outcome: 'failed', reason: 'timeout after 300 ms (response)' });
    }
  });
});
