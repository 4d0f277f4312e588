/** What `serve` says on stdout once it really answers. */

import type { ListenAddress } from '../server/serve-options.ts';
import type { StartReport } from '../server/server.ts';
import { formatSocketAddress } from './socket-address.ts';

/** The line that scripts wait for; its form is a contract (00-overview). */
export function readyLine(started: StartReport, admin: ListenAddress | null): string {
  const plain = started.listen.map((socket) => `dns ${formatSocketAddress(socket)} udp+tcp`);
  const encrypted = started.listenTls.map((socket) => `${socket.service} ${formatSocketAddress(socket)}`);
  const dns = [...plain, ...encrypted].join(', ');
  const api = admin === null ? 'off' : `http://${formatSocketAddress(admin)}`;
  return `meridian ready: ${dns}, admin ${api}, ${started.zones} zones, state ${started.state}`;
}
