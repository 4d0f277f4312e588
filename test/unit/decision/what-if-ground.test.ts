import { describe, expect, it } from 'vitest';
import { poolAt } from '../../../src/decision/walk-pools.ts';
import { isEdited } from '../../../src/decision/what-if-ground.ts';
import { PoolWord, SteeredWord } from '../../../src/zone/zone-image.ts';
import type { DynamicSketch } from '../../tools/model-zone.ts';
import { groundOf, poolIn } from '../../tools/what-if-world.ts';

const sketch = (name: string): DynamicSketch => ({
  name,
  pools: { eu: poolIn('dublin', 1, 100, 150), us: poolIn('virginia', 2, 60, 120) },
  rules: [{ pool: 'eu' }],
  steering: { method: 'nearest' },
});

describe('the ground of a what-if', () => {
  it('has the records wanted, and the endpoints of all by slot', () => {
    const ground = groundOf([sketch('a'), sketch('b')], undefined, (_, name) => name === 'b.example.');
    expect(ground.records.map(({ name, type, zone }) => [name, type, zone])).toEqual([['b.example.', 'A', 'example.']]);
    expect(ground.endpoints.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'a.example. 192.0.2.1',
      'a.example. 192.0.2.2',
      'b.example. 192.0.2.1',
      'b.example. 192.0.2.2',
    ]);
  });

  it('is compiled once when nothing is edited, and cells are counted once for equal rules', () => {
    const [a, b] = groundOf([sketch('a'), sketch('b')]).records;
    expect(a!.after).toBe(a!.before);
    expect(b!.cells).toBe(a!.cells);
  });

  it('edits weights and biases by pool or region, the last word counting', () => {
    const edits = {
      weights: [
        { target: 'dublin', weight: 5 },
        { target: 'eu', weight: 6 },
      ],
      biases: [{ target: 'virginia', bias: 90 }],
    };
    const [record] = groundOf([sketch('a')], edits).records;
    const words = (side: 'before' | 'after', word: number) => {
      const { zone, at } = record![side].rrset;
      const block = zone.words[at + SteeredWord.BLOCK]!;
      return [0, 1].map((pool) => zone.words[poolAt(zone, block, pool) + word]);
    };
    expect(words('before', PoolWord.SHARE)).toEqual([1, 1]);
    expect(words('after', PoolWord.SHARE)).toEqual([6, 1]);
    expect(words('after', PoolWord.BIAS)).toEqual([0, 90]);
    // With 90 % off its distance, Virginia is nearer to London than Dublin is not: 593 km against 464 km; to Seoul it is.
    expect(record!.cells.some(({ before, after }) => before !== after)).toBe(true);
  });

  it('edits a pool by its own name or its region', () => {
    expect(isEdited('eu', 'eu', null)).toBe(true);
    expect(isEdited('dublin', 'eu', 'dublin')).toBe(true);
    expect(isEdited('us', 'eu', 'dublin')).toBe(false);
  });
});
