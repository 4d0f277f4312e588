import { expect, it } from 'vitest';
import { endpointsQuery, loadsBody, shiftBody, whatIfBody } from '../../../src/admin/request-schema.ts';
import { LOADS_PUSHED_MAX } from '../../../src/base/limits.ts';

const SHIFT = { scope: 'region', target: 'eu-west', factor: 0, seconds: 600, reason: 'drill' };

it('a shift always ends by itself, and says why', () => {
  expect(shiftBody.safeParse(SHIFT).success).toBe(true);
  for (const change of [
    { seconds: 59 },
    { seconds: 259_201 },
    { seconds: undefined },
    { reason: '' },
    { factor: 1.1 },
  ]) {
    expect(shiftBody.safeParse({ ...SHIFT, ...change }).success, JSON.stringify(change)).toBe(false);
  }
});

it('an unknown key is a slip', () => {
  expect(shiftBody.safeParse({ ...SHIFT, forced: true }).success).toBe(false);
  expect(whatIfBody.safeParse({ dwon: [] }).success).toBe(false);
});

it('a what-if has bounded edits, and all of them may be left out', () => {
  expect(whatIfBody.parse({})).toEqual({ down: [], weights: [], biases: [], name: null, load: null });
  expect(whatIfBody.safeParse({ down: Array.from({ length: 201 }, () => 'a') }).success).toBe(false);
});

it('numbers of a query are decimal and bounded', () => {
  expect(endpointsQuery.parse({ limit: '10' })).toEqual({ limit: 10 });
  for (const limit of ['-1', '1e3', '0x10', ' 1', '', '2001'])
    expect(endpointsQuery.safeParse({ limit }).success).toBe(false);
});

it('loads name their endpoint, hold a report, and are not without bound', () => {
  const load = { endpoint: '192.0.2.1', load: { current: 5, x: 'y' } };
  expect(loadsBody.parse({ loads: [load] })).toEqual({ loads: [load] });
  expect(loadsBody.safeParse({ loads: Array(LOADS_PUSHED_MAX).fill(load) }).success).toBe(true);
  for (const loads of [
    [],
    Array(LOADS_PUSHED_MAX + 1).fill(load),
    [{ ...load, naem: 'www' }],
    [{ ...load, name: '' }],
    [{ endpoint: '192.0.2.1' }],
    [{ ...load, load: 5 }],
    [{ ...load, load: [5] }],
    [{ ...load, load: null }],
  ])
    expect(loadsBody.safeParse({ loads }).success, JSON.stringify(loads[1] ?? loads)).toBe(false);
});
