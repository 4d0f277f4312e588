import { describe, expect, it } from 'vitest';
import { readZoneText } from './yaml-zone.ts';

/** Messages of a record whose pools are `pools` (flow YAML) and whose only rule uses `one`. */
const told = (pools: string) =>
  readZoneText(`www: {type: A, value: 192.0.2.250, dynamic: {pools: ${pools}, rules: [{pool: one}]}}`)
    .told.filter((line) => line.startsWith('error'))
    .map((line) => line.split(' ').slice(3).join(' '))
    .sort();

describe('pools', () => {
  it.each([
    ['{}', ['missing pools', 'rule 1 undefined pool "one"']],
    ['[]', ['pools must be a dict', 'rule 1 undefined pool "one"']],
    ['{one: }', ['pool "one" must be a dict']],
    ['{one: {}}', ['pool "one" is missing values']],
    ['{one: {values: [{}]}}', ['missing value in pool "one" value 1']],
    [
      '{one: {values: [{value: nope, weight: 0, status: x}]}}',
      [
        'invalid IPv4 address "nope"',
        'invalid status "x" in pool "one" value 1',
        'invalid weight "0" in pool "one" value 1',
        'pool "one" has single value with weight!=1',
      ],
    ],
    ["{one: {values: [{value: 192.0.2.1, weight: '1'}]}}", ['pool "one" has single value with weight!=1']],
    [
      '{one: {values: [{value: 192.0.2.1, weight: foo}, {value: 192.0.2.2, weight: 101}]}}',
      ['invalid weight "101" in pool "one" value 2', 'invalid weight "foo" in pool "one" value 1'],
    ],
    ['{one: {values: [], fallback: zip}}', ['undefined fallback "zip" for pool "one"']],
    ['{one: {values: [], fallback: one}}', ['loop in pool fallbacks: one -> one']],
    [
      '{one: {values: [], fallback: two}, two: {values: [], fallback: three}, three: {values: [], fallback: two}}',
      [
        'loop in pool fallbacks: one -> two -> three',
        'loop in pool fallbacks: three -> two',
        'loop in pool fallbacks: two -> three',
      ],
    ],
    ['{one: {values: []}, two: {values: []}, three: {values: []}}', ['unused pools: "three", "two"']],
    ['{one: {values: 192.0.2.1}}', ['values of pool "one" must be a list']],
    ['{1: {values: []}, one: {values: []}}', ['pool name 1 is not a text: quote it']],
  ])('%s', (pools, messages) => {
    expect(told(pools)).toEqual([...messages].sort());
  });

  it.each([
    '{one: {values: []}}',
    '{one: {values: [{value: 192.0.2.1, weight: yes}], fallback: ~}}',
    '{one: {values: [], fallback: default}, default: {values: []}}',
  ])('%s is sound', (pools) => {
    expect(told(pools)).toEqual([]);
  });
});
