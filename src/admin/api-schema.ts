/**
 * The shapes of what the admin API answers, once: `/openapi.json` is made from them, the page takes its types from here, and tests
 * hold every answer to them. What is asked is in `request-schema.ts`. Fields are added, never changed.
 *
 * `…Ms`: milliseconds, of the wall clock where a moment is meant; shares are 0..1, null of nothing; missing data is null.
 */

import { z } from 'zod';
import type { NodeStatus as ClusterNode } from '../health/node-status.ts';
import type { LoadsTaken } from '../redis/load-feed.ts';
import type { DemandReport } from '../server/demand-counts.ts';
import type {
  AgentStatus,
  EndpointStatus,
  PoolShare,
  ReloadReport,
  ShiftStatus,
  WorkerStatus,
  ZoneStatus,
} from '../server/node-status.ts';

const text = z.string();
const count = z.number().nonnegative();
const share = z.number().min(0).max(1);
const verdict = z.enum(['up', 'down', 'unknown']);

const fault = z.object({
  file: text,
  line: count,
  column: count,
  severity: z.enum(['error', 'warning']),
  code: text,
  record: text.nullable(),
  type: text.nullable(),
  message: text,
});

/** Every refusal and failure. */
export const problemShape = z.object({ error: text });

/** GET /api/v1/node: how the node is, in short. */
export const nodeShape = z.object({
  node: text,
  cluster: text,
  version: text,
  pid: count,
  uptimeSeconds: count,
  state: z.enum(['embedded', 'redis']),
  /** NORMAL, HOLD (verdicts frozen: say so), SELF (the node checks by itself), BLIND. */
  mode: text,
  modeReason: text.nullable(),
  modeHeldMs: count,
  /** Of the store, in words; null: well. */
  storeTrouble: text.nullable(),
  listen: z.array(z.object({ address: text, port: count })),
  transport: z.enum(['mmsg', 'dgram', 'none']),
  zones: z.object({ serving: count, lastGood: count, refused: count }),
  endpoints: z.object({ up: count, down: count, unknown: count, barred: count }),
  agents: z.object({ fresh: count, known: count }),
  regions: z.object({ fresh: count, known: count }),
  shifts: count,
  queries: count,
  /** Of the last ten seconds or so; null in the first. */
  queriesPerSecond: z.number().nullable(),
  workers: z.array(
    z.object({
      role: z.enum(['udp', 'stream', 'tls']),
      index: count,
      state: z.enum(['starting', 'ready', 'dead']),
      restarts: count,
    }),
  ) satisfies z.ZodType<readonly WorkerStatus[]>,
  geo: z.object({ source: text, note: text.nullable(), cached: z.boolean(), faults: z.array(fault) }),
  warnings: z.array(text),
  /** Whether changes need a bearer token here. */
  needsToken: z.boolean(),
  nowMs: count,
});

/** GET /api/v1/zones. */
export const zonesShape = z.object({
  zones: z.array(
    z.object({
      zone: text,
      state: z.enum(['serving', 'last-good', 'refused']),
      serial: count,
      names: count,
      records: count,
      dynamics: count,
      loadedAtMs: count,
      faults: z.array(fault),
      errors: count,
      warnings: count,
    }),
  ) satisfies z.ZodType<readonly ZoneStatus[]>,
});

/** GET /api/v1/regions: those of regions.yaml, of pools and of agents together. */
export const regionsShape = z.object({
  regions: z.array(
    z.object({
      region: text,
      /** What people call it, and where it is; null where regions.yaml does not say. */
      label: text.nullable(),
      latitude: z.number().nullable(),
      longitude: z.number().nullable(),
      agents: z.object({ fresh: count, known: count }),
      endpoints: z.object({ up: count, down: count, unknown: count, barred: count }),
      /** Median of what its fresh agents measure to endpoints that are up. */
      latencyMs: z.number().nullable(),
      /** Records answered out of its pools, within `windowSeconds`. */
      answers: count,
      answeredShare: share.nullable(),
    }),
  ),
  windowSeconds: count,
});

