/** Timers for listeners under test, whose times nobody reads. */

import type { StreamService } from '../../src/server/serve-options.ts';
import { createServiceTimes, ServiceTimer } from '../../src/server/service-times.ts';

/** One timer. */
export function idleTimer(): ServiceTimer {
  return new ServiceTimer(createServiceTimes(), 0);
}

/** One for each service. */
export function idleTimers(): Readonly<Record<StreamService, ServiceTimer>> {
  return { tcp: idleTimer(), tls: idleTimer(), https: idleTimer() };
}
