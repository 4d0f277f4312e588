import { expect, it } from 'vitest';
import { endpointsQuery } from '../../../src/admin/request-schema.ts';

it('numbers of a query are decimal and bounded', () => {
  expect(endpointsQuery.parse({ limit: '10' })).toEqual({ limit: 10 });
  for (const limit of ['-1', '1e3', '0x10', ' 1', '', '2001'])
    expect(endpointsQuery.safeParse({ limit }).success).toBe(false);
});
