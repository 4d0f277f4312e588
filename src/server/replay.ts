/**
 * An explanation decided again: the same code over the files of this node, with health, rotation and chance as the trace tells
 * them. The answer is the same octet for octet unless the files, or the places of clients, are no longer what they were; then
 * it says in what they differ.
 */

import { z } from 'zod';
import { parseIpAddress, unmapAddress } from '../base/ip-address.ts';
import { parseIpPrefix } from '../base/ip-prefix.ts';
import { POOLS_MAX, REGION_NUMBERS_MAX, RULES_MAX } from '../base/limits.ts';
import { previousState } from '../base/random.ts';
import { NO_TURN } from '../decision/rotation.ts';
import type { StepTrace, WalkTrace } from '../decision/trace.ts';
import { type ClassTable, compileSingleClass, openClassTable } from '../geo/class-table.ts';
import { createHealthTable, type HealthTable, slotCountOf, storeDissent } from '../health/health-table.ts';
import { WalkEnd } from '../zone/zone-image.ts';
import { type ExplainGround, type Explanation, explainQuery } from './explanation.ts';

/** What was given is no explanation. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

export type Replay = {
  readonly explanation: Explanation;
  /** The answer has the same octets. */
  readonly isSame: boolean;
  /** In what this node's files are not those of the trace. */
  readonly differences: readonly string[];
};

const DIFFERENCES_MAX = 20;

const int32 = z
  .number()
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1);
const recordedPool = z.object({
  pool: z.string(),
  endpoints: z.array(
    z.object({
      value: z.string(),
      weight: z.number(),
      word: int32.nullable(),
      turn: int32.nullable(),
      dissent: int32.default(0),
    }),
  ),
});
const recordedWalk = z.object({
  pools: z
    .array(
      z
        .number()
        .int()
        .min(0)
        .max(POOLS_MAX - 1),
    )
    .min(1)
    .max(POOLS_MAX),
  ties: int32,
  next: z.number().int().min(WalkEnd.NODATA).max(RULES_MAX),
});
const recorded = z.object({
  name: z.string(),
  type: z.string(),
  client: z.string(),
  ecs: z.string().nullable(),
  trace: z.object({
    seed: int32,
    rotationSeed: int32,
    steps: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        rule: z.number().nullable(),
        isSpread: z.boolean().default(false),
        nearest: z.object({ regions: int32, scope: z.number().int().min(0).max(128) }).nullish(),
        pools: z.array(recordedPool),
        scope: z.number().int().min(0).max(128).optional(),
        isFenced: z.boolean().optional(),
        walk: recordedWalk.nullish(),
      }),
    ),
  }),
  agentRegions: z
    .array(z.object({ region: z.string(), number: z.number().int().min(0).max(REGION_NUMBERS_MAX) }))
    .max(REGION_NUMBERS_MAX)
    .default([]),
  answer: z.string(),
});
type Recorded = z.output<typeof recorded>;
type RecordedWalk = z.output<typeof recordedWalk>;

/** Throws {@link ReplayError} when `trace` is not what `explain --json` writes. */
export function replayExplanation(trace: unknown, ground: ExplainGround): Replay {
  const parsed = recorded.safeParse(trace);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ReplayError(`not an explanation: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`);
  }
  const { name, type, client, ecs, trace: told, agentRegions, answer } = parsed.data;
  const { tables } = ground;
  const health = createHealthTable(slotCountOf(tables.health));
  const turns = new Int32Array(slotCountOf(health)).fill(NO_TURN);
  const restored = { health, turns, slots: new Set<number>() };
  const { index, zones } = tables;
  const classTables = [...tables.classTables];
  const walked = new Set<number>();
  const decideAgain = () =>
    explainQuery({
      ...ground,
      agentRegions,
      tables: { index, zones, classTables, health },
      name,
      type,
      client,
      ecs,
      // The seed of the query comes one step after that of its worker.
      seed: previousState(told.seed),
      told: {
        rotationSeed: told.rotationSeed,
        turns: turns.slice(),
        spreads: told.steps.map((step) => step.isSpread),
        nearest: told.steps.map((step) => step.nearest ?? null),
      },
    });
  let explanation = decideAgain();
  // With nothing known the first pool would do; each round makes known what the trace has of the pools reached so far.
  for (let round = 0; round < POOLS_MAX; round++) {
    const isWalkNew = restoreWalks(parsed.data, explanation, classTables, walked);
    if (!restore(told.steps, explanation.trace.steps, restored) && !isWalkNew) break;
    explanation = decideAgain();
  }
  const differences = differencesOf(told.steps, explanation.trace.steps).slice(0, DIFFERENCES_MAX);
  return { explanation, isSame: explanation.answer === answer, differences };
}

