/** A pushed load to start from. */

import type { LoadPush } from '../../src/health/load-push.ts';

/** `current` connections of a target of 100 at `endpoint`, good for 10 s and of now, with `fields` in place of these. */
export function loadPush(
  endpoint: string,
  current: number,
  name: string | null = null,
  fields: Partial<LoadPush['load']> = {},
): LoadPush {
  const unsaid = { max: null, utilisation: null, requestsPerSecond: null, errorsPerSecond: null };
  return { endpoint, name, load: { current, target: 100, ...unsaid, validSeconds: 10, ageMs: 0, ...fields } };
}
