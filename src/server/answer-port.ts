/**
 * The seam between sockets and DNS: a listener puts a query into a buffer and gets the length of the answer that now
 * stands in its place. `worker.ts` builds one over the Transaction; tests of listeners give their own.
 */

import type { IpFamily } from '../base/ip-address.ts';

/**
 * Answers the query of `length` octets at `bytes[start]` in place and returns the answer's octets, 0 for silence. There
 * is room for MESSAGE_BYTES_MAX octets from `start` over TCP, UDP_MESSAGE_BYTES over UDP. `words` is the client's address
 * of `family`, as in `base/ip-address.ts`, and is not kept. Never throws.
 */
export type AnswerPort = (
  bytes: Uint8Array,
  start: number,
  length: number,
  family: IpFamily,
  words: Uint32Array,
) => number;
