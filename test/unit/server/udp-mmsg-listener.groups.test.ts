import { afterEach, describe, expect, it } from 'vitest';
import {
  UDP_BATCH_MESSAGES,
  UDP_GROUP_ANSWERS_MAX,
  UDP_GROUPED_BYTES_MAX,
  UDP_UNGROUPED_BATCHES,
} from '../../../src/base/limits.ts';
import { RandomStream } from '../../../src/base/random.ts';
import { createListenerCounters, reportListenerCounters } from '../../../src/server/listener-counters.ts';
import type { SystemCalls } from '../../../src/server/system-calls.ts';
import { UdpMmsgListener } from '../../../src/server/udp-mmsg-listener.ts';
import { calls, client, closeAll, echo, hasIpv6, idle, open, runUntil, send } from '../../tools/mmsg-ground.ts';

afterEach(closeAll);

describe.skipIf(typeof calls === 'string')('answers to one client', () => {
  /** A listener with a count of the headers that it sends; the first `refusals` calls fail with EIO, as under IPsec. */
  function counted(address: string, refusals = 0, answer = echo()) {
    if (typeof calls === 'string') throw new Error(calls);
    const real = calls;
    const sent = { headers: 0 };
    let refused = false;
    const counting: SystemCalls = {
      ...real,
      sendmmsg: (fd, headers, count, flags) => {
        refused = refusals-- > 0;
        sent.headers += refused ? 0 : count;
        return refused ? -1 : real.sendmmsg(fd, headers, count, flags);
      },
      errno: () => (refused ? 5 : real.errno()),
    };
    const counters = createListenerCounters();
    const listener = new UdpMmsgListener({ ...idle(counting), counters, answer, listen: [{ address, port: 0 }] });
    open.push(listener);
    return {
      listener,
      port: listener.ports[0]!,
      sent,
      failed: () => reportListenerCounters(counters, [counters]).udpSendFailed,
    };
  }

  /** As many texts as fit a batch, of so many octets each. */
  function texts(count: number, octets: (i: number) => number): string[] {
    return Array.from({ length: count }, (_, i) => `${i}`.padEnd(octets(i), 'x'));
  }

  it.each([['127.0.0.1'], ['0.0.0.0'], ...(hasIpv6 ? [['::1'], ['::']] : [])])(
    'travel together from a socket at %s, and arrive one by one as they were',
    async (bound) => {
      const { listener, port, sent } = counted(bound);
      const isIpv6 = bound.includes(':');
      const asked = isIpv6 ? '::1' : '127.0.0.1';
      const askers: Awaited<ReturnType<typeof client>>[] = [];
      for (let i = 0; i < 3; i++) askers.push(await client(isIpv6 ? 'udp6' : 'udp4', asked));
      const said = texts(20, () => 30);
      for (const text of said) for (const { socket } of askers) await send(socket, text, port, asked);
      listener.runBatch();
      await runUntil(listener, () => askers.every(({ heard }) => heard.length === 20));
      for (const { heard } of askers) {
        expect(heard.map(({ text }) => text).sort()).toEqual(said.map((text) => `${text}!`).sort());
        expect(new Set(heard.map(({ from }) => from))).toEqual(new Set([asked]));
      }
      // One for each client, or more where all three meet at one place of the table.
      expect(sent.headers).toBeLessThan(60);
    },
  );

  it.each([
    { of: 'one size', sizes: [30, 30, 30, 30], headers: 1 },
    { of: 'a smaller one at the end', sizes: [30, 30, 30, 20], headers: 1 },
    { of: 'a smaller one in the middle', sizes: [30, 20, 30, 30], headers: 1 },
    { of: 'a smaller one at the beginning', sizes: [20, 30, 30, 30], headers: 1 },
    { of: 'two smaller ones', sizes: [30, 20, 20, 30], headers: 2 },
    { of: 'a larger one', sizes: [20, 20, 20, 30], headers: 2 },
    { of: 'three sizes', sizes: [20, 25, 30], headers: 2 },
    { of: 'three sizes, each twice', sizes: [30, 20, 25, 25, 20, 30], headers: 2 },
  ])('are $of to one client: $headers sent', async ({ sizes, headers }) => {
    const { listener, port, sent } = counted('127.0.0.1');
    const asker = await client('udp4', '127.0.0.1');
    const said = texts(sizes.length, (i) => sizes[i]!);
    for (const text of said) await send(asker.socket, text, port, '127.0.0.1');
    await runUntil(listener, () => asker.heard.length === said.length);
    expect(asker.heard.map(({ text }) => text).sort()).toEqual(said.map((text) => `${text}!`).sort());
    expect(sent.headers).toBe(headers);
  });

  it('and to others, of several sizes, arrive one by one as they were', async () => {
    const { listener, port, sent } = counted('0.0.0.0');
    const askers: Awaited<ReturnType<typeof client>>[] = [];
    for (let i = 0; i < 5; i++) askers.push(await client('udp4', '127.0.0.1'));
    const random = new RandomStream(7);
    const said = askers.map((): string[] => []);
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < UDP_BATCH_MESSAGES; i++) {
        const to = random.nextBelow(askers.length);
        const text = `${round}-${i}`.padEnd(8 + random.nextBelow(4), 'x');
        said[to]!.push(`${text}!`);
        await send(askers[to]!.socket, text, port, '127.0.0.1');
      }
      await runUntil(listener, () => askers.every(({ heard }, to) => heard.length === said[to]!.length));
    }
    for (const [to, { heard }] of askers.entries()) {
      expect(heard.map(({ text }) => text).sort()).toEqual(said[to]!.sort());
    }
    // Five clients, four sizes: less than three groups for each.
    expect(sent.headers / 20).toBeLessThan(15 + 5);
  });

  it('are more than the kernel takes at once, and go in several parts', async () => {
    const { listener, port, sent } = counted('127.0.0.1');
    const asker = await client('udp4', '127.0.0.1');
    for (let i = 0; i < UDP_BATCH_MESSAGES; i++) await send(asker.socket, 'x', port, '127.0.0.1');
    await runUntil(listener, () => asker.heard.length === UDP_BATCH_MESSAGES);
    expect(asker.heard).toHaveLength(UDP_BATCH_MESSAGES);
    expect(sent.headers).toBe(UDP_BATCH_MESSAGES / UDP_GROUP_ANSWERS_MAX);
  });

  it('from other addresses stay apart, whatever their sizes', async () => {
    const { listener, port } = counted('0.0.0.0');
    const asker = await client('udp4', '127.0.0.1');
    // So many sizes that some meet at one place of the table.
    const said = texts(60, (i) => 20 + i);
    for (const [i, text] of said.entries())
      await send(asker.socket, text, port, i % 2 === 0 ? '127.0.0.1' : '127.1.2.3');
    await runUntil(listener, () => asker.heard.length === 60);
    const expected = said.map((text, i) => `${text}! ${i % 2 === 0 ? '127.0.0.1' : '127.1.2.3'}`);
    expect(asker.heard.map(({ text, from }) => `${text} ${from}`).sort()).toEqual(expected.sort());
  });

  it('as large as answers get travel together, and larger ones alone', async () => {
    for (const [octets, headers] of [
      [UDP_GROUPED_BYTES_MAX, 1],
      [UDP_GROUPED_BYTES_MAX + 1, 10],
    ] as const) {
      const { listener, port, sent } = counted('127.0.0.1', 0, (bytes, start) => {
        bytes.fill(0x61, start, start + octets);
        return octets;
      });
      const asker = await client('udp4', '127.0.0.1');
      for (let i = 0; i < 10; i++) await send(asker.socket, 'x', port, '127.0.0.1');
      await runUntil(listener, () => asker.heard.length === 10);
      expect(asker.heard.map(({ text }) => text)).toEqual(Array(10).fill('a'.repeat(octets)));
      expect(sent.headers).toBe(headers);
    }
  });

  it('travel alone for a while where the kernel refuses them together, and none is lost', async () => {
    const { listener, port, sent, failed } = counted('127.0.0.1', 1);
    const asker = await client('udp4', '127.0.0.1');
    const ask = async (count: number) => {
      for (let i = 0; i < count; i++) await send(asker.socket, `${i}`.padEnd(9), port, '127.0.0.1');
      const wanted = asker.heard.length + count;
      await runUntil(listener, () => asker.heard.length === wanted);
      expect(new Set(asker.heard.slice(-count).map(({ text }) => text)).size).toBe(count);
    };
    await ask(20);
    expect(sent.headers).toBe(20);
    await ask(20);
    expect(sent.headers).toBe(40);
    expect(failed()).toBe(0);
    for (let i = 2; i < UDP_UNGROUPED_BATCHES; i++) {
      await send(asker.socket, 'x', port, '127.0.0.1');
      listener.runBatch();
    }
    await runUntil(listener, () => asker.heard.length === 38 + UDP_UNGROUPED_BATCHES);
    const before = sent.headers;
    await ask(20);
    expect(sent.headers - before).toBe(1);
  });
});
