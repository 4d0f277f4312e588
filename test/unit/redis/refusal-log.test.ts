import { describe, expect, it } from 'vitest';
import { RefusalLog } from '../../../src/redis/refusal-log.ts';

describe('refusals', () => {
  it('are all counted, and the same one told once a minute', () => {
    const log = new RefusalLog();
    expect(log.note('snapshot:a', 'not JSON', 0)).toBe(true);
    expect(log.note('snapshot:a', 'not JSON', 59_999)).toBe(false);
    expect(log.note('snapshot:a', 'bad seq', 59_999)).toBe(true);
    expect(log.note('snapshot:a', 'not JSON', 60_000)).toBe(true);
    expect(log.total).toBe(4);
  });

  it('of stream entries are one, whatever their ids', () => {
    const log = new RefusalLog();
    expect(log.note('changes 1700000000000-0', 'not JSON', 0)).toBe(true);
    expect(log.note('changes 1700000000001-5', 'not JSON', 0)).toBe(false);
  });

  it('of ever new sources stop being told, until the old ones are quiet', () => {
    const log = new RefusalLog();
    const told = Array.from({ length: 5000 }, (_, i) => log.note(`agent ${i}`, 'bad', 0)).filter(Boolean);
    expect(told).toHaveLength(1000);
    expect(log.note('late', 'bad', 60_000)).toBe(true);
    expect(log.total).toBe(5001);
  });
});
