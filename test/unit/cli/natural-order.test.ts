import { expect, it } from 'vitest';
import { compareNatural, naturalKey } from '../../../src/cli/natural-order.ts';
import { resolvePlainScalar, type ScalarValue } from '../../../src/zone/yaml-scalar.ts';

const sorted = (texts: readonly string[]) =>
  texts.toSorted((a, b) =>
    compareNatural(naturalKey({ type: 'str', value: a }), naturalKey({ type: 'str', value: b })),
  );

it('orders texts as natsort does: digits by their number, the rest by code point', () => {
  const order = ['', '1', '2', '10', '*', '*.a', 'A', 'a', 'a1', 'a1b', 'a2', 'a10', 'b', '\uffee', '\u{1f600}'];
  expect(sorted(order.toReversed())).toEqual(order);
});

it('takes what YAML makes of a key for what it is', () => {
  const key = (text: string) => naturalKey(resolvePlainScalar(text) as ScalarValue);
  const order = ['~', 'no', 'yes', '7', '10', 'abc'];
  expect(order.toReversed().toSorted((a, b) => compareNatural(key(a), key(b)))).toEqual(order);
  expect(compareNatural(key('1'), key('1.0'))).toBe(0);
});
