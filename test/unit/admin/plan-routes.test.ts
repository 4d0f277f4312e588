import { pino } from 'pino';
import { expect, it } from 'vitest';
import { RouteProblem } from '../../../src/admin/api-route.ts';
import { PLAN_ROUTES } from '../../../src/admin/plan-routes.ts';
import { shiftBody } from '../../../src/admin/request-schema.ts';
import { PlanError } from '../../../src/decision/planned-change.ts';
import type { Override } from '../../../src/health/override.ts';
import { StoreError } from '../../../src/redis/state-store.ts';
import { PlannerBusyError } from '../../../src/server/planner.ts';
import { sampleNode } from './sample-node.ts';

const SHIFT = { scope: 'pool', target: 'www.example/eu', factor: 0, seconds: 600, reason: 'drill', by: 'ann' };

function world(options: { over?: object[]; fails?: Error; planFails?: Error } = {}) {
  const made: Override[] = [];
  const lines: Record<string, unknown>[] = [];
  const health = {
    shifts: () => [],
    addShift: async (override: Override) => {
      if (options.fails) throw options.fails;
      made.push(override);
      return override;
    },
    removeShift: async (id: string) => id === 'known',
  };
  const planner = {
    ask: async () => {
      if (options.planFails) throw options.planFails;
      return { over: options.over ?? [], notes: [] };
    },
  };
  const node = sampleNode({ health: health as never, planner: planner as never });
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const run = async (method: string, path: string, body: object | null = null, id = '') =>
    PLAN_ROUTES.find((route) => route.method === method && route.path === path)!.run(
      { query: {} as never, body: (body === null ? null : shiftBody.parse(body)) as never, id },
      { node, log, needsToken: false },
    );
  return { run, made, lines };
}

it('makes a shift and says so in the log', async () => {
  const { run, made, lines } = world();
  const reply = await run('POST', '/api/v1/shifts', SHIFT);
  expect(reply).toMatchObject({ status: 201, json: { shift: { target: 'www.example./eu', leftSeconds: 600 } } });
  expect(made).toHaveLength(1);
  expect(lines[0]).toMatchObject({ event: 'shift-request', change: 'added', by: 'ann', reason: 'drill' });
});

it('refuses one that would take others over their maximum, and leaves no trace of it', async () => {
  const { run, made, lines } = world({ over: [{ pool: 'us' }] });
  expect(await run('POST', '/api/v1/shifts', SHIFT)).toMatchObject({ status: 409, json: { over: [{ pool: 'us' }] } });
  expect([made, lines]).toEqual([[], []]);
  expect(await run('POST', '/api/v1/shifts', { ...SHIFT, force: true })).toMatchObject({ status: 201 });
});

it('wants a factor or a resume, and not both', async () => {
  const { run } = world();
  const { factor: _, ...without } = SHIFT;
  await expect(run('POST', '/api/v1/shifts', without)).rejects.toThrow(RouteProblem);
  await expect(run('POST', '/api/v1/shifts', { ...SHIFT, resume: true })).rejects.toThrow(RouteProblem);
  expect(await run('POST', '/api/v1/shifts', { ...without, resume: true })).toMatchObject({ status: 201 });
});

it('takes a shift back once', async () => {
  const { run } = world();
  expect(await run('DELETE', '/api/v1/shifts/:id', null, 'known')).toMatchObject({ status: 200 });
  await expect(run('DELETE', '/api/v1/shifts/:id', null, 'other')).rejects.toMatchObject({ status: 404 });
});

it('says which failures are worth another try', async () => {
  const store = world({ fails: new StoreError('Redis is gone') });
  await expect(store.run('POST', '/api/v1/shifts', SHIFT)).rejects.toMatchObject({ status: 503 });
  const busy = world({ planFails: new PlannerBusyError('busy') });
  await expect(busy.run('GET', '/api/v1/map')).rejects.toMatchObject({ status: 429 });
  const wrong = world({ planFails: new PlanError('no such region') });
  await expect(wrong.run('GET', '/api/v1/map')).rejects.toMatchObject({ status: 400 });
});