const agents = z.array(
  z.object({
    agent: text,
    region: text,
    fresh: z.boolean(),
    ageSeconds: count,
    boot: text,
    checks: count,
    lagMs: count.nullable(),
  }),
) satisfies z.ZodType<readonly AgentStatus[]>;

/** GET /api/v1/agents. */
export const agentsShape = z.object({ agents });

const endpoint = z.object({
  key: text,
  zone: text,
  name: text,
  type: text,
  pool: text,
  region: text.nullable(),
  value: text,
  weight: count,
  status: z.enum(['obey', 'up', 'down']),
  verdict,
  barred: z.boolean(),
  correction: z
    .object({
      factor: z.number(),
      load: z.number().nullable(),
      mean: z.number().nullable(),
      standing: z.enum(['used', 'frozen', 'stale']),
      /** Who brought the load report behind it: an agent that asked, or a push; null: none was needed, or there is none. */
      source: z.enum(['agent', 'push']).nullable(),
      condition: z.enum(['settled', 'moving', 'out']),
      terms: z.record(text, z.number()),
    })
    .nullable(),
  check: text,
  votes: z.array(z.object({ region: text, vote: verdict })),
  drawWeight: count,
  /** Of the draw weight, by ramp, shifts and correction. */
  factor: share,
  poolShare: z.number().nullable(),
  answers: z.object({ total: count, recent: count }),
}) satisfies z.ZodType<EndpointStatus>;

/** GET /api/v1/status; its parts are those of the other routes. */
export const statusShape = z.looseObject({
  node: text,
  mode: text,
  counters: z.record(text, z.number()),
  endpoints: z.array(endpoint),
});

/** GET /api/v1/endpoints: a part of the list, in the order of the zones. */
export const endpointsShape = z.object({
  total: count,
  offset: count,
  windowSeconds: count,
  endpoints: z.array(
    endpoint.extend({
      /** A check failed and the regions have not agreed yet; a shift is in force on it. */
      suspect: z.boolean(),
      shifted: z.boolean(),
      /** What fresh agents measure, by region. */
      latencies: z.array(z.object({ region: text, ms: count, deviationMs: count })),
      /** Damping of flaps (1000 a down, halved every five minutes), and for how long it is still held back. */
      penalty: count,
      heldSeconds: count,
      /** The newest load report, and whether it still counts; null: none. */
      load: z
        .object({
          current: z.number().nullable(),
          target: z.number().nullable(),
          max: z.number().nullable(),
          utilisation: z.number().nullable(),
          requestsPerSecond: z.number().nullable(),
          errorsPerSecond: z.number().nullable(),
          ageSeconds: count,
          standing: z.enum(['used', 'frozen', 'stale']),
          source: z.enum(['agent', 'push']),
        })
        .nullable(),
      /** Changes of its verdict that this node has seen, oldest first, at most 20. */
      transitions: z.array(z.object({ atMs: count, verdict })),
    }),
  ),
});

/** GET /api/v1/shares: answered against configured. */
export const sharesShape = z.object({
  windowSeconds: count,
  lastResortAnswers: z.object({ total: count, recent: count }),
  pools: z.array(
    z.object({
      zone: text,
      name: text,
      type: text,
      pool: text,
      region: text.nullable(),
      configuredShare: share.nullable(),
      answers: count,
      answeredShare: share.nullable(),
      endpoints: z.array(
        z.object({
          key: text,
          value: text,
          weight: count,
          configuredShare: z.number(),
          effectiveWeight: count,
          effectiveShare: z.number().nullable(),
          answers: count,
          answeredShare: share.nullable(),
        }),
      ),
    }),
  ) satisfies z.ZodType<readonly PoolShare[]>,
});

/** GET /api/v1/demand. */
export const demandShape = z.object({
  windowSeconds: count,
  queriesPerSample: count,
  samples: count,
  places: z.array(z.object({ place: text, queries: count })),
}) satisfies z.ZodType<DemandReport>;

