/** A listener over batches of system calls, run by hand, and clients of it on loopback. */

import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { formatIpAddress } from '../../src/base/ip-address.ts';
import type { AnswerPort } from '../../src/server/answer-port.ts';
import { ArrivalRate } from '../../src/server/arrival-rate.ts';
import { createListenerCounters } from '../../src/server/listener-counters.ts';
import { loadSystemCalls, type SystemCalls } from '../../src/server/system-calls.ts';
import type { UdpMmsgListener, UdpMmsgListenerInput } from '../../src/server/udp-mmsg-listener.ts';
import { idleTimer } from './service-timer.ts';

/** Of this machine, or why there are none. */
export const calls = loadSystemCalls();
export const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some((entry) => entry.address === '::1'),
);
/** What is closed after each test. */
export const open: { close(): void }[] = [];

/** To be called after each test. */
export function closeAll(): void {
  for (const entry of open.splice(0)) entry.close();
}

/** Sends the message back with `!` behind it, and remembers who asked; stays silent for `quiet`. */
export function echo(clients: string[] = []): AnswerPort {
  return (bytes, start, length, family, words) => {
    clients.push(formatIpAddress({ family, words: words.slice() }));
    if (Buffer.from(bytes.slice(start, start + length)).toString() === 'quiet') return 0;
    bytes[start + length] = 0x21;
    return length + 1;
  };
}

/** What a test does not care about. */
export function idle(systemCalls: SystemCalls): Omit<UdpMmsgListenerInput, 'listen'> {
  return {
    calls: systemCalls,
    answer: echo(),
    counters: createListenerCounters(),
    timer: idleTimer(),
    warmer: null,
    rate: new ArrivalRate(() => 0),
  };
}

export type Heard = { text: string; from: string; port: number };

/** A client socket; `heard` grows as answers come. */
export async function client(type: 'udp4' | 'udp6', bind: string): Promise<{ socket: Socket; heard: Heard[] }> {
  const socket = createSocket(type);
  const heard: Heard[] = [];
  socket.on('message', (message, peer) =>
    heard.push({ text: message.toString(), from: peer.address, port: peer.port }),
  );
  await new Promise<void>((resolve) => socket.bind(0, bind, resolve));
  open.push(socket);
  return { socket, heard };
}

export function send(socket: Socket, text: string, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) =>
    socket.send(text, port, address, (error) => (error ? reject(error) : resolve())),
  );
}

/** Runs batches until `done` or two seconds have passed. */
export async function runUntil(listener: UdpMmsgListener, done: () => boolean): Promise<void> {
  for (const end = Date.now() + 2000; !done() && Date.now() < end; ) {
    listener.runBatch();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
