/** Who asks, as far as a decision is concerned: the packet's source and what the resolver said of its client. */

import type { ClientSubnet } from '../wire/client-subnet.ts';

export type SteeringRequest = {
  /** Family and address of the packet's source (IPv4-mapped addresses already unmapped). */
  sourceFamily: 4 | 6;
  readonly sourceWords: Uint32Array;
  /** The query's Client Subnet; `family` 0: it had none. */
  readonly subnet: ClientSubnet;
};
