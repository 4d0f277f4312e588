import { expect, it } from 'vitest';
import { isRecord, readJsonRecord } from '../../../src/health/json-record.ts';

const FORM = { version: 3, charsMax: 40, limit: 'SOME_LIMIT' };

it('gives the object of the version that is asked for', () => {
  expect(readJsonRecord('{"v":3,"a":[1]}', FORM)).toEqual({ record: { v: 3, a: [1] } });
});

it('refuses every other text, and says why', () => {
  const fault = (text: string) => readJsonRecord(text, FORM);
  expect(fault('{"v":3')).toEqual({ fault: 'not JSON' });
  for (const text of ['null', '7', '"v"', '[3]']) expect(fault(text), text).toEqual({ fault: 'not an object' });
  for (const text of ['{}', '{"v":"3"}', '{"v":4}']) expect(fault(text), text).toEqual({ fault: '"v" is not 3' });
  expect(fault(' '.repeat(41))).toEqual({ fault: 'longer than SOME_LIMIT (40)' });
});

it('tells objects from lists and null', () => {
  expect([{}, [], null, 'x', undefined].map(isRecord)).toEqual([true, false, false, false, false]);
});