/** GET /api/v1/cluster: every DNS node heard of within a minute, and every agent within a day, through the store. */
export const clusterShape = z.object({
  /** Why the list may be old or empty, or null. */
  trouble: text.nullable(),
  nodes: z.array(
    z.object({
      node: text,
      boot: text,
      seq: count,
      version: text,
      mode: z.enum(['NORMAL', 'HOLD', 'SELF', 'BLIND']),
      modeReason: text.nullable(),
      modeHeldMs: count,
      uptimeMs: count,
      listen: z.array(text),
      zones: count,
      checksUp: count,
      checksDown: count,
      checksUnknown: count,
      downChecks: z.array(text),
      unknownChecks: z.array(text),
      regionsFresh: count,
      regionsKnown: count,
    }),
  ) satisfies z.ZodType<readonly ClusterNode[]>,
  agents,
});

/** One shift. */
export const shift = z.object({
  id: text,
  scope: text,
  target: text,
  factor: share,
  isResume: z.boolean(),
  by: text,
  reason: text,
  leftSeconds: count,
}) satisfies z.ZodType<ShiftStatus>;

/** GET /api/v1/shifts. */
export const shiftsShape = z.object({ shifts: z.array(shift) });

/** GET /api/v1/explain, as `meridian explain --json` prints it; the steps are those of `decision/trace-step.ts`. */
export const explainShape = z.looseObject({
  name: text,
  type: text,
  client: text,
  ecs: text.nullable(),
  path: z.array(z.looseObject({ name: text, zone: text, found: text, by: text.nullable() })),
  trace: z.object({
    seed: z.number(),
    rotationSeed: z.number(),
    steps: z.array(z.looseObject({})),
    followed: z.array(z.looseObject({})),
  }),
  endpoints: z.array(z.looseObject({ key: text })),
  answer: text,
});

/** POST /api/v1/loads. */
export const loadsShape = z.object({
  /** Health checks that took a report; every endpoint with such a check has it. */
  checks: count,
  /** Whether the other nodes have been told; if not, this one alone goes by it, and `trouble` says why. */
  shared: z.boolean(),
  trouble: text.nullable(),
}) satisfies z.ZodType<LoadsTaken>;

/** POST /api/v1/reload; 409 when a file was refused. */
export const reloadShape = z.object({
  ok: z.boolean(),
  changed: z.array(text),
  added: z.array(text),
  removed: z.array(text),
  refused: z.array(text),
  faults: z.array(fault),
  milliseconds: count,
}) satisfies z.ZodType<ReloadReport>;

/**
 * One thing that happened. `kind` is the word by which the log names it: verdict, mode, reload, shift, agent, store, guard,
 * zone-fault, zone-refused, zone-loaded, worker-died …; `data` is what the log line holds besides.
 */
export const eventShape = z.object({
  /** Rises by one; begins anew with the process. */
  id: count,
  atMs: count,
  level: z.enum(['info', 'warn', 'error']),
  kind: text,
  message: text,
  data: z.record(text, z.unknown()),
});

/** GET /api/v1/events/recent, oldest first. */
export const eventsShape = z.object({
  /** Of this process: ids of another are of other events. */
  boot: text,
  events: z.array(eventShape),
});

/** Sent by GET /api/v1/events as `event: pulse` every two seconds; every {@link eventShape} comes as `event: event` with its id. */
export const pulseShape = z.object({
  nowMs: count,
  mode: text,
  modeReason: text.nullable(),
  queries: count,
  queriesPerSecond: z.number().nullable(),
  endpoints: z.object({ up: count, down: count, unknown: count, barred: count }),
  /** Of the last event. */
  lastEvent: count,
});

const series = z.array(z.number().nullable());

/** GET /api/v1/history: rings of samples, oldest first; the last one is of `endMs`. */
export const historyShape = z.object({
  intervalMs: count,
  endMs: count,
  queriesPerSecond: series,
  /** Milliseconds, median over endpoints. */
  /** `states`: a letter a sample, u none of its endpoints is out, p a part, d all, ? not known. */
  regions: z.array(z.object({ region: text, states: text, latencyMs: series })),
  total: count,
  /** Of the endpoints asked for (`offset`, `limit`). `states`: a letter a sample, u up, d down, h held back though not down, ? unknown. */
  endpoints: z.array(z.object({ key: text, states: text, latencyMs: series })),
});
