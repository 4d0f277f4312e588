/** What the worker pool says in the log. */

import type { Logger } from 'pino';
import type { PoolEvent } from './worker-pool.ts';

/** One event as one line. */
export function logPool(log: Logger, event: PoolEvent): void {
  const who = `${event.role} worker ${event.index}`;
  switch (event.event) {
    case 'worker-died':
      log.error(event, `${who} died and is started again`);
      return;
    case 'worker-stalled':
      log.error(event, `${who} does not answer any more and is ended`);
      return;
    case 'worker-defect':
      log.error(event, `${who} met a bug of Meridian; that query got SERVFAIL, please report it`);
      return;
    case 'worker-replaced':
      log.info(event, `${who} runs again`);
      return;
  }
}
