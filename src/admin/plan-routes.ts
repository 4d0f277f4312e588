/** The routes that plan and move traffic: what-ifs, maps, shifts. Part of the table in `api-routes.ts`. */

import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { PlanError, type PlannedChange } from '../decision/planned-change.ts';
import { recordText } from '../health/load-push.ts';
import { encodeOverride, type Override, parseOverride } from '../health/override.ts';
import { StoreError } from '../redis/state-store.ts';
import type { ShiftVerdict } from '../server/plan-messages.ts';
import { PlannerBusyError } from '../server/planner.ts';
import type { AdminNode } from './api-ground.ts';
import { type ApiRoute, defineRoute, healthOf, RouteProblem } from './api-route.ts';
import { shiftsShape } from './api-schema.ts';
import { mapShape, shiftAddedShape, shiftRefusedShape, shiftRemovedShape, whatIfShape } from './plan-schema.ts';
import { mapQuery, noQuery, shiftBody, whatIfBody } from './request-schema.ts';

const ID_BYTES = 4;
const NO_CHANGE = { down: [], edits: { weights: [], biases: [] }, load: null };

const PLANS: readonly ApiRoute[] = [
  defineRoute({
    method: 'POST',
    path: '/api/v1/whatif',
    operation: 'whatIf',
    summary: 'What would move, and who would be over capacity, from the health of now. Nothing is applied.',
    query: noQuery,
    body: whatIfBody,
    answers: { 200: whatIfShape },
    isQuestion: true,
    run: async ({ body }, { node }) => ({
      status: 200,
      json: await planned(() => node.planner.ask({ kind: 'what-if', change: changeOf(body) })),
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/map',
    operation: 'map',
    summary: 'Which pools serve which country now, record by record.',
    query: mapQuery,
    body: null,
    answers: { 200: mapShape },
    run: async ({ query }, { node }) => {
      const change = { ...NO_CHANGE, name: absolute(query.name ?? null) };
      return { status: 200, json: await planned(() => node.planner.ask({ kind: 'map', change })) };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/map',
    operation: 'mapWhatIf',
    summary: 'The same as it would be after a change. Nothing is applied.',
    query: noQuery,
    body: whatIfBody,
    answers: { 200: mapShape },
    isQuestion: true,
    run: async ({ body }, { node }) => ({
      status: 200,
      json: await planned(() => node.planner.ask({ kind: 'map', change: changeOf(body) })),
    }),
  }),
];

const SHIFTS: readonly ApiRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/shifts',
    operation: 'shifts',
    summary: "The operators' shifts in force on this node, the next to end first.",
    query: noQuery,
    body: null,
    answers: { 200: shiftsShape },
    run: (_, { node }) => ({ status: 200, json: { shifts: node.health?.shifts() ?? [] } }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/shifts',
    operation: 'addShift',
    summary: 'Makes a shift, for all nodes; 409 when it would take another pool over its maximum, unless forced.',
    query: noQuery,
    body: shiftBody,
    answers: { 201: shiftAddedShape, 409: shiftRefusedShape },
    run: async ({ body }, { node, log }) => {
      const override = overrideOf(body);
      const { over, notes } = body.force ? UNJUDGED : await judge(node, override);
      if (over.length > 0) {
        const error = 'the shift would take pools over their maximum and is not made; "force" makes it all the same';
        return { status: 409, json: { error, over, notes } };
      }
      const kept = await stored(() => healthOf(node).addShift(override));
      tellAudit(log, 'added', { ...kept, isForced: body.force });
      const { createdMs, expiresMs, ...shift } = override;
      const leftSeconds = (expiresMs - createdMs) / 1000;
      return { status: 201, json: { shift: { ...shift, leftSeconds }, notes } };
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/shifts/:id',
    operation: 'removeShift',
    summary: 'Takes a shift back; weights grow back.',
    query: noQuery,
    body: null,
    answers: { 200: shiftRemovedShape },
    run: async ({ id }, { node, log }) => {
      if (!(await stored(() => healthOf(node).removeShift(id)))) throw new RouteProblem(404, 'there is no such shift');
      tellAudit(log, 'removed', { id });
      return { status: 200, json: { removed: id } };
    },
  }),
];

/** The table of them. */
export const PLAN_ROUTES: readonly ApiRoute[] = [...PLANS, ...SHIFTS];

const UNJUDGED: ShiftVerdict = { over: [], notes: ['forced: capacities were not looked at'] };

function judge(node: AdminNode, override: Override): Promise<ShiftVerdict> {
  return planned(() => node.planner.ask({ kind: 'shift', override }));
}

/** Who did what, by the API; that it is in force is told by the shift feed of every node. */
function tellAudit(log: Logger, change: string, what: object): void {
  log.warn({ event: 'shift-request', change, ...what }, `shift ${change} through the admin API`);
}

function changeOf({ down, weights, biases, name, load }: z.output<typeof whatIfBody>): PlannedChange {
  return { down, edits: { weights, biases }, name: absolute(name), load };
}

function overrideOf(body: z.output<typeof shiftBody>): Override {
  const { scope, resume, factor, reason, by, seconds } = body;
  if (resume !== (factor === undefined))
    throw new RouteProblem(400, 'a shift has a "factor" of 0..1, or is a "resume" that has none');
  const createdMs = Date.now();
  const slash = body.target.indexOf('/');
  const inPool = `${recordText(body.target.slice(0, slash))}/${body.target.slice(slash + 1)}`;
  const target = scope === 'name' ? recordText(body.target) : scope === 'pool' && slash > 0 ? inPool : body.target;
  const id = randomBytes(ID_BYTES).toString('hex');
  const times = { createdMs, expiresMs: createdMs + seconds * 1000 };
  const override = { id, scope, target, factor: factor ?? 1, isResume: resume, reason, by, ...times };
  const read = parseOverride(encodeOverride(override));
  if ('fault' in read) throw new RouteProblem(400, `this shift is not possible: ${read.fault}`);
  return override;
}

function absolute(name: string | null): string | null {
  return name === null ? null : recordText(name);
}

async function planned<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PlanError) throw new RouteProblem(400, error.message);
    if (error instanceof PlannerBusyError) throw new RouteProblem(429, error.message);
    throw error;
  }
}

async function stored<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof StoreError) throw new RouteProblem(503, error.message);
    throw error;
  }
}
