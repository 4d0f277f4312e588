import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/probe/run-check.ts';
import type { CheckSpec, DnsExpectation } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { freePort } from '../../tools/free-port.ts';

type Query = { readonly query: Packet & { id: number; flag_rd?: boolean }; readonly from: RemoteInfo };
type Reply = (asked: Query) => Buffer[];

const never = new AbortController().signal;
let server: Socket | null = null;
let asked: Query[] = [];

const A_RECORDS: Answer[] = [
  { type: 'CNAME', name: 'www.example.com', data: 'WEB.example.com', ttl: 5 },
  { type: 'A', name: 'web.example.com', data: '192.0.2.1', ttl: 5 },
  { type: 'A', name: 'web.example.com', data: '192.0.2.2', ttl: 5 },
];

function response({ query }: Query, answers: Answer[], flags = 0): Buffer {
  return encode({ type: 'response', id: query.id, flags, questions: query.questions, answers } as Packet);
}

/** A DNS server on loopback that answers each question with these datagrams; its port. */
async function start(reply: Reply, address = '127.0.0.1'): Promise<number> {
  const opened = createSocket(address === '::1' ? 'udp6' : 'udp4');
  server = opened;
  asked = [];
  opened.on('message', (message, from) => {
    const one = { query: decode(message) as Query['query'], from };
    asked.push(one);
    for (const datagram of reply(one)) opened.send(datagram, from.port, from.address);
  });
  await new Promise<void>((resolve) => opened.bind(0, address, resolve));
  return opened.address().port;
}

const EXPECTED: DnsExpectation = {
  qname: 'www.example.com',
  qtype: 'A',
  rcode: 'NOERROR',
  answers: [],
  recursive: false,
};

const check = (port: number, dns: Partial<DnsExpectation> = {}, fields: Partial<CheckSpec> = {}) =>
  runCheck(checkSpec({ protocol: 'DNS', port, timeoutMs: 300, dns: { ...EXPECTED, ...dns }, ...fields }), never);

/** Datagram sockets of this process, the server's included. */
const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === 'UDPWRAP').length;

afterEach(() => {
  server?.close();
  server = null;
});

describe('DNS check', () => {
  it('passes the RCODE and the records that are expected, with the time of the answer', async () => {
    const port = await start((one) => [response(one, A_RECORDS)]);
    const result = await check(port, { answers: ['192.0.2.2', '192.0.2.1'] });
    expect(result).toMatchObject({ outcome: 'ok', reason: '', connectMs: null, tlsMs: null });
    expect(result.serverMs).toBeGreaterThan(0);
    expect(asked[0]?.query.questions).toMatchObject([{ name: 'www.example.com', type: 'A' }]);
    expect(asked[0]?.query.flag_rd).toBe(false);
    await check(port, { recursive: true });
    expect(asked[1]?.query.flag_rd).toBe(true);
    expect(await check(port, { qtype: 'CNAME', answers: ['web.example.com.'] })).toMatchObject({ outcome: 'ok' });
  });

  it('fails another RCODE, unless that is the one', async () => {
    const port = await start((one) => [response(one, [], 3)]);
    expect(await check(port)).toMatchObject({ outcome: 'failed', reason: 'rcode NXDOMAIN' });
    expect(await check(port, { rcode: 'NXDOMAIN' })).toMatchObject({ outcome: 'ok' });
  });

  it('fails an answer without a record that is expected, and says when it was cut', async () => {
    const port = await start((one) => [response(one, A_RECORDS)]);
    expect(await check(port, { answers: ['192.0.2.3'] })).toMatchObject({
      outcome: 'failed',
      reason: 'answer lacks expected record',
    });
    server?.close();
    const cut = await start((one) => [response(one, [], 0x0200)]);
    expect(await check(cut, { answers: ['192.0.2.1'] })).toMatchObject({
      reason: 'truncated answer lacks expected record',
    });
    expect(await check(cut)).toMatchObject({ outcome: 'ok' });
  });

  it('asks over IPv6, in whatever form the address is written', async () => {
    const port = await start((one) => [response(one, A_RECORDS)], '::1');
    expect(await check(port, {}, { target: '0:0:0:0:0:0:0:1' })).toMatchObject({ outcome: 'ok' });
  });

  it('draws ids and ports that nobody can guess', async () => {
    const port = await start((one) => [response(one, [])]);
    for (let i = 0; i < 20; i++) await check(port);
    expect(new Set(asked.map(({ query }) => query.id)).size).toBeGreaterThan(15);
    expect(new Set(asked.map(({ from }) => from.port)).size).toBeGreaterThan(15);
  });

  it('leaves no socket behind: answered, silent, refused, or cancelled', async () => {
    const port = await start((one) => (one.query.questions?.[0]?.name === 'silent' ? [] : [response(one, [])]));
    const before = openSockets();
    const controller = new AbortController();
    const cancelled = runCheck(
      checkSpec({ protocol: 'DNS', port, timeoutMs: 300, dns: { ...EXPECTED, qname: 'silent' } }),
      controller.signal,
    );
    const others = [check(port), check(port, { qname: 'silent' }), check(await freePort())];
    controller.abort();
    expect(await cancelled).toMatchObject({ outcome: 'unknown', reason: 'cancelled' });
    expect((await Promise.all(others)).map(({ outcome }) => outcome)).toEqual(['ok', 'failed', 'failed']);
    for (let i = 0; i < 80 && openSockets() > before; i++) await new Promise((done) => setTimeout(done, 25));
    expect(openSockets()).toBe(before);
  });
});

describe('a hostile DNS endpoint costs one bounded check', () => {
  const timeout = { outcome: 'failed', reason: 'timeout after 300 ms (response)' };

  it.each<[string, Reply]>([
    ['silence', () => []],
    ['garbage', () => [Buffer.alloc(100, 0xff), Buffer.alloc(3)]],
    [
      'an answer to another question',
      ({ query }) => [response({ query: { ...query, id: query.id ^ 1 } } as Query, [])],
    ],
    ['a question instead of an answer', ({ query }) => [encode({ ...query, type: 'query' } as Packet)]],
    ['a message longer than any asked for', (one) => [Buffer.concat([response(one, A_RECORDS), Buffer.alloc(4_000)])]],
  ])('%s', async (_, reply) => {
    expect(await check(await start(reply))).toMatchObject(timeout);
  });

  it('names that point in circles', async () => {
    const port = await start(({ query }) => {
      const message = Buffer.alloc(1_200, 0xc0);
      message.writeUInt16BE(query.id, 0);
      message.writeUInt16BE(0x8400, 2);
      for (const at of [4, 6, 8, 10]) message.writeUInt16BE(0xffff, at);
      return [message];
    });
    const startMs = performance.now();
    expect((await check(port, { answers: ['192.0.2.1'] })).outcome).toBe('failed');
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('a flood', async () => {
    const flood = Array.from({ length: 500 }, () => Buffer.alloc(1_200, 0x80));
    const port = await start(() => flood);
    expect(await check(port)).toMatchObject(timeout);
  });
});
