import { afterEach, describe, expect, it } from 'vitest';
import { UDP_BATCH_MESSAGES, UDP_GATHER_FROM_MESSAGES, UDP_GATHER_US } from '../../../src/base/limits.ts';
import type { AnswerPort } from '../../../src/server/answer-port.ts';
import { ArrivalRate } from '../../../src/server/arrival-rate.ts';
import { createListenerCounters, reportListenerCounters } from '../../../src/server/listener-counters.ts';
import { Linux, type SystemCalls } from '../../../src/server/system-calls.ts';
import { UdpMmsgListener } from '../../../src/server/udp-mmsg-listener.ts';
import { calls, client, closeAll, echo, hasIpv6, idle, open, runUntil, send } from '../../tools/mmsg-ground.ts';

afterEach(closeAll);

function listen(
  addresses: readonly string[],
  answer: AnswerPort,
  counters = createListenerCounters(),
): UdpMmsgListener {
  if (typeof calls === 'string') throw new Error(calls);
  const listener = new UdpMmsgListener({
    ...idle(calls),
    listen: addresses.map((address) => ({ address, port: 0 })),
    answer,
    counters,
  });
  open.push(listener);
  return listener;
}

describe.skipIf(typeof calls === 'string')('UdpMmsgListener', () => {
  it('answers each message to its sender, over IPv4', async () => {
    const clients: string[] = [];
    const listener = listen(['127.0.0.1'], echo(clients));
    const [a, b] = [await client('udp4', '127.0.0.2'), await client('udp4', '127.0.0.3')];
    await send(a.socket, 'one', listener.ports[0]!, '127.0.0.1');
    await send(b.socket, 'two', listener.ports[0]!, '127.0.0.1');
    await runUntil(listener, () => a.heard.length + b.heard.length === 2);
    expect([a.heard[0]?.text, b.heard[0]?.text]).toEqual(['one!', 'two!']);
    expect(clients).toEqual(['127.0.0.2', '127.0.0.3']);
  });

  it.skipIf(!hasIpv6)('answers over IPv6 beside IPv4, on several addresses at once', async () => {
    const listener = listen(['127.0.0.1', '::1'], echo());
    const [four, six] = [await client('udp4', '127.0.0.1'), await client('udp6', '::1')];
    await send(four.socket, 'four', listener.ports[0]!, '127.0.0.1');
    await send(six.socket, 'six', listener.ports[1]!, '::1');
    await runUntil(listener, () => four.heard.length + six.heard.length === 2);
    expect([four.heard[0]?.text, six.heard[0]?.text]).toEqual(['four!', 'six!']);
  });

  it('bound to the wildcard answers from the address that was asked', async () => {
    const listener = listen(['0.0.0.0'], echo());
    const asker = await client('udp4', '127.0.0.1');
    for (const address of ['127.0.0.9', '127.0.0.1', '127.1.2.3'])
      await send(asker.socket, 'x', listener.ports[0]!, address);
    await runUntil(listener, () => asker.heard.length === 3);
    expect(asker.heard.map((answer) => answer.from).sort()).toEqual(['127.0.0.1', '127.0.0.9', '127.1.2.3']);
  });

  it.skipIf(!hasIpv6)('bound to the IPv6 wildcard leaves IPv4 to others, and answers', async () => {
    const listener = listen(['::'], echo());
    const other = listen(['0.0.0.0'], echo());
    const asker = await client('udp6', '::1');
    await send(asker.socket, 'x', listener.ports[0]!, '::1');
    await runUntil(listener, () => asker.heard.length === 1);
    expect(asker.heard[0]).toMatchObject({ text: 'x!', from: '::1' });
    expect(other.ports[0]).toBeGreaterThan(0);
  });

  it('keeps answers apart when some messages of a batch get none', async () => {
    const listener = listen(['127.0.0.1'], echo());
    const asker = await client('udp4', '127.0.0.1');
    const texts = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 'quiet' : `m${i}`));
    for (const text of texts) await send(asker.socket, text, listener.ports[0]!, '127.0.0.1');
    const wanted = texts.filter((text) => text !== 'quiet').map((text) => `${text}!`);
    await runUntil(listener, () => asker.heard.length === wanted.length);
    expect(asker.heard.map((answer) => answer.text)).toEqual(wanted);
  });

  it('answers more than one batch, and a full-size answer', async () => {
    const listener = listen(['127.0.0.1'], (bytes, start) => {
      bytes.fill(0x61, start, start + 1232);
      return 1232;
    });
    const asker = await client('udp4', '127.0.0.1');
    for (let i = 0; i < 100; i++) await send(asker.socket, 'x', listener.ports[0]!, '127.0.0.1');
    await runUntil(listener, () => asker.heard.length === 100);
    expect(asker.heard).toHaveLength(100);
    expect(asker.heard.every((answer) => answer.text.length === 1232)).toBe(true);
  });

  it('shares its port with other workers', () => {
    if (typeof calls === 'string') return;
    const first = listen(['127.0.0.1'], echo());
    const address = { address: '127.0.0.1', port: first.ports[0]! };
    open.push(new UdpMmsgListener({ ...idle(calls), listen: [address] }));
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ...(hasIpv6
      ? [
          ['::1', '::1'],
          ['::', '::1'],
        ]
      : []),
  ])('bound to %s retires for another one without losing a message', async (bound, asked) => {
    if (typeof calls === 'string') return;
    const counts = { first: 0, second: 0 };
    const counting =
      (name: keyof typeof counts): AnswerPort =>
      (_bytes, _start, length) => {
        counts[name]++;
        return length;
      };
    const first = listen([bound!], counting('first'));
    const [port] = first.ports;
    const answer = counting('second');
    const second = new UdpMmsgListener({ ...idle(calls), answer, listen: [{ address: bound!, port: port! }] });
    open.push(second);
    const askers: Awaited<ReturnType<typeof client>>[] = [];
    // The kernel chooses by the address and port of the client.
    for (let i = 0; i < 40; i++) askers.push(await client(asked!.includes(':') ? 'udp6' : 'udp4', asked!));
    const askAll = () => Promise.all(askers.map(({ socket }) => send(socket, 'x', port!, asked!)));
    await askAll();
    first.retire();
    expect(counts.first).toBeGreaterThan(0);
    const before = counts.first;
    await askAll();
    first.close();
    await runUntil(second, () => askers.every(({ heard }) => heard.length === 2));
    expect(askers.map(({ heard }) => heard.length)).toEqual(askers.map(() => 2));
    expect(counts).toEqual({ first: before, second: 80 - before });
  });

  it('loses an answer that the kernel refuses, counts it, and sends the others', async () => {
    const counters = createListenerCounters();
    // Port 65,000-octet answers do not exist, and sendmmsg says EMSGSIZE.
    let calls = 0;
    const listener = listen(['127.0.0.1'], (_bytes, _start, length) => (++calls === 2 ? 70_000 : length), counters);
    const asker = await client('udp4', '127.0.0.1');
    for (const text of ['a', 'b', 'c']) await send(asker.socket, text, listener.ports[0]!, '127.0.0.1');
    await runUntil(listener, () => asker.heard.length === 2);
    expect(asker.heard.map((answer) => answer.text)).toEqual(['a', 'c']);
    expect(reportListenerCounters(counters, [counters])).toMatchObject({ udpSendFailed: 1 });
  });

  it('goes on after the clients of its answers have gone', async () => {
    const listener = listen(['127.0.0.1'], echo());
    const gone = await client('udp4', '127.0.0.1');
    for (let i = 0; i < 5; i++) await send(gone.socket, 'x', listener.ports[0]!, '127.0.0.1');
    await new Promise<void>((resolve) => gone.socket.close(() => resolve()));
    open.splice(open.indexOf(gone.socket), 1);
    const asker = await client('udp4', '127.0.0.1');
    await send(asker.socket, 'still there', listener.ports[0]!, '127.0.0.1');
    await runUntil(listener, () => asker.heard.length === 1);
    expect(asker.heard[0]?.text).toBe('still there!');
  });

  it('comes back within its wait when nothing comes', () => {
    const listener = listen(['127.0.0.1'], echo());
    const start = performance.now();
    expect(listener.runBatch()).toBe(0);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it.each([
    [UDP_GATHER_FROM_MESSAGES - 1, 'fast', 0],
    [UDP_GATHER_FROM_MESSAGES, 'fast', 1],
    [UDP_BATCH_MESSAGES - 1, 'fast', 1],
    [UDP_BATCH_MESSAGES, 'fast', 0],
    [UDP_BATCH_MESSAGES - 1, 'slowly', 0],
  ])('after a batch of %i, when queries come %s, waits for more to gather %i times', async (messages, pace, times) => {
    if (typeof calls === 'string') return;
    const waits: number[] = [];
    const usleep = (microseconds: number) => waits.push(microseconds);
    let nowMs = 0;
    const rate = new ArrivalRate(() => nowMs);
    nowMs = pace === 'fast' ? 100 : 1_000;
    rate.add(20_000);
    const listen = [{ address: '127.0.0.1', port: 0 }];
    const listener = new UdpMmsgListener({ ...idle({ ...calls, usleep }), listen, rate });
    open.push(listener);
    const asker = await client('udp4', '127.0.0.1');
    for (let i = 0; i < messages; i++) await send(asker.socket, 'x', listener.ports[0]!, '127.0.0.1');
    expect(listener.runBatch()).toBe(messages);
    expect(waits).toEqual(Array.from({ length: times }, () => UDP_GATHER_US));
  });

  it('says which address could not be bound', async () => {
    if (typeof calls === 'string') return;
    const systemCalls = calls;
    // A socket without SO_REUSEPORT has the port alone.
    const holder = await client('udp4', '127.0.0.1');
    const { port } = holder.socket.address();
    const refused = () => new UdpMmsgListener({ ...idle(systemCalls), listen: [{ address: '127.0.0.1', port }] });
    expect(refused).toThrow(`bind failed for 127.0.0.1 port ${port}`);
  });

  it.each([
    ['ENOBUFS passes', Linux.ENOBUFS, 3, { answered: true, waits: 3, sockets: 0, udpSendDropped: 0, udpSendFailed: 0 }],
    ['EAGAIN passes', Linux.EAGAIN, 3, { answered: true, waits: 3, sockets: 1, udpSendDropped: 0, udpSendFailed: 0 }],
    [
      'ENOBUFS stays',
      Linux.ENOBUFS,
      99,
      { answered: false, waits: 10, sockets: 0, udpSendDropped: 1, udpSendFailed: 0 },
    ],
    ['a firewall refuses', 1, 99, { answered: false, waits: 0, sockets: 0, udpSendDropped: 0, udpSendFailed: 1 }],
  ])(
    'loses no answer that it need not, and counts the others by cause, when %s',
    async (_, errno, failures, wanted) => {
      let [left, waits, sockets] = [failures, 0, 0];
      const counters = createListenerCounters();
      const failing: SystemCalls = {
        ...(calls as SystemCalls),
        sendmmsg: (...args) => (left-- > 0 ? -1 : (calls as SystemCalls).sendmmsg(...args)),
        errno: () => (left < failures ? errno : (calls as SystemCalls).errno()),
        poll: (fds, count, timeoutMs) => {
          waits++;
          sockets = count;
          return (calls as SystemCalls).poll(fds, count, timeoutMs);
        },
      };
      const listener = new UdpMmsgListener({ ...idle(failing), listen: [{ address: '127.0.0.1', port: 0 }], counters });
      open.push(listener);
      const { socket, heard } = await client('udp4', '127.0.0.1');
      await send(socket, 'one', listener.ports[0]!, '127.0.0.1');
      while (left === failures) listener.runBatch();
      if (wanted.answered) await runUntil(listener, () => heard.length === 1);
      const { udpSendDropped, udpSendFailed } = reportListenerCounters(counters, [counters]);
      expect({ answered: heard.length === 1, waits, sockets, udpSendDropped, udpSendFailed }).toEqual(wanted);
    },
  );
});
