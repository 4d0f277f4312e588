/** The clocks of Node, for everything outside the simulator. */

import type { Clock } from '../base/clock.ts';

/** Real time. */
export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
