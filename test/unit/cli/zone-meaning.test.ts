import { expect, it } from 'vitest';
import { readMeaning } from '../../../src/cli/zone-meaning.ts';

const digest = (text: string) => readMeaning('a.yaml', text).digest;

it('does not depend on order, comments, aliases or ways of writing', () => {
  expect(digest('a: 1\nb: {x: 2, "y": z}\n')).toBe(digest('# c\nb:\n  y: z\n  x: 2\na: 1\n'));
  expect(digest('a: &x [1]\nb: *x\n')).toBe(digest('a: [1]\nb: [1]\n'));
});

it.each([
  ['a: 1\n', 'a: "1"\n'],
  ['a: [1, 2]\n', 'a: [2, 1]\n'],
  ['a: !include b.yaml\n', 'a: !include c.yaml\n'],
  ['a: {b: c}\n', 'a: [b, c]\n'],
  ['a:\n', 'a: ""\n'],
])('tells %j from %j', (one, other) => expect(digest(one)).not.toBe(digest(other)));

it('has none where the text is no YAML, with the place', () => {
  expect(readMeaning('a.yaml', 'a: 1\nb: [\n')).toMatchObject({ digest: null, faults: [{ file: 'a.yaml', line: 3 }] });
});

it('takes no longer for aliases of aliases', () => {
  const bomb = Array.from({ length: 60 }, (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, *a${i - 1}`}]\n`);
  expect(digest(bomb.join(''))).not.toBeNull();
});
