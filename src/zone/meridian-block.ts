/**
 * The `octodns: meridian:` block: what octoDNS cannot say. One definition (zod) gives the validation, the types, and the part of
 * the published JSON Schema that describes it; unknown keys are faults.
 *
 * Built from a record's YAML node, read by `octodns-dynamic.ts` (steering, checks) and `yaml-reader.ts` (SOA).
 */

import { z } from 'zod';
import { ANSWERS_MAX } from '../base/limits.ts';
import { isKnownGeo } from './geo-codes.ts';
import { MERIDIAN_HEALTHCHECK } from './meridian-healthcheck.ts';
import { kill, type RecordScope } from './record-scope.ts';
import { fieldOf, isNullNode, pythonText, type YamlMap, type YamlNode } from './yaml-node.ts';
import { scalarText } from './yaml-scalar.ts';

const SECONDS_MAX = 2_147_483_647;
/** Values in one block: far more than anyone writes, and a bound on what aliases can repeat. */
const BLOCK_NODES_MAX = 10_000;
const BLOCK_DEPTH_MAX = 16;

const seconds = z.number().int().min(0).max(SECONDS_MAX);

const capacity = z
  .strictObject({
    target: z.number().positive().describe('Load at which traffic starts to move away'),
    max: z.number().positive().describe('Load that must never be planned for'),
    unit: z.string().min(1).max(32).default('conn').describe('What is counted'),
  })
  .refine((value) => value.target <= value.max, { message: 'capacity target must not be over max', path: ['target'] });

const steering = z.strictObject({
  method: z
    .enum(['rules', 'failover', 'weighted', 'nearest', 'latency'])
    .default('rules')
    .describe('How the catch-all chooses among pools; rules: octoDNS semantics, latency: by what agents measure'),
  pools: z
    .record(
      z.string(),
      z.strictObject({
        region: z
          .string()
          .min(1)
          .max(64)
          .optional()
          .describe('Region of geo-data/regions.yaml that the pool stands for'),
        weight: z.number().int().min(0).max(1_000_000).optional().describe('Share among pools'),
        bias: z
          .number()
          .int()
          .min(-99)
          .max(99)
          .optional()
          .describe('Percent by which distances and latencies shrink (or grow)'),
        capacity: capacity.optional(),
      }),
    )
    .optional()
    .describe("A pool is a region's share of this record"),
  near_tie: z
    .strictObject({
      ratio: z.number().min(0).max(1).default(0.1),
      margin_ms: z.number().min(0).max(1_000).default(5),
    })
    .optional(),
  fence: z
    .array(
      z.strictObject({
        geos: z.array(z.string().refine(isKnownGeo, 'unknown geo code')).min(1),
        pools: z.array(z.string()).min(1),
        on_down: z.enum(['serve_anyway', 'nodata', 'fallback']).default('serve_anyway'),
      }),
    )
    .optional()
    .describe('Clients of these places never leave these pools'),
});

/** The whole block. */
export const MERIDIAN_BLOCK = z.strictObject({
  steering: steering.optional(),
  balance: z
    .enum(['weighted', 'round_robin', 'random', 'hash', 'least_connections', 'least_latency', 'load'])
    .default('weighted')
    .describe('Inside a pool; least_connections, least_latency and load correct weights slowly by what endpoints bear'),
  sticky: z
    .strictObject({
      prefix_v4: z.number().int().min(8).max(32).default(24),
      prefix_v6: z.number().int().min(16).max(128).default(56),
    })
    .optional(),
  answers: z.number().int().min(1).max(ANSWERS_MAX).default(1).describe('Records per answer'),
  ttl: z
    .strictObject({ min: seconds.min(1), max: seconds.min(1) })
    .refine((value) => value.min <= value.max, { message: 'ttl min must not be over max', path: ['min'] })
    .optional()
    .describe('Adaptive TTL'),
  all_down: z
    .enum(['serve_all', 'values', 'first_pool', 'last_good', 'nodata', 'servfail'])
    .default('values')
    .describe('What is answered when no endpoint is left'),
  min_healthy: z.number().min(0).max(1).default(0).describe('Below this share of weight a pool counts as down'),
  trickle: z.number().min(0).max(0.5).default(0).describe('Share of clients that exercise the fallback'),
  ramp: z
    .strictObject({ seconds: z.number().int().min(1).max(86_400), floor: z.number().min(0).max(1).default(0.1) })
    .optional()
    .describe('How the weight of an endpoint grows after it was down'),
  healthcheck: MERIDIAN_HEALTHCHECK.optional(),
  follow: z
    .array(z.enum(['targets', 'hints']))
    .min(1)
    .max(2)
    .optional()
    .describe('SRV, SVCB, HTTPS: leave out targets whose steered name is down; make address hints of its addresses'),
  soa: z
    .strictObject({
      mname: z.string().min(1).max(255).optional().describe('Primary name server'),
      rname: z.string().min(1).max(255).optional().describe('Mailbox of the hostmaster, as a name'),
      refresh: seconds.optional(),
      retry: seconds.optional(),
      expire: seconds.optional(),
      minimum: seconds.optional().describe('TTL of negative answers'),
      ttl: seconds.optional(),
    })
    .optional()
    .describe('Start of authority of the zone; only in a record of the apex'),
});

