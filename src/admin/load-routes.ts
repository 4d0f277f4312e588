/**
 * The route by which loads of endpoints are pushed, by whoever measures them anyway: a job over a metrics database, a controller, the
 * endpoint itself. Part of the table in `api-routes.ts`.
 */

import type { z } from 'zod';
import { endpointText, type LoadPush, recordText } from '../health/load-push.ts';
import { readLoadObject } from '../health/load-report.ts';
import { type ApiRoute, defineRoute, healthOf, RouteProblem } from './api-route.ts';
import { loadsShape } from './api-schema.ts';
import { loadsBody, noQuery } from './request-schema.ts';

/** The table of them. */
export const LOAD_ROUTES: readonly ApiRoute[] = [
  defineRoute({
    method: 'POST',
    path: '/api/v1/loads',
    operation: 'pushLoads',
    summary: 'Takes load reports of endpoints, for all nodes: all of them, or with a fault in one none.',
    query: noQuery,
    body: loadsBody,
    answers: { 200: loadsShape },
    run: async ({ body }, { node }) => {
      const taken = await healthOf(node).pushLoads(body.loads.map(pushOf));
      if ('fault' in taken) throw refusal(taken.index, taken.fault);
      return { status: 200, json: taken };
    },
  }),
];

function pushOf({ endpoint, name, load }: z.output<typeof loadsBody>['loads'][number], index: number): LoadPush {
  const report = readLoadObject(load);
  if ('fault' in report) throw refusal(index, `its load: ${report.fault}`);
  // True as of now: by whose clock it was measured nobody knows.
  const sample = { ...report, ageMs: 0 };
  return { endpoint: endpointText(endpoint), name: name === undefined ? null : recordText(name), load: sample };
}

function refusal(index: number, fault: string): RouteProblem {
  return new RouteProblem(
    400,
    `report ${index} of "loads" (the first is 0): ${fault}. Nothing of this request is used`,
  );
}
