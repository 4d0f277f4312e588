import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { type Answer, decode, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { askDns } from '../../../src/probe/dns-exchange.ts';

const RECORDS: Answer[] = [
  { type: 'A', name: 'a.b', data: '192.0.2.1', ttl: 5 },
  { type: 'AAAA', name: 'a.b', data: '2001:db8::1', ttl: 5 },
  { type: 'TXT', name: 'a.b', data: ['x;"y', 'z'], ttl: 5 },
  { type: 'MX', name: 'a.b', data: { preference: 10, exchange: 'mx.b' }, ttl: 5 },
  { type: 'SRV', name: 'a.b', data: { priority: 1, weight: 2, port: 3, target: 't.b' }, ttl: 5 },
  {
    type: 'SOA',
    name: 'a.b',
    data: { mname: 'ns.b', rname: 'h.b', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
    ttl: 5,
  },
  { type: 'DNAME', name: 'a.b', data: 'd.e', ttl: 5 },
];

const closers: Array<() => void> = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server on one loopback port whose UDP answers are cut when `truncate`; remembers the last question. */
async function startServer(address: string, truncate: boolean): Promise<{ port: number; seen: Packet[] }> {
  const seen: Packet[] = [];
  const reply = (message: Buffer, cut: boolean): Buffer => {
    const query = decode(message);
    seen.push(query);
    const subnet = (
      query.additionals?.[0] as { options?: Array<{ ip: string; sourcePrefixLength: number }> } | undefined
    )?.options?.[0];
    return encode({
      type: 'response',
      id: query.id,
      flags: cut ? TRUNCATED_RESPONSE : 0,
      questions: query.questions,
      answers: cut ? [] : RECORDS,
      additionals: subnet === undefined ? [] : [optWith(subnet)],
    } as Packet);
  };
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (message, from) => udp.send(reply(message, truncate), from.port, from.address));
  await new Promise<void>((resolve) => udp.bind(0, address, resolve));
  const port = udp.address().port;
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      const answer = reply(data.subarray(2), false);
      const framed = Buffer.concat([Buffer.of(answer.length >> 8, answer.length & 255), answer]);
      // In three writes, as a network may cut it.
      for (const part of [framed.subarray(0, 1), framed.subarray(1, 9), framed.subarray(9)]) socket.write(part);
    });
  });
  await new Promise<void>((resolve) => tcp.listen(port, address, resolve));
  closers.push(
    () => udp.close(),
    () => tcp.close(),
  );
  return { port: (tcp.address() as AddressInfo).port, seen };
}

function optWith(subnet: { ip: string; sourcePrefixLength: number }): object {
  const option = { code: 8, ip: subnet.ip, sourcePrefixLength: subnet.sourcePrefixLength, scopePrefixLength: 20 };
  return { type: 'OPT', name: '.', udpPayloadSize: 1232, options: [option] };
}

describe('a question to a DNS server', () => {
  it('comes back in the words of a zone file', async () => {
    const { port } = await startServer('127.0.0.1', false);
    const answer = await askDns({ address: '127.0.0.1', port }, { name: 'a.b.', type: 1, subnet: null }, 2_000);
    expect(answer.transport).toBe('udp');
    expect(answer.rcode).toBe('NOERROR');
    expect(
      answer.answer.map((record) => `${record.name} ${record.ttl} ${record.class} ${record.type} ${record.data}`),
    ).toEqual([
      'a.b. 5 IN A 192.0.2.1',
      'a.b. 5 IN AAAA 2001:db8::1',
      'a.b. 5 IN TXT "x;\\"y" "z"',
      'a.b. 5 IN MX 10 mx.b.',
      'a.b. 5 IN SRV 1 2 3 t.b.',
      'a.b. 5 IN SOA ns.b. h.b. 1 2 3 4 5',
      'a.b. 5 IN DNAME d.e.',
    ]);
  });

  it.each([
    ['127.0.0.1', '203.0.113.0/24', { family: 1, ip: '203.0.113.0', sourcePrefixLength: 24 }],
    ['127.0.0.1', '0.0.0.0/0', { family: 1, ip: '0.0.0.0', sourcePrefixLength: 0 }],
    ['::1', '2001:db8:1200::/40', { family: 2, ip: '2001:db8:1200::', sourcePrefixLength: 40 }],
  ])('to %s carries the subnet %s exactly, over UDP and over TCP', async (address, subnet, expected) => {
    for (const truncate of [false, true]) {
      const { port, seen } = await startServer(address, truncate);
      const answer = await askDns({ address, port }, { name: 'a.b.', type: 65, subnet }, 2_000);
      expect(answer.transport).toBe(truncate ? 'tcp' : 'udp');
      expect(answer.subnet).toEqual({ source: subnet, scope: 20 });
      for (const query of seen) {
        expect(query.questions?.[0]).toMatchObject({ name: 'a.b', type: 'UNKNOWN_65' });
        expect((query.additionals?.[0] as { options?: unknown[] } | undefined)?.options).toMatchObject([expected]);
      }
    }
  });

  it('understands an IPv6 server written the long way', async () => {
    const { port } = await startServer('::1', false);
    const answer = await askDns({ address: '0:0:0:0:0:0:0:1', port }, { name: 'a.b.', type: 1, subnet: null }, 2_000);
    expect(answer.answer).toHaveLength(RECORDS.length);
  });

  it('fails in time when nothing answers', async () => {
    const udp = createSocket('udp4');
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    closers.push(() => udp.close());
    const asked = askDns(
      { address: '127.0.0.1', port: udp.address().port },
      { name: 'a.b.', type: 1, subnet: null },
      100,
    );
    await expect(asked).rejects.toThrow(/timed out/);
  });
});
