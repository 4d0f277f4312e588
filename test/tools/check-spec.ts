/** A complete check to start from: `GET /` over HTTP on loopback, 200 expected. */

import type { CheckSpec } from '../../src/zone/zone-model.ts';

/** The spec with `fields` in place of the defaults; the id tells them all, as a reader's would. */
export function checkSpec(fields: Partial<CheckSpec> = {}): CheckSpec {
  const spec = {
    protocol: 'HTTP',
    target: '127.0.0.1',
    port: 80,
    host: fields.target ?? '127.0.0.1',
    path: '/',
    method: 'GET',
    headers: {},
    expectStatus: [[200, 200]],
    expectText: null,
    expectPattern: null,
    send: null,
    dns: null,
    tlsVerify: true,
    intervalMs: 5_000,
    timeoutMs: 1_500,
    rise: 2,
    fall: 2,
    quorum: 'majority',
    loadPath: null,
    ...fields,
  } satisfies Omit<CheckSpec, 'id'>;
  return { id: JSON.stringify(spec), ...spec };
}
