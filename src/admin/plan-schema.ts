/**
 * The shapes of what would be: what-ifs, maps, and shifts that are made or refused for what they would do. As `api-schema.ts`.
 */

import { z } from 'zod';
import type { NodeMap, NodeWhatIf } from '../server/plan-messages.ts';
import { problemShape, shift } from './api-schema.ts';

const text = z.string();
const count = z.number().nonnegative();
const share = z.number().min(0).max(1);

const excess = z.object({
  zone: text,
  name: text,
  type: text,
  pool: text,
  region: text.nullable(),
  load: z.number(),
  loadBefore: z.number(),
  max: z.number(),
  unit: text,
  overBy: z.number(),
});

/** POST /api/v1/shifts: 201 with the shift made; 409 with `over` when it is refused for what it would do. */
export const shiftAddedShape = z.object({ shift, notes: z.array(text) });
/** Of a refused shift. */
export const shiftRefusedShape = problemShape.extend({ over: z.array(excess), notes: z.array(text) });

/** DELETE /api/v1/shifts/:id. */
export const shiftRemovedShape = z.object({ removed: text });

const added = z.object({ clients: count, meanKm: z.number(), p95Km: z.number(), worstKm: z.number() }).nullable();
const beforeAfter = z.object({ before: share, after: share });

/** POST /api/v1/whatif, as `meridian whatif --json` prints it. */
export const whatIfShape = z.object({
  ok: z.boolean(),
  demand: z.object({ source: z.literal('ipv4-addresses'), file: z.null(), geo: text, total: count, notFound: share }),
  change: z.object({
    down: z.array(text),
    weights: z.array(z.object({ target: text, weight: count })),
    biases: z.array(z.object({ target: text, bias: z.number() })),
  }),
  health: z.literal('node'),
  notes: z.array(text),
  movedShare: share,
  added,
  regions: z.array(beforeAfter.extend({ region: text.nullable() })),
  records: z.array(
    z.object({
      zone: text,
      name: text,
      type: text,
      method: text,
      movedShare: share,
      added,
      load: z.number().nullable(),
      pools: z.array(
        beforeAfter.extend({
          pool: text,
          region: text.nullable(),
          capacity: z.object({ target: z.number(), max: z.number(), unit: text }).nullable(),
          loadBefore: z.number().nullable(),
          loadAfter: z.number().nullable(),
          overBy: z.number(),
        }),
      ),
      values: beforeAfter,
      nothing: beforeAfter,
    }),
  ),
  over: z.array(excess),
}) satisfies z.ZodType<NodeWhatIf>;

const countryShares = z.object({
  /** ISO 3166-1 alpha-2; null: not known. */
  country: text.nullable(),
  /** Its part of all clients. */
  clients: share,
  /** One of its addresses, to ask by; null: none is known. */
  client: text.nullable(),
  /** Of its clients, who is served by which pool; `pool` null: the record's own values, or nothing. Largest first. */
  pools: z.array(z.object({ pool: text.nullable(), region: text.nullable(), share })),
});

/** GET /api/v1/map, and POST with a what-if's body: who serves which country, for each steered record. */
export const mapShape = z.object({
  /** How clients are counted. */
  source: text,
  geo: text,
  records: z.array(z.object({ zone: text, name: text, type: text, countries: z.array(countryShares) })),
}) satisfies z.ZodType<NodeMap>;
