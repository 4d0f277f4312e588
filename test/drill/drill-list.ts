/** Every drill, in the order in which they run. */

import { AMPLIFICATION } from './amplification.ts';
import { CONNECTION_CHURN } from './connection-churn.ts';
import { DAMAGED_GEO } from './damaged-geo.ts';
import { DAMAGED_ZONES } from './damaged-zones.ts';
import { DISK_TROUBLE } from './disk-trouble.ts';
import type { Drill } from './drill.ts';
import { FEW_DESCRIPTORS, FEW_DESCRIPTORS_AT_START } from './few-descriptors.ts';
import { FLOODS_ANSWERED, FLOODS_LIMITED } from './floods.ts';
import { GIANT_PIPELINES } from './giant-pipelines.ts';
import { LOG_PIPE } from './log-pipe.ts';
import { MAIN_PROCESS_KILLED } from './main-process-killed.ts';
import { MANY_ONLOOKERS } from './many-onlookers.ts';
import { MANY_ZONES } from './many-zones.ts';
import { OVERLAP } from './overlap.ts';
import { QUERY_OF_DEATH } from './query-of-death.ts';
import { RATE_LIMIT_SWITCHED } from './rate-limit-switched.ts';
import { RELOADS_UNDER_LOAD } from './reloads.ts';
import { SCRAPES } from './scrapes.ts';
import { SEND_ERRORS, SEND_ERRORS_DGRAM } from './send-errors.ts';
import { TCP_SLOW_LORIS } from './tcp-slow-loris.ts';
import { TRUNCATED_HANDSHAKES } from './truncated-handshakes.ts';

/** Named here, run by `npm run drill` and, small, by `npm test`. */
export const DRILLS: readonly Drill[] = [
  TCP_SLOW_LORIS,
  CONNECTION_CHURN,
  GIANT_PIPELINES,
  TRUNCATED_HANDSHAKES,
  QUERY_OF_DEATH,
  SEND_ERRORS,
  SEND_ERRORS_DGRAM,
  FEW_DESCRIPTORS_AT_START,
  FEW_DESCRIPTORS,
  LOG_PIPE,
  DISK_TROUBLE,
  DAMAGED_ZONES,
  DAMAGED_GEO,
  FLOODS_ANSWERED,
  FLOODS_LIMITED,
  RATE_LIMIT_SWITCHED,
  AMPLIFICATION,
  RELOADS_UNDER_LOAD,
  MANY_ONLOOKERS,
  SCRAPES,
  MANY_ZONES,
  OVERLAP,
  MAIN_PROCESS_KILLED,
];
