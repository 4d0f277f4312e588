/** Everything that is fuzzed. */

import { ADMIN_TARGET } from './admin-target.ts';
import { DOH_TARGET } from './doh-target.ts';
import { FRAMING_TARGET } from './framing-target.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { MMDB_TARGET } from './mmdb-target.ts';
import { OPERATOR_TARGET } from './operator-target.ts';
import { PROXY_TARGET } from './proxy-target.ts';
import { QUERY_TARGET } from './query-target.ts';
import { REDIS_TARGET } from './redis-target.ts';
import { ZONE_MASTER_TARGET } from './zone-master-target.ts';
import { ZONE_YAML_TARGET } from './zone-yaml-target.ts';

/** In the order in which they run. */
export const TARGETS: readonly FuzzTarget[] = [
  QUERY_TARGET,
  PROXY_TARGET,
  FRAMING_TARGET,
  DOH_TARGET,
  ZONE_YAML_TARGET,
  ZONE_MASTER_TARGET,
  MMDB_TARGET,
  REDIS_TARGET,
  OPERATOR_TARGET,
  ADMIN_TARGET,
];
