/**
 * What the log says of checks: each change of what is seen of an endpoint, a load report that is not believed, and what no check
 * of this host can do. Never a line per check.
 *
 * Used by {@link ProbeAgent}.
 */

import type { Logger } from 'pino';
import type { CheckSpec } from '../zone/zone-model.ts';
import { type CheckRecord, recordReason } from './check-record.ts';
import { pingTrouble } from './ping-socket.ts';

/** Where agents log. */
export type CheckLog = Pick<Logger, 'debug' | 'info' | 'warn'>;

/** `record` became `next`, of another state. */
export function logChange(log: CheckLog, record: CheckRecord, next: CheckRecord): void {
  const { id, target, port } = next.spec;
  const entry = { event: 'check-state', check: id, target, port, from: record.state, to: next.state };
  const reason = recordReason(next);
  if (next.state === 'up') {
    const text = 'endpoint is up, as seen from here';
    // Thousands at every start, of no interest: all is well.
    if (record.results === 0) log.debug(entry, text);
    else log.info(entry, text);
  } else if (next.state === 'down') log.warn({ ...entry, reason }, 'endpoint is down, as seen from here');
  else log.warn({ ...entry, reason }, 'endpoint cannot be judged from here');
}

/** The load report of the endpoint was refused. */
export function logRefusedLoad(log: CheckLog, { id, target }: CheckSpec, reason: string): void {
  log.warn({ event: 'load-refused', check: id, target, reason }, 'the load report of the endpoint is not believed');
}

/** Tells once for all checks what each ICMP check would say of itself where the host forbids them. True if there are any. */
export function logIcmpTrouble(log: CheckLog, checks: Iterable<CheckSpec>): boolean {
  if (![...checks].some(({ protocol }) => protocol === 'ICMP')) return false;
  const reason = pingTrouble();
  const text = 'ICMP checks cannot be made here: their endpoints count as unknown and are served';
  if (reason !== null) log.warn({ event: 'icmp-forbidden', reason }, text);
  return true;
}
