/**
 * A flood over UDP as forged sources make it: equal parts from many addresses of many networks of loopback, at a steady rate, with
 * the octets of queries and of what they brought back counted.
 */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DnsServer } from '../tools/dns-client.ts';

/** What a flood was, and what it brought. Octets are those of DNS messages. */
export type FloodReport = {
  readonly queries: number;
  readonly answers: number;
  readonly octetsIn: number;
  readonly octetsOut: number;
};

/** Each a /24, by its second and third octet; the first is that of the legitimate stream. */
const NETWORKS = ['0.0', '2.0', '2.1', '3.0'];
const ADDRESSES_PER_NETWORK = 16;
/** Above the addresses of honest clients. */
const FIRST_ADDRESS = 10;
const TICK_MS = 2;
/** A late timer is not made up for by more than this at once: the queue of the server's socket is not what is drilled. */
const BURST_MAX = 128;

/** Sends `queryOf(0)`, `queryOf(1)` … at `perSecond` for `milliseconds`, each from the next address of the crowd. */
export async function flood(
  server: DnsServer,
  perSecond: number,
  milliseconds: number,
  queryOf: (index: number) => Uint8Array,
): Promise<FloodReport> {
  const report = { queries: 0, answers: 0, octetsIn: 0, octetsOut: 0 };
  const crowd = await gather(server, (octets) => {
    report.answers++;
    report.octetsOut += octets;
  });
  const startMs = performance.now();
  let beforeMs = startMs;
  while (performance.now() - startMs < milliseconds) {
    await sleep(TICK_MS);
    const nowMs = performance.now();
    const due = Math.min(BURST_MAX, Math.round(((nowMs - beforeMs) * perSecond) / 1000));
    beforeMs = nowMs;
    for (let i = 0; i < due; i++) {
      const query = queryOf(report.queries);
      crowd[report.queries % crowd.length]!.send(query);
      report.queries++;
      report.octetsIn += query.length;
    }
  }
  // Answers under way.
  await sleep(300);
  for (const socket of crowd) socket.close();
  return report;
}

/** Sockets of all addresses, connected to `server`. */
function gather(server: DnsServer, onAnswer: (octets: number) => void): Promise<Socket[]> {
  const addresses = Array.from({ length: ADDRESSES_PER_NETWORK }, (_, i) =>
    NETWORKS.map((network) => `127.${network}.${FIRST_ADDRESS + i}`),
  ).flat();
  return Promise.all(
    addresses.map(async (address) => {
      const socket = createSocket('udp4');
      socket.on('message', (message) => onAnswer(message.length));
      socket.on('error', () => {});
      socket.bind(0, address);
      await once(socket, 'listening');
      socket.connect(server.dnsPort, server.dnsHost);
      await once(socket, 'connect');
      return socket;
    }),
  );
}
