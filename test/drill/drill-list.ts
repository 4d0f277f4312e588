/** Every drill, in the order in which they run. */

import { CONNECTION_CHURN } from './connection-churn.ts';
import { DAMAGED_GEO } from './damaged-geo.ts';
import type { Drill } from './drill.ts';
import { FEW_DESCRIPTORS } from './few-descriptors.ts';
import { FLOODS_ANSWERED, FLOODS_LIMITED } from './floods.ts';
import { GIANT_PIPELINES } from './giant-pipelines.ts';
import { LOG_PIPE } from './log-pipe.ts';
import { MAIN_PROCESS_KILLED } from './main-process-killed.ts';
import { QUERY_OF_DEATH } from './query-of-death.ts';
import { RELOADS_UNDER_LOAD } from './reloads.ts';
import { TCP_SLOW_LORIS } from './tcp-slow-loris.ts';
import { TRUNCATED_HANDSHAKES } from './truncated-handshakes.ts';

/** Named here, run by `npm run drill` and, small, by `npm test`. */
export const DRILLS: readonly Drill[] = [
  TCP_SLOW_LORIS,
  CONNECTION_CHURN,
  GIANT_PIPELINES,
  TRUNCATED_HANDSHAKES,
  QUERY_OF_DEATH,
  FEW_DESCRIPTORS,
  LOG_PIPE,
  DAMAGED_GEO,
  FLOODS_ANSWERED,
  FLOODS_LIMITED,
  RELOADS_UNDER_LOAD,
  MAIN_PROCESS_KILLED,
];
