import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { Agent, request as requestHttp1 } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { DOH_RESETS_MAX, DOH_STREAMS_MAX, TCP_IDLE_MS } from '../../../src/base/limits.ts';
import type { AnswerPort } from '../../../src/server/answer-port.ts';
import { DOH_PROTOCOLS } from '../../../src/server/doh-connection.ts';
import { ListenerCounter } from '../../../src/server/listener-counters.ts';
import { type StreamListener, startStreamListener } from '../../tools/stream-listener.ts';
import { pem, TLS_FILES } from '../../tools/tls-files.ts';

/** An answer of 12 octets and one A record of TTL 30, whatever is asked; silence to 12 octets or fewer. */
const ANSWER: AnswerPort = (bytes, start, length) => {
  if (length <= 12) return 0;
  bytes.set([bytes[start]!, 2, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 1], start);
  return 27;
};
const QUERY = Buffer.alloc(20, 1);
const TYPE = 'application/dns-message';
const ca = pem(TLS_FILES.authority);

const open: StreamListener[] = [];
const sessions: ClientHttp2Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  for (const { listener } of open.splice(0)) await listener.stop();
});

async function start(answer: AnswerPort = ANSWER) {
  const started = await startStreamListener(answer);
  open.push(started);
  return started;
}

function dial(port: number): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${port}`, { ca });
  session.on('error', () => {});
  sessions.push(session);
  return session;
}

type Reply = { status: number; headers: Record<string, unknown>; body: Buffer };

async function ask2(session: ClientHttp2Session, headers: Record<string, string>, body?: Uint8Array): Promise<Reply> {
  const stream = session.request({ ':path': '/dns-query', ...headers }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = once(stream, 'close').catch(() => undefined);
  const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
  await closed;
  return { status: Number(answer[':status']), headers: answer, body: Buffer.concat(chunks) };
}

async function ask1(port: number, method: string, path: string, type?: string, body?: Uint8Array): Promise<Reply> {
  const agent = new Agent({ keepAlive: false });
  const headers = { ...(type === undefined ? {} : { 'content-type': type }) };
  const request = requestHttp1({ host: '127.0.0.1', port, method, path, headers, ca, agent });
  request.on('error', () => {});
  request.end(body);
  const [response] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

const END_STREAM = 1;
const END_HEADERS = 4;
/** :method GET, :scheme https, :path / by their places in HPACK's static table (RFC 7541 A). */
const GET_ROOT = Buffer.of(0x82, 0x87, 0x84);

/** POST https a /dns-query with the type of a query, without the table and Huffman's code. */
const POST_QUERY = Buffer.concat([
  Buffer.of(0x83, 0x87, 0x01, 1, 0x61, 0x04, 10),
  Buffer.from('/dns-query'),
  Buffer.of(0x0f, 0x10, TYPE.length),
  Buffer.from(TYPE),
]);

/** One frame (RFC 9113 4.1). */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HTTP/2 without a library that would keep us from misbehaving. */
async function dialRaw(port: number): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', ca, ALPNProtocols: ['h2'] });
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'secureConnect');
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0))]));
  return socket;
}

async function until(condition: () => boolean): Promise<boolean> {
  for (const end = performance.now() + 10_000; performance.now() < end && !condition(); ) await sleep(10);
  return condition();
}

describe('DNS over HTTPS (RFC 8484)', () => {
  it('prefers HTTP/2', () => expect(DOH_PROTOCOLS).toEqual(['h2', 'http/1.1']));

  it('answers GET and POST over HTTP/2, with the freshness of the answer', async () => {
    const { ports } = await start();
    const session = dial(ports.https);
    const posted = await ask2(session, { ':method': 'POST', 'content-type': TYPE }, QUERY);
    const got = await ask2(session, { ':path': `/dns-query?dns=${QUERY.toString('base64url')}` });
    for (const reply of [posted, got]) {
      expect(reply).toMatchObject({ status: 200, headers: { 'content-type': TYPE, 'content-length': '27' } });
      expect(reply.headers['cache-control']).toBe('private, max-age=30');
      expect(reply.body.length).toBe(27);
    }
  });

  it('answers GET and POST over HTTP/1.1', async () => {
    const { ports } = await start();
    const posted = await ask1(ports.https, 'POST', '/dns-query', TYPE, QUERY);
    const got = await ask1(ports.https, 'GET', `/dns-query?dns=${QUERY.toString('base64url')}`);
    for (const reply of [posted, got]) {
      expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'private, max-age=30' } });
      expect(reply.body.length).toBe(27);
    }
  });

  it('refuses what is no query, by the fitting status, and goes on', async () => {
    const { ports, counters } = await start();
    const session = dial(ports.https);
    const long = Buffer.alloc(70_000);
    const statuses = [
      await ask2(session, { ':path': '/other' }),
      await ask2(session, { ':method': 'DELETE' }),
      await ask2(session, { ':path': '/dns-query?dns=*' }),
      await ask2(session, { ':method': 'POST', 'content-type': 'text/plain' }, QUERY),
      await ask2(session, { ':method': 'POST', 'content-type': TYPE }, long),
      await ask2(session, { ':method': 'POST', 'content-type': TYPE }, QUERY.subarray(0, 12)),
    ].map((reply) => reply.status);
    expect(statuses).toEqual([404, 405, 400, 415, 413, 400]);
    expect(counters[ListenerCounter.DOH_REFUSED]).toBe(6);
    expect((await ask2(session, { ':method': 'POST', 'content-type': TYPE }, QUERY)).status).toBe(200);
    const old = [
      await ask1(ports.https, 'GET', '/other'),
      await ask1(ports.https, 'DELETE', '/dns-query'),
      await ask1(ports.https, 'POST', '/dns-query', 'text/plain', QUERY),
      await ask1(ports.https, 'POST', '/dns-query', TYPE, long),
    ].map((reply) => reply.status);
    expect(old).toEqual([404, 405, 415, 413]);
  });

  it('lets a client have no more streams at once than it was told', async () => {
    const { ports } = await start();
    const session = dial(ports.https);
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams).toBe(DOH_STREAMS_MAX);
    expect(session.remoteSettings.enablePush).toBe(false);
  });

  it('closes the connection of a client that opens streams and resets them without end (CVE-2023-44487)', async () => {
    const { ports, counters } = await start();
    const raw = await dialRaw(ports.https);
    for (let id = 1; id < DOH_RESETS_MAX * 8 && !raw.closed; id += 2) {
      raw.write(frame(1, END_HEADERS, id, GET_ROOT));
      raw.write(frame(3, 0, id, Buffer.alloc(4)));
      if (id % 50 === 1) await sleep(1);
    }
    expect(await until(() => raw.closed)).toBe(true);
    expect(await until(() => counters[ListenerCounter.TCP_OPEN] === 0)).toBe(true);
  });

  it('closes the connection of a client whose headers do not end', async () => {
    const { ports, counters } = await start();
    const raw = await dialRaw(ports.https);
    raw.write(frame(1, 0, 1, GET_ROOT));
    for (let i = 0; i < 200 && !raw.closed; i++) {
      // A literal header x: 200 octets, not indexed.
      raw.write(frame(9, 0, 1, Buffer.from([0, 1, 120, 127, 73, ...new Array(200).fill(97)])));
      if (i % 10 === 0) await sleep(1);
    }
    expect(await until(() => raw.closed)).toBe(true);
    expect(await until(() => counters[ListenerCounter.TCP_OPEN] === 0)).toBe(true);
    expect((await ask1(ports.https, 'GET', `/dns-query?dns=${'A'.repeat(40_000)}`)).status).toBe(431);
  });

  it('does not hold more unfinished requests than it may', async () => {
    const { ports } = await start();
    const session = dial(ports.https);
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const stream = session.request({ ':method': 'POST', ':path': '/dns-query', 'content-type': TYPE });
      stream.on('error', () => {});
      stream.on('response', (headers) => statuses.push(Number(headers[':status'])));
      // 60 KB and no end.
      stream.write(Buffer.alloc(60_000));
    }
    expect(await until(() => statuses.length > 0)).toBe(true);
    expect(new Set(statuses)).toEqual(new Set([429]));
  });

  it.each([
    ['in the middle of a frame', Buffer.concat([frame(1, END_HEADERS, 1, GET_ROOT)]).subarray(0, 11)],
    ['in the middle of a body', frame(1, END_HEADERS, 1, POST_QUERY)],
    ['between two requests', Buffer.alloc(0)],
  ])('closes at once on a client that closes its side %s', async (_, octets) => {
    const { ports } = await start();
    const socket = await dialRaw(ports.https);
    const sinceMs = performance.now();
    const closed = once(socket, 'close');
    socket.end(octets);
    await Promise.race([closed, sleep(TCP_IDLE_MS)]);
    // Idleness alone would end it too, much later.
    expect(performance.now() - sinceMs).toBeLessThan(TCP_IDLE_MS / 2);
  });

  it('answers what a client asked before it closed its side', async () => {
    const { ports } = await start();
    const socket = await dialRaw(ports.https);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.end(Buffer.concat([frame(1, END_HEADERS, 1, POST_QUERY), frame(0, END_STREAM, 1, QUERY)]));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).includes(Buffer.of(192, 0, 2, 1))).toBe(true);
  });

  it('stops within its time while a client holds on', async () => {
    const { ports, listener } = await start();
    const session = dial(ports.https);
    expect((await ask2(session, { ':method': 'POST', 'content-type': TYPE }, QUERY)).status).toBe(200);
    const since = performance.now();
    await listener.stop();
    expect(performance.now() - since).toBeLessThan(5_000);
  });
});
