/** A shift to start from: region `eu-west` drained for an hour. */

import type { Override } from '../../src/health/override.ts';

/** The shift with `fields` in place of the defaults; made at `createdMs`, it lasts an hour. */
export function shift(id: string, fields: Partial<Override> = {}): Override {
  const createdMs = fields.createdMs ?? 1_790_000_000_000;
  return {
    id,
    scope: 'region',
    target: 'eu-west',
    factor: 0,
    isResume: false,
    reason: 'maintenance',
    by: 'ann',
    createdMs,
    expiresMs: createdMs + 3_600_000,
    ...fields,
  };
}
