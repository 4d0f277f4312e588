/** An endpoint to start from: `www.example.com.`, pool `main`, with a check of its own. */

import { DEFAULT_STEERING, type EndpointSpec } from '../../src/zone/zone-model.ts';
import { checkSpec } from './check-spec.ts';

/** The endpoint at `value` with `fields` in place of the defaults; its check is told by the id `check:VALUE`. */
export function endpointSpec(value: string, fields: Partial<EndpointSpec> = {}): EndpointSpec {
  const spec = {
    zone: 'example.com.',
    name: 'www.example.com.',
    type: 'A',
    pool: 'main',
    region: null,
    value,
    weight: 1,
    drawWeight: fields.weight ?? 1,
    poolShare: null,
    status: 'obey',
    balance: 'weighted',
    recovery: DEFAULT_STEERING.recovery,
    check: { ...checkSpec({ target: value }), id: `check:${value}` },
    ...fields,
  } satisfies Omit<EndpointSpec, 'key'>;
  return { key: [spec.zone, spec.name, spec.type, spec.pool, spec.value].join('|'), ...spec };
}
