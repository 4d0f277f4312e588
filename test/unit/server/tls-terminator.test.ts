import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { AnswerPort } from '../../../src/server/answer-port.ts';
import { ListenerCounter } from '../../../src/server/listener-counters.ts';
import { proxyHeader } from '../../tools/proxy-header.ts';
import { type StreamListener, startStreamListener } from '../../tools/stream-listener.ts';
import { pem, TLS_FILES } from '../../tools/tls-files.ts';

/** The answer is the last octet of the client's address, then the query. */
const NAME_CLIENT: AnswerPort = (bytes, start, length, _family, words) => {
  bytes[start] = words[0]! & 255;
  return length;
};

const open: StreamListener[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const { listener } of open.splice(0)) await listener.stop();
});

async function start(options: Parameters<typeof startStreamListener>[1] = {}) {
  const started = await startStreamListener(NAME_CLIENT, options);
  open.push(started);
  return started;
}

async function dial(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const ca = [pem(TLS_FILES.authority), pem(TLS_FILES.otherCert)];
  const socket = connect({ port, host: '127.0.0.1', ca, ALPNProtocols: ['dot'], ...options });
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

async function exchange(socket: Socket, ...octets: number[]): Promise<number[]> {
  socket.write(Uint8Array.from([0, octets.length, ...octets]));
  const [reply] = (await once(socket, 'data')) as [Buffer];
  return [...reply];
}

async function until(condition: () => boolean): Promise<boolean> {
  for (const end = performance.now() + 10_000; performance.now() < end && !condition(); ) await sleep(10);
  return condition();
}

describe('DNS over TLS (RFC 7858)', () => {
  it('answers framed queries on one connection, under ALPN dot and without ALPN', async () => {
    const { ports, counters } = await start();
    const socket = await dial(ports.tls);
    expect(socket.alpnProtocol).toBe('dot');
    expect(socket.authorized).toBe(true);
    expect(await exchange(socket, 5, 6)).toEqual([0, 2, 1, 6]);
    expect(await exchange(socket, 5, 7)).toEqual([0, 2, 1, 7]);
    const plain = await dial(ports.tls, { ALPNProtocols: [] });
    expect(await exchange(plain, 9)).toEqual([0, 1, 1]);
    expect(counters[ListenerCounter.TLS_ACCEPTED]).toBe(2);
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('refuses %s (RFC 8996)', async (version) => {
    const { ports, counters } = await start();
    // Security level 0: today's OpenSSL does not offer old versions otherwise.
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await expect(dial(ports.tls, old)).rejects.toThrow();
    expect(await until(() => counters[ListenerCounter.TLS_FAILED] === 1)).toBe(true);
  });

  it('speaks TLS 1.2 and 1.3', async () => {
    const { ports } = await start();
    expect((await dial(ports.tls, { maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
    expect((await dial(ports.tls)).getProtocol()).toBe('TLSv1.3');
  });

  it('resumes a session by its ticket, at another worker with the same keys too', async () => {
    const first = await start();
    const second = await start();
    const socket = await dial(first.ports.tls, { maxVersion: 'TLSv1.2' });
    expect(socket.isSessionReused()).toBe(false);
    const resumed = await dial(second.ports.tls, { maxVersion: 'TLSv1.2', session: socket.getSession()! });
    expect(resumed.isSessionReused()).toBe(true);
  });

  it('shows a renewed certificate to newcomers and drops no connection', async () => {
    const { ports, listener } = await start();
    const before = await dial(ports.tls);
    listener.setCertificate({ cert: pem(TLS_FILES.otherCert), key: pem(TLS_FILES.key) });
    const after = await dial(ports.tls);
    expect(after.getPeerCertificate().fingerprint256).not.toBe(before.getPeerCertificate().fingerprint256);
    expect(await exchange(before, 5, 6)).toEqual([0, 2, 1, 6]);
  });

  it('ends a handshake that does not go on, and one that is none', async () => {
    const { ports, counters } = await start();
    const silent = connectTcp(ports.tls, '127.0.0.1');
    const cut = connectTcp(ports.tls, '127.0.0.1');
    const other = connectTcp(ports.tls, '127.0.0.1');
    sockets.push(silent, cut, other);
    let closed = 0;
    for (const socket of [silent, cut, other]) {
      socket.on('error', () => {});
      socket.on('close', () => closed++);
      socket.resume();
    }
    // A record of a handshake that announces more than comes.
    cut.write(Uint8Array.of(22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3));
    other.write('GET / HTTP/1.0\r\n\r\n');
    expect(await until(() => closed === 3)).toBe(true);
    expect(counters[ListenerCounter.TCP_OPEN]).toBe(0);
    expect(counters[ListenerCounter.TLS_FAILED]! + counters[ListenerCounter.TCP_TIMED_OUT]!).toBeGreaterThanOrEqual(3);
  });

  it('answers what was asked before the client closed its side', async () => {
    const { ports } = await start();
    const socket = await dial(ports.tls);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.end(Uint8Array.of(0, 1, 9, 0, 2, 9, 9));
    await once(socket, 'close');
    expect([...Buffer.concat(chunks)]).toEqual([0, 1, 1, 0, 2, 1, 9]);
  });
});

describe('PROXY headers before connections', () => {
  it('let the client of the header ask, over TCP and before TLS', async () => {
    const { ports } = await start({ proxyFrom: ['127.0.0.0/8'] });
    const plain = connectTcp(ports.tcp, '127.0.0.1');
    sockets.push(plain);
    plain.write(proxyHeader('192.0.2.77'));
    expect(await exchange(plain, 5, 6)).toEqual([0, 2, 77, 6]);
    const raw = connectTcp(ports.tls, '127.0.0.1');
    sockets.push(raw);
    raw.write(proxyHeader('192.0.2.78'));
    const secured = await dial(ports.tls, { socket: raw });
    expect(await exchange(secured, 5, 6)).toEqual([0, 2, 78, 6]);
  });

  it('from a trusted proxy are needed, and from others are no DNS', async () => {
    const trusting = await start({ proxyFrom: ['127.0.0.0/8'] });
    const socket = connectTcp(trusting.ports.tcp, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write(Buffer.from([0, 20, ...new Array(20).fill(1)]));
    await once(socket, 'close');
    expect(trusting.counters[ListenerCounter.PROXY_REFUSED]).toBe(1);
    expect(trusting.counters[ListenerCounter.TCP_OPEN]).toBe(0);
  });
});
