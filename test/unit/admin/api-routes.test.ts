import { pino } from 'pino';
import { expect, it } from 'vitest';
import { API_ROUTES } from '../../../src/admin/api-routes.ts';
import { StoreError } from '../../../src/redis/state-store.ts';
import { sampleNode } from './sample-node.ts';
import { sampleStatus } from './sample-status.ts';

const run = (path: string, node = sampleNode(), query = {}) =>
  API_ROUTES.find((route) => route.path === path)!.run(
    { query: query as never, body: null as never, id: '' },
    { node, log: pino({ level: 'silent' }), needsToken: true },
  );

it('tells why nodes cannot be listed, and the agents that were heard', async () => {
  const { agents } = sampleStatus();
  const health = { readNodes: () => Promise.reject(new StoreError('Redis is gone')), agents: () => agents } as never;
  expect(await run('/api/v1/cluster', sampleNode({ health }))).toEqual({
    status: 200,
    json: { trouble: 'Redis is gone', nodes: [], agents },
  });
});

it('answers 409 to a reload that refused a file', async () => {
  const report = { ok: false, changed: [], added: [], removed: [], refused: ['a.'], faults: [], milliseconds: 1 };
  expect(await run('/api/v1/reload', sampleNode({ reload: async () => report }))).toMatchObject({ status: 409 });
});

it('says whether changes need a token', async () => {
  expect(await run('/api/v1/node')).toMatchObject({ json: { needsToken: true, node: 'ns1-1' } });
});

it('lists what changes something by a method that no link can have', () => {
  const changing = API_ROUTES.filter(({ path }) => /reload/.test(path));
  expect(changing.length).toBeGreaterThan(0);
  for (const { method } of changing) expect(method).not.toBe('GET');
});
