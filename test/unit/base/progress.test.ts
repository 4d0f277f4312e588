import { expect, it } from 'vitest';
import { partOf, unwatched } from '../../../src/base/progress.ts';

it('tells of a part of some work what it is of the whole', () => {
  const told: number[] = [];
  const part = partOf(
    partOf((done) => told.push(done), 0, 0.5),
    0.5,
    1,
  );
  for (const done of [0, 0.5, 1]) part(done);
  expect(told).toEqual([0.25, 0.375, 0.5]);
  expect(unwatched(1)).toBeUndefined();
});
