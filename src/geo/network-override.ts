/** A network whose place the operator knows better than any database: one entry of geo-data/networks.yaml, complete. */

import type { IpPrefix } from '../base/ip-prefix.ts';

export type NetworkOverride = {
  readonly prefix: IpPrefix;
  /** ISO 3166-1 alpha-2, from the entry or from its region; null when neither says. */
  readonly country: string | null;
  readonly province: string | null;
  /** Degrees; both null or both given. A network placed by region stands at the region's coordinates. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Name in regions.yaml, or null. */
  readonly region: string | null;
};
