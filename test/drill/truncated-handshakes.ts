/**
 * TLS handshakes that stop anywhere: after no octet, in the middle of the ClientHello, after it. Each is ended by the node, in the
 * time that a handshake has, and clients of DoT go on being answered: those cut handshakes take none of their places.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { buildQuery } from '../tools/dns-client.ts';
import { attack, withdraw } from './attackers.ts';
import type { Drill } from './drill.ts';

const CONNECTIONS = 2_000;
const SECONDS = 12;
const OPENED_PER_ROUND = 50;
/** A handshake has 5 s (TLS_HANDSHAKE_MS), and the machine other work. */
const ENDED_WITHIN_MS = 12_000;
const DOT_EVERY_MS = 200;
const DOT_PATIENCE_MS = 4_000;
const DOT_SHARE_MIN = 0.95;

/** Cut handshakes at the ports of DoT and DoH; the stream goes over UDP and plain TCP. */
export const TRUNCATED_HANDSHAKES: Drill = {
  name: 'truncated-handshakes',
  // A thousand handshakes under way at a time, a quarter of a megabyte each, and no more however many come.
  growthMbMax: 384,
  run: async ({ tlsPort, httpsPort, scale, counters }) => {
    const hello = await clientHello();
    const open = new Set<Socket>();
    const honest: Promise<number | null>[] = [];
    const wanted = Math.round(CONNECTIONS * scale);
    let begun = 0;
    const startMs = performance.now();
    while (performance.now() - startMs < Math.max(2, SECONDS * scale) * 1000) {
      for (let i = 0; i < OPENED_PER_ROUND && open.size < wanted; i++) {
        const index = begun++;
        const socket = attack(index % 2 === 0 ? tlsPort : httpsPort, index);
        open.add(socket);
        socket.on('close', () => open.delete(socket));
        socket.resume();
        socket.write(hello.subarray(0, index % (hello.length + 1)));
      }
      if ((performance.now() - startMs) / DOT_EVERY_MS > honest.length) honest.push(askDot(tlsPort));
      await sleep(25);
    }
    const times = await Promise.all(honest);
    const answered = times.filter((time) => time !== null);
    const overMs = performance.now();
    while (open.size > 0 && performance.now() - overMs < ENDED_WITHIN_MS) await sleep(50);
    const left = open.size;
    await withdraw([...open]);
    if (left > 0) throw new Error(`${left} of ${begun} cut handshakes were not ended within ${ENDED_WITHIN_MS} ms`);
    const { tcpEvicted = 0, tcpTimedOut = 0, tlsFailed = 0 } = await counters();
    if (answered.length < times.length * DOT_SHARE_MIN)
      throw new Error(`${answered.length} of ${times.length} clients of DoT were answered`);
    return `${begun} cut handshakes, all ended ${(performance.now() - overMs).toFixed(0)} ms after the last; ${tlsFailed} failed, ${tcpTimedOut} ran out of time, ${tcpEvicted} made room; ${answered.length} of ${times.length} clients of DoT answered, the slowest in ${Math.max(0, ...answered).toFixed(0)} ms`;
  },
};

/** Milliseconds from connecting over TLS to an answer, or null. */
function askDot(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const sinceMs = performance.now();
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    const finish = (tookMs: number | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(tookMs);
    };
    const timer = setTimeout(finish, DOT_PATIENCE_MS, null);
    const query = buildQuery('www.drill.test.', 'A');
    socket.on('secureConnect', () => socket.write(Uint8Array.from([0, query.length, ...query])));
    socket.once('data', () => finish(performance.now() - sinceMs));
    socket.on('error', () => finish(null));
    socket.on('close', () => finish(null));
  });
}

/** The first flight of a real client. */
async function clientHello(): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  client.destroy();
  server.close();
  return hello;
}
