import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { AnswerPort } from '../../../src/server/answer-port.ts';
import { createListenerCounters, ListenerCounter } from '../../../src/server/listener-counters.ts';
import { UdpDgramListener } from '../../../src/server/udp-dgram-listener.ts';
import { idleTimer } from '../../tools/service-timer.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(answer: AnswerPort, addresses = ['127.0.0.1'], reusePort = false, port = 0) {
  const counters = createListenerCounters();
  const failures: Error[] = [];
  const listener = new UdpDgramListener(
    { listen: addresses.map((address) => ({ address, port })), reusePort },
    answer,
    counters,
    idleTimer(),
    (error) => failures.push(error),
  );
  const ports = await listener.start();
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= listener.stop();
    return stopped;
  };
  closing.push(stop);
  return { counters, ports, failures, stop };
}

function client(family: 'udp4' | 'udp6' = 'udp4') {
  const socket = createSocket(family);
  closing.push(async () => {
    socket.close();
  });
  return socket;
}

const echo: AnswerPort = (bytes, start, length) => {
  bytes[start] = 0xee;
  return length;
};

describe('UdpDgramListener', () => {
  it('answers in place, to whoever asked, on IPv4 and IPv6', async () => {
    const seen: string[] = [];
    const { ports } = await start(
      (bytes, at, length, family, words) => {
        seen.push(`${family} ${words.join(',')}`);
        return echo(bytes, at, length, family, words);
      },
      ['127.0.0.1', '::1'],
    );
    const four = client();
    four.send(Buffer.from([1, 2, 3]), ports[0], '127.0.0.1');
    expect((await once(four, 'message'))[0]).toEqual(Buffer.from([0xee, 2, 3]));
    const six = client('udp6');
    six.send(Buffer.from([4, 5]), ports[1], '::1');
    expect((await once(six, 'message'))[0]).toEqual(Buffer.from([0xee, 5]));
    expect(seen).toEqual([`4 ${0x7f000001},0,0,0`, '6 0,0,0,1']);
  });

  it('is silent where the answer is silence', async () => {
    const { ports } = await start((bytes, at, length) => (bytes[at] === 0 ? 0 : length));
    const socket = client();
    const got: Buffer[] = [];
    socket.on('message', (message) => got.push(message));
    for (let i = 0; i < 1000; i++) socket.send(Buffer.from([0]), ports[0], '127.0.0.1');
    await sleep(50);
    socket.send(Buffer.from([7]), ports[0], '127.0.0.1');
    await once(socket, 'message');
    expect(got).toEqual([Buffer.from([7])]);
  });

  it('answers more queries than it has buffers, one after the other', async () => {
    const { ports, counters } = await start(echo);
    const socket = client();
    let got = 0;
    socket.on('message', () => got++);
    for (let i = 0; i < 2_000; i++) {
      socket.send(Buffer.from([1, 2]), ports[0], '127.0.0.1');
      if (i % 50 === 0) await sleep(1);
    }
    for (let i = 0; i < 100 && got < 2_000; i++) await sleep(10);
    expect(got + counters[ListenerCounter.UDP_SEND_DROPPED]!).toBe(2_000);
    expect(got).toBeGreaterThan(1_900);
  });

  it('answers all that its socket holds before it stops', async () => {
    const { ports, stop } = await start(echo);
    // Resolved at once, so that every datagram is on its way before the listener runs again.
    const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
    closing.push(async () => void socket.close());
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    let got = 0;
    socket.on('message', () => got++);
    // More than eight turns of the loop read, and no more than the smallest receive buffer holds.
    for (let i = 0; i < 400; i++) socket.send(Buffer.from([1, 2]), ports[0], '127.0.0.1');
    await stop();
    await sleep(50);
    expect(got).toBe(400);
  });

  it('takes a datagram longer than its buffers', async () => {
    const { ports, counters } = await start((_bytes, _start, length) => length & 0xff);
    const socket = client();
    socket.send(Buffer.alloc(10_000, 3), ports[0], '127.0.0.1');
    expect((await once(socket, 'message'))[0].length).toBe(10_000 & 0xff);
    expect(counters[ListenerCounter.UDP_TOO_LONG]).toBe(1);
  });

  it('survives a client that has gone before the answer came', async () => {
    const { ports, failures } = await start(echo);
    for (let i = 0; i < 20; i++) {
      const gone = createSocket('udp4');
      await new Promise((resolve) => gone.send(Buffer.from([1]), ports[0], '127.0.0.1', resolve));
      gone.close();
    }
    await sleep(50);
    const socket = client();
    socket.send(Buffer.from([1]), ports[0], '127.0.0.1');
    await once(socket, 'message');
    expect(failures).toEqual([]);
  });

  it('hands its port to a successor without a gap', async () => {
    const first = await start(echo, ['127.0.0.1'], true);
    await start(echo, ['127.0.0.1'], true, first.ports[0]);
    await first.stop();
    const socket = client();
    socket.send(Buffer.from([1]), first.ports[0], '127.0.0.1');
    expect((await once(socket, 'message'))[0][0]).toBe(0xee);
  });

  it('rejects with the address when it cannot bind', async () => {
    const { ports } = await start(echo);
    await expect(start(echo, ['127.0.0.1'], false, ports[0])).rejects.toThrow('EADDRINUSE');
  });
});
