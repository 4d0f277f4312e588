/**
 * What the admin API may be asked, once: every query and body is read by these and `/openapi.json` is made from them. Strict: an
 * unknown key is a slip, and a key that would reach a prototype is one too.
 */

import { z } from 'zod';
import { ADMIN_PAGE_MAX } from '../base/limits.ts';

const NAME_CHARS_MAX = 1_024;
const name = z.string().min(1).max(NAME_CHARS_MAX);
const number = (max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().max(max));

/** No query at all. */
export const noQuery = z.strictObject({});

/** A part of a list. */
const pageQuery = z.strictObject({
  offset: number(Number.MAX_SAFE_INTEGER).optional(),
  limit: number(ADMIN_PAGE_MAX).optional(),
});

/** Endpoints, of a name, a region or a pool alone if given. */
export const endpointsQuery = pageQuery.extend({
  name: name.optional(),
  region: name.optional(),
  pool: name.optional(),
});

/** As the command `explain`. */
export const explainQueryShape = z.strictObject({
  name,
  type: z.string().max(20).optional(),
  client: z.string().max(64),
  ecs: z.string().max(64).optional(),
});

/** Events after the one with this id. */
export const eventsQuery = z.strictObject({ after: number(Number.MAX_SAFE_INTEGER).optional() });
