import { expect, it } from 'vitest';
import { editWeight } from '../../../src/cli/zone-weight.ts';

const zone = (endpoints: string) => `www:
  dynamic:
    pools:
      eu:
        values: # two
${endpoints}
    rules: [{pool: eu}]
  type: A
`;
const wanted = { key: 'www', pool: 'eu', value: '2001:db8::1' };
const edit = (text: string, name = wanted, include = (target: string) => ({ path: target, text: '' })) =>
  editWeight([{ path: 'a.yaml', text }], include, name, 7);

it.each([
  [
    'a weight in braces',
    "        - {value: '2001:DB8:0::1', weight: 3}  # c",
    "        - {value: '2001:DB8:0::1', weight: 7}  # c",
    '3',
  ],
  [
    'a weight in quotes',
    '        - {value: "2001:db8::1", weight: "3"}',
    '        - {value: "2001:db8::1", weight: 7}',
    '3',
  ],
  ['no weight in braces', '        - {value: "2001:db8::1"}', '        - {value: "2001:db8::1", weight: 7}', null],
  [
    'a weight on its line',
    '        - weight: 30 # w\n          value: 2001:db8::1',
    '        - weight: 7 # w\n          value: 2001:db8::1',
    '30',
  ],
  [
    'no weight on lines',
    '        - value: 2001:db8::1 # v\n        # next\n        - value: 2001:db8::2',
    '        - value: 2001:db8::1 # v\n          weight: 7\n        # next\n        - value: 2001:db8::2',
    null,
  ],
])('writes over %s and touches nothing else', (_, before, after, old) => {
  expect(edit(zone(before))).toMatchObject({ path: 'a.yaml', after: zone(after), old });
});

it.each([
  [
    'its lines end',
    '        - value: 2001:db8::1\r\n          status: up\r\n',
    'up\r\n',
    'up\r\n          weight: 7\r\n',
  ],
  [
    'its last line does not end',
    '        - status: up\r\n          value: 2001:db8::1',
    '::1',
    '::1\r\n          weight: 7',
  ],
])('keeps the line ends of a file from Windows where %s', (_, endpoint, from, to) => {
  const text = `www:\r\n  type: A\r\n  dynamic:\r\n    pools:\r\n      eu:\r\n        values:\r\n${endpoint}`;
  expect(edit(text)).toMatchObject({ after: text.replace(from, to) });
});

it('does not write into a comment', () => {
  const text = zone('        - {value: "2001:db8::1", status: up # weight: 7\n          }');
  expect(edit(text)).toMatch(/cannot be written where it belongs/);
});

it('gives an endpoint its own weight where a merge brought one in', () => {
  const text = `x: &x {weight: 3}\n${zone('        - {value: "2001:db8::1", <<: *x}')}`;
  expect(edit(text)).toMatchObject({ after: text.replace('*x}', '*x, weight: 7}'), old: '3' });
});

it('is not misled by a weight that another file has at the same place', () => {
  const text = zone('        - {value: "2001:db8::1", <<: !include w.yaml}');
  const other = `${' '.repeat(text.indexOf('{value') + 1)}weight: 3\n`;
  expect(edit(text, wanted, (path) => ({ path, text: other }))).toMatchObject({
    path: 'a.yaml',
    after: text.replace('w.yaml}', 'w.yaml, weight: 7}'),
  });
});

it('leaves a weight that others share to the operator', () => {
  expect(edit(`w: &w 3\n${zone('        - {value: "2001:db8::1", weight: *w}')}`)).toMatch(/is an alias/);
});

it('finds the endpoint in the file that is included', () => {
  const pools = 'eu: {values: [{value: "2001:db8::1", weight: 2}]}\n';
  const text = 'www: {type: A, dynamic: {pools: !include pools.yaml}}\n';
  expect(edit(text, wanted, (path) => ({ path, text: pools }))).toMatchObject({
    path: 'pools.yaml',
    before: pools,
    after: pools.replace('2}', '7}'),
  });
});

it.each([
  [{ key: 'ww' }, /no steered record/],
  [{ pool: 'us' }, /no pool "us"; its pools are eu/],
  [{ value: '2001:db8::9' }, /no endpoint 2001:db8::9; it has 2001:db8::1/],
])('says what there is instead of %j', (change, reason) => {
  expect(edit(zone('        - value: 2001:db8::1'), { ...wanted, ...change })).toMatch(reason);
});
