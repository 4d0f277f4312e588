/** Which endpoints the embedded agent may ask. Used by `node-health.ts`. */

import type { EndpointRegistry } from '../health/endpoint-registry.ts';
import type { CheckSpec } from '../zone/zone-model.ts';

/**
 * The checks that health decides by. `status: up` and `down` are the operator's word: such an endpoint is never asked, and
 * no packet goes to it; with another one that obeys, a shared check is made.
 */
export function checksToMake(registry: EndpointRegistry): Map<string, CheckSpec> {
  const checks = new Map<string, CheckSpec>();
  for (const { spec } of registry.endpoints()) if (spec.status === 'obey') checks.set(spec.check.id, spec.check);
  return checks;
}
