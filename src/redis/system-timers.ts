/** The timers of Node, for everything outside the simulator. */

import type { Timers } from '../base/timers.ts';

/** Real time. */
export const systemTimers: Timers = {
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  every: (ms, work) => {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
  nextTurn: (work) => {
    const immediate = setImmediate(work);
    return () => clearImmediate(immediate);
  },
};
