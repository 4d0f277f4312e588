import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { TCP_FRAME_MS, TCP_IDLE_MS } from '../../../src/base/limits.ts';
import { createListenerCounters } from '../../../src/server/listener-counters.ts';
import { createTcpWork, TcpConnection } from '../../../src/server/tcp-connection.ts';
import { idleTimer } from '../../tools/service-timer.ts';

/** A socket without a network: what is written to it is in `sent`. */
class Wire extends Duplex {
  readonly sent: Buffer[] = [];
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(chunk);
    done();
  }
  setNoDelay(): void {}
}

function open(client = '127.0.0.1') {
  const wire = new Wire({ allowHalfOpen: true });
  const heard: number[] = [];
  const connection = new TcpConnection(wire as unknown as Socket, parseIpAddress(client)!, {
    answer: (_bytes, _start, length) => length,
    counters: createListenerCounters(),
    timer: idleTimer(),
    work: createTcpWork(),
    onQuery: () => heard.push(performance.now()),
    onClose: () => undefined,
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const take = async (...octets: number[]) => {
    wire.push(Buffer.from(octets));
    await turn();
  };
  return { wire, connection, heard, take, turn };
}

describe('TcpConnection', () => {
  it('has little time for a message that has begun, and all the time for none', async () => {
    const { connection, take } = open();
    const idle = connection.deadlineMs(TCP_IDLE_MS) - performance.now();
    expect(idle).toBeGreaterThan(TCP_IDLE_MS - 500);
    await take(0);
    const begun = connection.deadlineMs(TCP_IDLE_MS) - performance.now();
    expect(begun).toBeLessThanOrEqual(TCP_FRAME_MS);
    await take(1, 9);
    expect(connection.deadlineMs(TCP_IDLE_MS) - performance.now()).toBeGreaterThan(TCP_FRAME_MS);
  });

  it('gets no more time for dripping octets', async () => {
    const { connection, take } = open();
    await take(0, 9, 1);
    const deadline = connection.deadlineMs(TCP_IDLE_MS);
    await take(2);
    await take(3);
    expect(connection.deadlineMs(TCP_IDLE_MS)).toBe(deadline);
  });

  it('answers in one write what came in one piece', async () => {
    const { wire, take, heard } = open();
    await take(0, 1, 7, 0, 2, 8, 9, 0);
    expect(wire.sent).toEqual([Buffer.from([0, 1, 7, 0, 2, 8, 9])]);
    expect(heard).toHaveLength(1);
  });

  it('counts an IPv6 /64 as one client, and an IPv4 address', () => {
    expect(open('2001:db8::1').connection.clientKey).toBe(open('2001:db8::ffff:1').connection.clientKey);
    expect(open('2001:db8::1').connection.clientKey).not.toBe(open('2001:db8:0:1::1').connection.clientKey);
    expect(open('127.0.0.1').connection.clientKey).not.toBe(open('127.0.0.2').connection.clientKey);
  });

  it('writes nothing after it has closed its side', async () => {
    const { wire, connection, take, turn } = open();
    connection.finish();
    await turn();
    await take(0, 1, 7);
    expect(wire.sent).toEqual([]);
    expect(wire.errored).toBeNull();
  });
});
