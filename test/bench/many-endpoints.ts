/** A zone of 10,000 endpoints: `n0 … n999.example.com`, each with ten, all of them in every answer while they are up. */

import { ZONE } from './bench-scenario.ts';

/** Steered names. */
export const ENDPOINT_NAMES = 1_000;
/** Endpoints of each name. */
export const ENDPOINTS_PER_NAME = 10;
/** Addresses in an answer when none of them is left; {@link ENDPOINTS_PER_NAME} with all. */
export const ADDRESSES_WITHOUT = 1;

/** The zone file. */
export function manyEndpointsZone(): string {
  const records = Array.from({ length: ENDPOINT_NAMES }, (_, i) => {
    const values = Array.from(
      { length: ENDPOINTS_PER_NAME },
      (_, j) => `{value: ${endpointAddress(i * ENDPOINTS_PER_NAME + j)}}`,
    );
    return `n${i}:
  type: A
  ttl: 5
  value: 127.0.69.9
  dynamic:
    pools:
      all: {values: [${values.join(', ')}]}
    rules:
    - {pool: all}
  octodns:
    healthcheck: {protocol: HTTP, port: 80, path: /}
    meridian: {answers: ${ENDPOINTS_PER_NAME}, healthcheck: {interval: 5, timeout: 1.5}}
`;
  });
  return `---\n'':\n  type: NS\n  values: [ns1.${ZONE}.]\nns1: {type: A, value: 127.0.0.1}\n${records.join('')}`;
}

function endpointAddress(index: number): string {
  return `127.1.${index >> 8}.${index & 255}`;
}

/** The place of the endpoint at `address` in the zone. */
export function endpointIndex(address: string): number {
  const [, , high, low] = address.split('.').map(Number);
  return high! * 256 + low!;
}
