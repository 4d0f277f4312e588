import { expect, it } from 'vitest';
import { GROUPS, PLANS } from '../../../src/cli/command-plans.ts';

it('has a word about every group, and no group without commands', () => {
  const groups = PLANS.map(({ name }) => name.split(' ')).filter((words) => words.length > 1);
  expect(new Set(groups.map(([group]) => group))).toEqual(new Set(Object.keys(GROUPS)));
});

it('names each command once, with no setting twice', () => {
  const names = PLANS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { settings } of PLANS) expect(new Set(settings).size).toBe(settings.length);
});
