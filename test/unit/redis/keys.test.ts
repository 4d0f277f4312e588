import { describe, expect, it } from 'vitest';
import { storeKeys } from '../../../src/redis/keys.ts';

describe('the keys', () => {
  it('carry one hash tag, so that a Redis Cluster keeps them together', () => {
    const { snapshotOf, nodeOf, ...others } = storeKeys('prod');
    const keys = [...Object.values(others), snapshotOf('a1'), nodeOf('dns1')];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^meridian:\{prod\}:/);
  });

  it('refuse a cluster name that would break the tag', () => {
    expect(() => storeKeys('a}b')).toThrow();
    expect(() => storeKeys('')).toThrow();
  });
});
