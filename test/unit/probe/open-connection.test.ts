import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CheckAttempt } from '../../../src/probe/check-attempt.ts';
import { openConnection, watchConnect } from '../../../src/probe/open-connection.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { freePort } from '../../tools/free-port.ts';
import { type HttpEndpoint, startHttpEndpoint } from '../../tools/http-endpoint.ts';

const never = new AbortController().signal;
let endpoint: HttpEndpoint | null = null;

afterEach(async () => {
  await endpoint?.stop();
  endpoint = null;
});

describe('connection of a check', () => {
  it('is handed over once it is open, timed, and destroyed with the attempt', async () => {
    endpoint = await startHttpEndpoint();
    const attempt = new CheckAttempt(checkSpec({ port: endpoint.port }), never);
    const socket = await new Promise<Socket>((resolve) => openConnection(attempt, '127.0.0.1', resolve));
    expect(attempt).toMatchObject({ isOpen: true, stage: 'response' });
    expect(attempt.connectMs).toBeGreaterThan(0);
    expect(socket.destroyed).toBe(false);
    attempt.pass();
    expect(socket.destroyed).toBe(true);
  });

  it('that breaks later fails the attempt, in the stage it is in', async () => {
    endpoint = await startHttpEndpoint();
    const attempt = new CheckAttempt(checkSpec({ port: endpoint.port }), never);
    const socket = await new Promise<Socket>((resolve) => openConnection(attempt, '127.0.0.1', resolve));
    socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    expect(await attempt.settled).toMatchObject({ outcome: 'failed', reason: 'connection reset (response)' });
  });

  it('that met itself is a refused one', async () => {
    const port = await freePort();
    const attempt = new CheckAttempt(checkSpec({ port }), never);
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: port });
    let isReady = false;
    watchConnect(attempt, socket, () => {
      isReady = true;
    });
    expect(await attempt.settled).toMatchObject({ outcome: 'failed', reason: 'connect refused', connectMs: null });
    expect(isReady).toBe(false);
  });

  it('that the kernel will not even try says nothing of the endpoint', async () => {
    const attempt = new CheckAttempt(checkSpec(), never);
    openConnection(attempt, '255.255.255.255', () => {});
    expect(await attempt.settled).toMatchObject({ outcome: 'unknown' });
  });
});