/** Puts the walks of the trace that measurements had a part in where the groups are on this node; false when nothing is new. */
function restoreWalks(
  told: Recorded,
  { trace, client, ecs }: Explanation,
  classTables: (ClassTable | null)[],
  restored: Set<number>,
): boolean {
  const before = restored.size;
  for (const [i, { group, placedBy, scope, rule, walk }] of trace.steps.entries()) {
    const then = told.trace.steps[i];
    if (group < 0 || restored.has(group) || walk === null || !then?.walk || !fits(then.walk, walk)) continue;
    const address = placedBy === 'client subnet' && ecs !== null ? parseIpPrefix(ecs) : parseIpAddress(client);
    if (address === null || typeof address === 'string') continue;
    restored.add(group);
    const { family } = unmapAddress(address);
    const length = Math.min(then.scope ?? scope, family === 4 ? 32 : 128);
    const walkThen = { ...then.walk, isFenced: then.isFenced ?? false };
    const image = compileSingleClass(unmapAddress(address), length, walkThen, walk.base, (rule ?? 1) - 1);
    classTables[group] = openClassTable(image, null);
  }
  return restored.size > before;
}

/** True if a walk of the trace can be one of the record as it is on this node. */
function fits(then: RecordedWalk, { base, poolCount }: WalkTrace): boolean {
  const { pools, ties, next } = then;
  return ties >= 0 && ties <= pools.length && next < base && pools.every((pool) => pool < poolCount);
}

/** Puts words and turns of the trace where the endpoints are on this node; false when nothing is new. */
function restore(
  told: Recorded['trace']['steps'],
  steps: readonly StepTrace[],
  restored: { health: HealthTable; turns: Int32Array; slots: Set<number> },
): boolean {
  const before = restored.slots.size;
  for (const [i, step] of steps.entries()) {
    for (const pool of step.pools) {
      const toldPool = told[i]?.pools.find((each) => each.pool === pool.pool);
      for (const [j, { slot, value }] of pool.endpoints.entries()) {
        const toldEndpoint = toldPool?.endpoints[j];
        if (slot < 0 || restored.slots.has(slot) || toldEndpoint?.value !== value) continue;
        restored.slots.add(slot);
        if (toldEndpoint.word !== null) restored.health[slot] = toldEndpoint.word;
        storeDissent(restored.health, slot, toldEndpoint.dissent);
        restored.turns[slot] = toldEndpoint.turn ?? NO_TURN;
      }
    }
  }
  return restored.slots.size > before;
}

function differencesOf(told: Recorded['trace']['steps'], steps: readonly StepTrace[]): string[] {
  const differences: string[] = [];
  if (told.length !== steps.length) differences.push(`${told.length} decisions then, ${steps.length} now`);
  for (const [i, step] of steps.entries()) {
    const then = told[i];
    if (then === undefined) break;
    const what = `${then.name} ${then.type}`;
    if (then.name !== step.name || then.type !== step.type)
      differences.push(`${what} is ${step.name} ${step.type} now`);
    if (then.rule !== step.rule)
      differences.push(`${what}: rule ${then.rule ?? 'of a fence'} then, ${step.rule ?? 'of a fence'} now`);
    const line = (pools: Recorded['trace']['steps'][number]['pools']) =>
      pools.map(
        ({ pool, endpoints }) => `${pool} (${endpoints.map((each) => `${each.value} ${each.weight}`).join(', ')})`,
      );
    const [before, now] = [line(then.pools), line(step.pools)];
    for (let pool = 0; pool < Math.max(before.length, now.length); pool++) {
      if (before[pool] === now[pool]) continue;
      differences.push(`${what}: pool ${before[pool] ?? 'none'} then, ${now[pool] ?? 'none'} now`);
    }
  }
  return differences;
}