/** A validated block with its defaults. */
export type MeridianBlock = z.output<typeof MERIDIAN_BLOCK>;
export type MeridianSoa = NonNullable<MeridianBlock['soa']>;

/** The block of a record, or null when there is none or it is wrong (told of `scope`). */
export function readMeridianBlock(scope: RecordScope, octodns: YamlMap): MeridianBlock | null {
  const node = fieldOf(octodns, 'meridian');
  if (node === undefined || isNullNode(node)) return null;
  const budget = { nodes: BLOCK_NODES_MAX };
  const value = plainValue(node, budget, 0);
  if (budget.nodes < 0) {
    kill(scope, 'meridian-too-large', `the meridian block holds more than ${BLOCK_NODES_MAX} values`, node);
    return null;
  }
  const result = MERIDIAN_BLOCK.safeParse(value);
  if (!result.success) {
    for (const issue of result.error.issues.slice(0, 100)) {
      const path = issue.path.map(String);
      const extra = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
      const at = nodeAt(node, extra === undefined ? path : [...path, extra], extra !== undefined);
      kill(scope, 'meridian-invalid', `meridian${path.map((part) => `.${part}`).join('')}: ${issue.message}`, at);
    }
    return null;
  }
  return result.data;
}

/** Tells of pools that the block names and the record does not have. */
export function checkMeridianPools(
  scope: RecordScope,
  block: MeridianBlock,
  octodns: YamlMap,
  pools: ReadonlySet<string>,
): void {
  const named: [string, string[]][] = [
    ...Object.keys(block.steering?.pools ?? {}).map((name): [string, string[]] => [name, ['steering', 'pools', name]]),
    ...(block.steering?.fence ?? []).flatMap((fence, i) =>
      fence.pools.map((name, j): [string, string[]] => [name, ['steering', 'fence', `${i}`, 'pools', `${j}`]]),
    ),
  ];
  for (const [name, path] of named) {
    if (pools.has(name)) continue;
    const at = nodeAt(octodns, ['meridian', ...path], false);
    kill(scope, 'meridian-pool', `meridian names the pool "${name.slice(0, 100)}", which the record does not have`, at);
  }
}

/** Plain values for zod; null-prototype objects, so that no key is special. */
function plainValue(node: YamlNode, budget: { nodes: number }, depth: number): unknown {
  if (budget.nodes-- < 0 || depth > BLOCK_DEPTH_MAX) {
    budget.nodes = -1;
    return null;
  }
  if (node.kind === 'seq') return node.items.map((item) => plainValue(item, budget, depth + 1));
  if (node.kind === 'map') {
    const object: Record<string, unknown> = Object.create(null);
    for (const { key, value } of node.entries.values()) object[pythonText(key)] = plainValue(value, budget, depth + 1);
    return object;
  }
  const { scalar } = node;
  if (scalar.type === 'null') return null;
  if (scalar.type === 'int') return Number(scalar.value);
  if (scalar.type === 'float' || scalar.type === 'bool') return scalar.value;
  return scalarText(scalar);
}

/** Where in a record's `octodns:` the meridian key at `path` stands, for faults. */
export function meridianNode(octodns: YamlMap, ...path: string[]): YamlNode {
  return nodeAt(octodns, ['meridian', ...path], false);
}

/** The node that `path` leads to, as far as it goes; with `asKey` the key itself, for keys that should not be there. */
function nodeAt(root: YamlNode, path: readonly string[], asKey: boolean): YamlNode {
  let node = root;
  for (const [i, part] of path.entries()) {
    const entry = node.kind === 'map' ? node.entries.get(part) : undefined;
    if (entry !== undefined && asKey && i === path.length - 1) return entry.key;
    const next = node.kind === 'seq' ? node.items[Number(part)] : entry?.value;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}
