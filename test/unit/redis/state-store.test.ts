import { describe, expect, it } from 'vitest';
import { AGENT_INTERVAL_MS_MAX } from '../../../src/base/limits.ts';
import {
  AGENT_BEAT_MS,
  NODE_EXPIRY_MS,
  SNAPSHOT_EXPIRY_MS,
  SNAPSHOT_PERIOD_MS,
  StoreError,
} from '../../../src/redis/state-store.ts';

describe('the rhythm of publication', () => {
  it('leaves room for several lost messages before anything expires', () => {
    expect(SNAPSHOT_EXPIRY_MS).toBeGreaterThanOrEqual(10 * SNAPSHOT_PERIOD_MS);
    expect(NODE_EXPIRY_MS).toBeGreaterThanOrEqual(30_000);
    expect(SNAPSHOT_PERIOD_MS % AGENT_BEAT_MS).toBe(0);
    expect(AGENT_BEAT_MS).toBeLessThan(AGENT_INTERVAL_MS_MAX);
  });

  it('makes a dead agent stale in the 15 s that the design names', () => {
    expect(3 * AGENT_BEAT_MS).toBe(15_000);
  });
});

describe('an error of the store', () => {
  it('can be told from our own bugs', () => {
    expect(new StoreError('x')).toMatchObject({ name: 'StoreError', message: 'x' });
  });
});
