/**
 * What the admin API may be asked, once: every query and body is read by these and `/openapi.json` is made from them. Strict: an
 * unknown key is a slip, and a key that would reach a prototype is one too.
 */

import { z } from 'zod';
import {
  ADMIN_PAGE_MAX,
  ENDPOINT_KEY_CHARS_MAX,
  LOADS_PUSHED_MAX,
  OVERRIDE_MS_MAX,
  OVERRIDE_MS_MIN,
  OVERRIDE_TEXT_CHARS_MAX,
  WHAT_IF_EDITS_MAX,
} from '../base/limits.ts';

const NAME_CHARS_MAX = 1_024;
const name = z.string().min(1).max(NAME_CHARS_MAX);
const target = z.string().min(1).max(ENDPOINT_KEY_CHARS_MAX);
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

/** One name's or zone's records alone, if given. */
export const mapQuery = z.strictObject({ name: name.optional() });

/** What would be otherwise: as the flags of `whatif`. */
export const whatIfBody = z.strictObject({
  down: z.array(target).max(WHAT_IF_EDITS_MAX).default([]),
  weights: z
    .array(z.strictObject({ target, weight: z.int().min(0).max(1_000_000) }))
    .max(WHAT_IF_EDITS_MAX)
    .default([]),
  biases: z
    .array(z.strictObject({ target, bias: z.int().min(-99).max(99) }))
    .max(WHAT_IF_EDITS_MAX)
    .default([]),
  name: name.nullable().default(null),
  load: z.number().positive().max(1e15).nullable().default(null),
});

/** As the flags of `shift add`; `force` makes it whatever it would do to other pools. */
export const shiftBody = z.strictObject({
  scope: z.enum(['region', 'pool', 'endpoint', 'name']),
  target,
  /** 0..1 of the weight; left out with `resume`. */
  factor: z.number().min(0).max(1).optional(),
  resume: z.boolean().default(false),
  /** How long it lasts. */
  seconds: z
    .int()
    .min(OVERRIDE_MS_MIN / 1000)
    .max(OVERRIDE_MS_MAX / 1000),
  reason: z.string().min(1).max(OVERRIDE_TEXT_CHARS_MAX),
  by: z.string().min(1).max(OVERRIDE_TEXT_CHARS_MAX).default('admin API'),
  force: z.boolean().default(false),
});

/** Loads of endpoints. What a report may say is in `health/load-report.ts`, which reads it; here it is any object. */
export const loadsBody = z.strictObject({
  loads: z
    .array(
      z.strictObject({
        endpoint: target.describe('The value of an endpoint, as in a pool of the zone file: 192.0.2.10'),
        name: name.optional().describe('The record at which it stands; left out: all of them'),
        load: z.looseObject({}).meta({
          description:
            'current, target, max, valid_s, or the names of ORCA: application_utilization, cpu_utilization, rps_fractional, eps, named_metrics',
          examples: [
            { current: 412, target: 800, max: 1_200, valid_s: 30 },
            { application_utilization: 0.7, rps_fractional: 120, eps: 1.5 },
          ],
        }),
      }),
    )
    .min(1)
    .max(LOADS_PUSHED_MAX),
});
