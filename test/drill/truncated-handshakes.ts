/** TLS handshakes that stop anywhere: after no octet, in the middle of the ClientHello, after it. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { attack, withdraw } from './attackers.ts';
import type { Drill } from './drill.ts';

const CONNECTIONS = 2_000;
const SECONDS = 12;
const OPENED_PER_ROUND = 50;

/** Cut handshakes at the ports of DoT and DoH; the stream goes over UDP and plain TCP. */
export const TRUNCATED_HANDSHAKES: Drill = {
  name: 'truncated-handshakes',
  run: async ({ tlsPort, httpsPort, scale, counters }) => {
    const hello = await clientHello();
    const open = new Set<Socket>();
    const wanted = Math.round(CONNECTIONS * scale);
    let begun = 0;
    const endMs = performance.now() + Math.max(7, SECONDS * scale) * 1000;
    while (performance.now() < endMs) {
      for (let i = 0; i < OPENED_PER_ROUND && open.size < wanted; i++) {
        const index = begun++;
        const socket = attack(index % 2 === 0 ? tlsPort : httpsPort, index);
        open.add(socket);
        socket.on('close', () => open.delete(socket));
        socket.resume();
        socket.write(hello.subarray(0, index % (hello.length + 1)));
      }
      await sleep(25);
    }
    await withdraw([...open]);
    const { tcpEvicted = 0, tcpTimedOut = 0, tlsFailed = 0 } = await counters();
    if (tcpEvicted + tcpTimedOut + tlsFailed === 0) throw new Error('no handshake was ended');
    return `${begun} cut handshakes, ${tlsFailed} failed, ${tcpTimedOut} ran out of time, ${tcpEvicted} made room`;
  },
};

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
