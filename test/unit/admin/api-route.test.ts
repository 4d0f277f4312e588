import { expect, it } from 'vitest';
import { defineRoute, RouteProblem } from '../../../src/admin/api-route.ts';
import { noQuery } from '../../../src/admin/request-schema.ts';

it('a route changes something unless it says that it does not', () => {
  const draft = {
    method: 'POST',
    path: '/x',
    operation: 'x',
    summary: '',
    query: noQuery,
    body: null,
    answers: {},
    run: () => ({ status: 200 as const, json: {} }),
  } as const;
  expect(defineRoute(draft).isQuestion).toBe(false);
  expect(defineRoute({ ...draft, isQuestion: true }).isQuestion).toBe(true);
});

it('a problem carries its status', () => expect(new RouteProblem(429, 'busy')).toMatchObject({ status: 429 }));
