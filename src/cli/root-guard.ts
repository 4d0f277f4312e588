/**
 * Whether this process may listen where it was told: root on a public address is one bug away from owning the machine, so it
 * is refused unless the operator insists. On loopback it is only mentioned.
 */

import { isLoopback } from '../admin/loopback.ts';
import type { ListenAddress } from '../server/serve-options.ts';
import { usageFailure } from './command-failure.ts';
import { formatSocketAddress } from './socket-address.ts';

/** What the decision needs; `uid` is undefined where there are no users. */
export type RootQuestion = {
  readonly uid: number | undefined;
  /** Every address that answers DNS, encrypted or not. */
  readonly listen: readonly ListenAddress[];
  readonly allowRoot: boolean;
  /** Whom root becomes before it listens. */
  readonly user: string | undefined;
};

/**
 * A warning for the log, or null. Throws a usage failure for root that would stay root and listen beyond loopback, without
 * leave to.
 */
export function guardRoot(question: RootQuestion): string | null {
  const { uid, listen, allowRoot, user } = question;
  if (uid !== 0) return user === undefined || uid === undefined ? null : ignoredUser(uid, user);
  if (user !== undefined) return null;
  const open = listen.find((socket) => !isLoopback(socket.address));
  if (open === undefined) return 'running as root: fine for a look on loopback, not for production';
  if (allowRoot) return 'running as root beyond loopback, as --allow-root allows';
  throw usageFailure(
    `refusing to serve ${formatSocketAddress(open)} as root: name a user to become with --user, start as another user (ports below 1024 need only CAP_NET_BIND_SERVICE), or insist with --allow-root`,
  );
}

/** Only root can become somebody else; whoever runs under a unit of systemd is it already. */
function ignoredUser(uid: number, user: string): string | null {
  const isAlready = user === String(uid) || user === process.env.USER || user === process.env.LOGNAME;
  return isAlready
    ? null
    : `user ${user} means nothing here: only root can become another user, and this is user ${uid}`;
}
