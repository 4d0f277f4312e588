import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/probe/run-check.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';

const never = new AbortController().signal;
const sockets = new Set<Socket>();
let server: Server | null = null;

/** A server on loopback that does `serve` with each connection; the port. */
async function start(serve: (socket: Socket) => void): Promise<number> {
  const opened = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  server = opened;
  await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
  return (opened.address() as { port: number }).port;
}

const check = (port: number, fields: Partial<CheckSpec>) =>
  runCheck(checkSpec({ protocol: 'TCP', port, timeoutMs: 400, ...fields }), never);
const hex = (text: string) => Buffer.from(text).toString('hex');

/** Our side lets go of its sockets: 40 times 25 ms. */
async function expectLetGo(): Promise<void> {
  for (let i = 0; i < 40 && sockets.size > 0; i++) await new Promise((done) => setTimeout(done, 25));
  expect(sockets.size).toBe(0);
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  server = null;
});

describe('a talk over TCP', () => {
  it('sends, hears what it expects, and times the answer apart from the connection', async () => {
    const heard: string[] = [];
    const port = await start((socket) => {
      socket.on('end', () => socket.end());
      socket.on('data', (data) => {
        heard.push(data.toString());
        setTimeout(() => socket.write('+PONG\r\n'), 100);
      });
    });
    const result = await check(port, { send: hex('PING\r\n'), expectText: '+PONG' });
    expect(result).toMatchObject({ outcome: 'ok', reason: '', tlsMs: null });
    expect(result.serverMs).toBeGreaterThan(80);
    expect(result.connectMs).toBeLessThan(result.serverMs!);
    expect(heard).toEqual(['PING\r\n']);
    await expectLetGo();
  });

  it('needs nothing sent to hear a greeting, and nothing heard to have sent', async () => {
    const port = await start((socket) => {
      socket.on('data', () => {});
      socket.on('end', () => socket.end());
      socket.write('220 mail.example.com ESMTP\r\n');
    });
    expect(await check(port, { expectPattern: '^220[ -]' })).toMatchObject({ outcome: 'ok' });
    expect(await check(port, { expectPattern: '^421[ -]' })).toMatchObject({
      outcome: 'failed',
      reason: 'timeout after 400 ms (response)',
    });
    expect(await check(port, { send: 'ff00' })).toMatchObject({ outcome: 'ok' });
    await expectLetGo();
  });

  it('judges by what was said when the endpoint closes', async () => {
    const port = await start((socket) => socket.end('-ERR'));
    expect(await check(port, { expectText: '+PONG' })).toMatchObject({ reason: 'answer lacks expected text' });
    expect(await check(port, { expectPattern: '^-ERR$' })).toMatchObject({ outcome: 'ok' });
  });
});

describe('a hostile endpoint costs one bounded talk', () => {
  const expected = { send: hex('PING'), expectText: 'pong' };

  it('when it never answers, nor closes its half', async () => {
    const port = await start((socket) => socket.pause());
    expect(await check(port, expected)).toMatchObject({ outcome: 'failed', reason: 'timeout after 400 ms (response)' });
  });

  it('when it talks without end', async () => {
    const port = await start((socket) => {
      const write = () => {
        while (socket.writable && socket.write('x'.repeat(16_384)));
      };
      socket.on('drain', write);
      socket.on('data', () => {});
      write();
    });
    expect(await check(port, expected)).toMatchObject({ outcome: 'failed', reason: 'answer lacks expected text' });
    await expectLetGo();
  });

  it('when it drips', async () => {
    const port = await start((socket) => {
      const timer = setInterval(() => socket.write('.'), 10);
      socket.on('data', () => {});
      socket.on('close', () => clearInterval(timer));
      socket.on('end', () => socket.end());
    });
    expect(await check(port, expected)).toMatchObject({ reason: 'timeout after 400 ms (response)' });
    await expectLetGo();
  });

  it('when it resets', async () => {
    const port = await start((socket) => socket.on('data', () => socket.resetAndDestroy()));
    expect(await check(port, expected)).toMatchObject({ reason: 'connection reset (response)' });
  });
});
