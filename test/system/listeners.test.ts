import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, buildQuery } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { TRANSPORTS } from '../tools/transports.ts';

const ZONE = `---
'':
  type: NS
  value: ns1.outside.test.
www:
  type: A
  value: 127.0.1.1
`;

describe.each(TRANSPORTS)('listeners with --transport %s', (transport) => {
  let server: MeridianProcess;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    server = await startServe({
      zones: { 'a.test.yaml': ZONE },
      workers: 2,
      transport,
      listen: ['127.0.0.1', '127.0.0.2', '::1'],
    });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(async () => {
    await server?.stop();
  });

  const dial = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: server.dnsHost, port: server.dnsPort, allowHalfOpen: true });
      sockets.push(socket);
      socket.once('connect', () => resolve(socket)).once('error', reject);
    });
  const framed = (name: string, id: number) => {
    const query = buildQuery(name, 'A', { id });
    return Buffer.concat([Buffer.from([query.length >> 8, query.length & 255]), query]);
  };
  /** The first `count` messages that come. */
  const messages = async (socket: Socket, count: number): Promise<Uint8Array[]> => {
    let held = Buffer.alloc(0);
    const found: Uint8Array[] = [];
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      held = Buffer.concat([held, chunk as Buffer]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        found.push(held.subarray(2, 2 + held.readUInt16BE(0)));
        held = held.subarray(2 + held.readUInt16BE(0));
      }
      if (found.length >= count) break;
    }
    return found;
  };

  it.for(['127.0.0.1', '127.0.0.2', '::1'])('answers at %s over UDP and TCP', async (dnsHost) => {
    for (const tcp of [false, true]) {
      const reply = await ask({ dnsHost, dnsPort: server.dnsPort }, 'www.a.test', 'A', { tcp });
      expect(reply.answers.map((record) => record.data)).toEqual(['127.0.1.1']);
    }
    expect(server.readyLine).toContain(dnsHost);
  });

  it('answers over TCP whatever the split, and many at once in their order', async () => {
    const socket = await dial();
    socket.setNoDelay(true);
    for (const octet of framed('www.a.test', 1)) {
      socket.write(Buffer.from([octet]));
      await sleep(1);
    }
    expect(readReply((await messages(socket, 1))[0]!).id).toBe(1);
    const other = await dial();
    other.write(Buffer.concat(Array.from({ length: 300 }, (_, i) => framed('www.a.test', i))));
    const replies = await messages(other, 300);
    expect(replies.map((bytes) => readReply(bytes).id)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it('answers a client that has closed its side, then closes too', async () => {
    const socket = await dial();
    socket.end(framed('www.a.test', 7));
    const [reply] = await messages(socket, 2);
    expect(readReply(reply!).answers).toHaveLength(1);
  });

  it('answers newcomers while 300 connections are silent and some stall', async () => {
    for (let i = 0; i < 300; i++) await dial();
    for (let i = 0; i < 20; i++) sockets[280 + i]!.write(Buffer.from([0, 40, 1]));
    const since = performance.now();
    const reply = await ask(server, 'www.a.test', 'A', { tcp: true });
    expect(reply.answers).toHaveLength(1);
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('cuts a message that stalls after two seconds or so', async () => {
    const socket = await dial();
    const since = performance.now();
    socket.resume();
    const closed = new Promise((resolve) => socket.once('end', resolve).once('close', resolve).once('error', resolve));
    socket.write(Buffer.from([0, 40, 1]));
    await closed;
    expect(performance.now() - since).toBeGreaterThan(1_500);
    expect(performance.now() - since).toBeLessThan(5_000);
  });
});

describe('starting and stopping', () => {
  it('refuses a port that another server has, and that server goes on', async () => {
    const first = await startServe({ zones: { 'a.test.yaml': ZONE }, workers: 2 });
    try {
      const second = startServe({ zones: { 'a.test.yaml': ZONE }, workers: 2, dnsPort: first.dnsPort });
      await expect(second).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: another program does/);
      expect((await ask(first, 'www.a.test', 'A')).answers).toHaveLength(1);
    } finally {
      const ending = await first.stop();
      expect(ending.code).toBe(0);
    }
  });

  it('starts fast when the location table is in its state directory', async () => {
    const first = await startServe({ zones: { 'a.test.yaml': ZONE }, keepFolder: true });
    await first.stop();
    const second = await startServe({ folder: first.folder, dnsPort: first.dnsPort });
    console.log(`first start ${first.readyAfterMs.toFixed(0)} ms, second ${second.readyAfterMs.toFixed(0)} ms`);
    const reply = await ask(second, 'www.a.test', 'A');
    await second.stop();
    expect(reply.answers).toHaveLength(1);
    // The bar is 2 s on a machine with nothing else to do; a test only sees what no load explains.
    expect(second.readyAfterMs).toBeLessThan(15_000);
  });
});
