import { describe, expect, it } from 'vitest';
import { readSlots } from '../../../src/redis/cluster-slots.ts';

const SEED = { host: '10.0.0.9', port: 1 };

describe('an answer to CLUSTER SLOTS', () => {
  const reply = [
    [0, 5_460, ['10.0.0.1', 7_001, 'id'], ['10.0.0.4', 7_004, 'id']],
    [5_461, 10_922, ['', 7_002, 'id']],
    [10_923, 16_383, [null, 7_003, 'id']],
  ];

  it('names the owner of a slot, and the one that was asked where it says no address', () => {
    expect(readSlots(reply, 5_460, SEED).owner).toEqual({ host: '10.0.0.1', port: 7_001 });
    expect(readSlots(reply, 5_461, SEED).owner).toEqual({ host: SEED.host, port: 7_002 });
    expect(readSlots(reply, 16_383, SEED).owner).toEqual({ host: SEED.host, port: 7_003 });
    expect(readSlots(reply, 0, SEED).masters.map(({ port }) => port)).toEqual([7_001, 7_002, 7_003]);
  });

  it.each([null, 'OK', [], [[0, 16_383]], [[0, 16_383, ['h']]], [['0', '16383', ['h', 1]]], [[0, 9, ['h', 1]]]])(
    'names nobody when it is %j',
    (garbage) => expect(readSlots(garbage, 10, SEED).owner).toBeNull(),
  );

  it('names each master once, and no more than are remembered', () => {
    const ranges = Array.from({ length: 1_000 }, (_, i) => [i, i, [`10.0.0.${i % 100}`, 1]]);
    expect(readSlots(ranges, 5, SEED).masters).toHaveLength(64);
    expect(readSlots([...reply, ...reply], 5, SEED).masters).toHaveLength(3);
  });
});
