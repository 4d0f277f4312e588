/**
 * Whether this process may listen where it was told: root on a public address is one bug away from owning the machine, so it
 * is refused unless the operator insists. On loopback it is only mentioned.
 */

import { isLoopback } from '../admin/loopback.ts';
import type { ListenAddress } from '../server/serve-options.ts';
import { usageFailure } from './command-failure.ts';
import { formatSocketAddress } from './socket-address.ts';

/**
 * A warning for the log, or null. Throws a usage failure when user `uid` (undefined where there are no users) is root,
 * listens beyond loopback and has no `allowRoot`.
 */
export function guardRoot(
  uid: number | undefined,
  listen: readonly ListenAddress[],
  allowRoot: boolean,
): string | null {
  if (uid !== 0) return null;
  const open = listen.find((socket) => !isLoopback(socket.address));
  if (open === undefined) return 'running as root: fine for a look on loopback, not for production';
  if (allowRoot) return 'running as root beyond loopback, as --allow-root allows';
  throw usageFailure(
    `refusing to serve ${formatSocketAddress(open)} as root: run as another user (ports below 1024 need only CAP_NET_BIND_SERVICE), or insist with --allow-root`,
  );
}
