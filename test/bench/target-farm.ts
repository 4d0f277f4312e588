/**
 * Many HTTP targets in one process of its own: a listener for each, on addresses of 127.0.0.0/8 from 127.1.0.1 on and one port. Whoever
 * asks gets 200 and a close. Started by `probe-load.ts` as `node target-farm.ts COUNT PORT`; prints `ready` once all listen, and
 * the number of requests so far whenever a line comes in.
 */

import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { targetAddress } from './target-address.ts';

const [count, port] = process.argv.slice(2).map(Number) as [number, number];
const RESPONSE = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
const LISTENS_AT_ONCE = 200;
let requests = 0;

function serve(socket: Socket): void {
  socket.on('error', () => {});
  socket.once('data', () => {
    requests += 1;
    socket.end(RESPONSE);
  });
}

function listen(host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer(serve);
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
}

const hosts = Array.from({ length: count }, (_, i) => targetAddress(i));
for (let from = 0; from < count; from += LISTENS_AT_ONCE) {
  await Promise.all(hosts.slice(from, from + LISTENS_AT_ONCE).map(listen));
}
process.stdout.write('ready\n');
const lines = createInterface({ input: process.stdin });
lines.on('line', () => process.stdout.write(`${requests}\n`));
// Nobody is left to probe for.
lines.on('close', () => process.exit(0));
