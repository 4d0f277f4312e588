import { expect, it } from 'vitest';
import { API_ROUTES } from '../../../src/admin/api-routes.ts';
import { buildOpenApi } from '../../../src/admin/openapi.ts';

type Operation = { operationId: string; responses: Record<string, object>; parameters?: { name: string }[] };
const document = JSON.parse(JSON.stringify(buildOpenApi(API_ROUTES, '1.2.3'))) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

it('lists every route of the table, under a name of its own', () => {
  expect(document.openapi).toBe('3.1.0');
  for (const { path, method } of API_ROUTES) {
    expect(document.paths[path.replace(':id', '{id}')]?.[method.toLowerCase()], path).toBeDefined();
  }
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

it('tells what is asked and answered', () => {
  const { parameters, responses } = document.paths['/api/v1/endpoints']!.get!;
  expect(parameters!.map(({ name }) => name).sort()).toEqual(['limit', 'name', 'offset', 'pool', 'region']);
  expect(JSON.stringify(responses[200])).toContain('heldSeconds');
  expect(Object.keys(responses)).toContain('401');
});
