import { pino } from 'pino';
import { expect, it } from 'vitest';
import { LOAD_ROUTES } from '../../../src/admin/load-routes.ts';
import { loadsBody } from '../../../src/admin/request-schema.ts';
import type { LoadPush } from '../../../src/health/load-push.ts';
import { loadPush } from '../../tools/load-push.ts';
import { sampleNode } from './sample-node.ts';

const GOOD = { endpoint: '192.0.2.10', name: 'WWW.example.com', load: { current: 412, target: 800, valid_s: 30 } };
const TAKEN = { checks: 2, shared: true, trouble: null };

function world(answer: object = TAKEN) {
  const taken: (readonly LoadPush[])[] = [];
  const health = {
    pushLoads: async (pushes: readonly LoadPush[]) => {
      taken.push(pushes);
      return answer;
    },
  };
  const push = async (loads: unknown[], node = sampleNode({ health: health as never })) =>
    LOAD_ROUTES[0]!.run(
      { query: {} as never, body: loadsBody.parse({ loads }) as never, id: '' },
      { node, log: pino({ level: 'silent' }), needsToken: true },
    );
  return { push, taken };
}

it('gives the node what was pushed in the words of pushes, with our names or those of ORCA', async () => {
  const { push, taken } = world();
  const orca = { endpoint: '2001:DB8::1', load: { application_utilization: 0.7, rps_fractional: 120, eps: 1.5 } };
  expect(await push([GOOD, orca])).toEqual({ status: 200, json: TAKEN });
  const own = { target: 800, validSeconds: 30 };
  const other = { target: null, utilisation: 0.7, requestsPerSecond: 120, errorsPerSecond: 1.5, validSeconds: 60 };
  const second = { ...loadPush('2001:db8::1', 0, null, other) };
  expect(taken).toEqual([
    [loadPush('192.0.2.10', 412, 'www.example.com.', own), { ...second, load: { ...second.load, current: null } }],
  ]);
});

it('says when the other nodes have not been told', async () => {
  const alone = { checks: 1, shared: false, trouble: 'Redis is gone' };
  expect(await world(alone).push([GOOD])).toEqual({ status: 200, json: alone });
});

it('refuses all of a request for one report that is no good, by its number', async () => {
  const { push, taken } = world();
  await expect(push([GOOD, { ...GOOD, load: { current: -1 } }])).rejects.toMatchObject({
    status: 400,
    message:
      'report 1 of "loads" (the first is 0): its load: "current" is no number in its range. Nothing of this request is used',
  });
  await expect(push([{ ...GOOD, load: {} }])).rejects.toMatchObject({
    message: expect.stringContaining('tells no load'),
  });
  expect(taken).toEqual([]);
});

it('tells what the node finds wrong, and 503 while there is none', async () => {
  const { push } = world({ index: 3, fault: 'no such endpoint; look into the zone file' });
  await expect(push([GOOD])).rejects.toMatchObject({
    status: 400,
    message: expect.stringMatching(/^report 3 .*no such endpoint; look into the zone file/),
  });
  await expect(push([GOOD], sampleNode())).rejects.toMatchObject({ status: 503 });
});
