import { expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { RecordedRandom } from '../../../src/decision/recorded-random.ts';

it('gives the sequence of the plain stream, and tells each draw once', () => {
  const [plain, recorded] = [new RandomStream(9), new RecordedRandom(9)];
  const draw = (random: RandomStream) => [
    random.nextBelow(5),
    random.nextBits(),
    random.nextBelow(1),
    random.nextBelow(1_000_003),
  ];
  const drawn = draw(plain);
  expect(draw(recorded)).toEqual(drawn);
  expect(recorded.state).toBe(plain.state);
  expect(recorded.take()).toEqual([
    { bound: 5, value: drawn[0] },
    { bound: 2 ** 32, value: drawn[1] },
    { bound: 1_000_003, value: drawn[3] },
  ]);
  expect(recorded.take()).toEqual([]);
});
