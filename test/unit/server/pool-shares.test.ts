import { describe, expect, it } from 'vitest';
import type { EndpointStatus } from '../../../src/server/node-status.ts';
import { poolShares } from '../../../src/server/pool-shares.ts';

function endpoint(pool: string, value: string, recent: number, fields: Partial<EndpointStatus> = {}): EndpointStatus {
  const where = { key: `${pool}${value}`, zone: 'a.', name: 'www.a.', type: 'A', pool, region: null, value };
  const health = { status: 'obey', verdict: 'up', barred: false, check: 'c', votes: [], factor: 1 } as const;
  return {
    ...where,
    ...health,
    weight: 1,
    drawWeight: 1,
    poolShare: null,
    correction: null,
    answers: { total: 0, recent },
    ...fields,
  };
}

describe('the shares of pools', () => {
  it('set what was answered beside what the file says and what weighs now', () => {
    const [eu, us] = poolShares([
      endpoint('eu', '1', 60, { drawWeight: 3, poolShare: 7 }),
      endpoint('eu', '2', 20, { drawWeight: 1, poolShare: 7, factor: 0.5 }),
      endpoint('eu', '3', 0, { drawWeight: 4, poolShare: 7, barred: true, verdict: 'down' }),
      endpoint('us', '4', 20, { poolShare: 3 }),
    ]);
    expect(eu).toMatchObject({ pool: 'eu', configuredShare: 0.7, answers: 80, answeredShare: 0.8 });
    expect(eu!.endpoints.map((each) => [each.configuredShare, each.effectiveWeight, each.answeredShare])).toEqual([
      [3 / 8, 3, 0.75],
      [1 / 8, 0.5, 0.25],
      [0.5, 0, 0],
    ]);
    expect(eu!.endpoints[0]!.effectiveShare).toBeCloseTo(3 / 3.5, 10);
    expect(us).toMatchObject({ configuredShare: 0.3, answeredShare: 0.2 });
  });

  it('are null of nothing, and where no shares choose the pool', () => {
    const barred = endpoint('eu', '1', 0, { status: 'down' });
    expect(poolShares([barred])[0]).toMatchObject({ configuredShare: null, answeredShare: null });
    expect(poolShares([barred])[0]!.endpoints[0]).toMatchObject({ effectiveWeight: 0, effectiveShare: null });
    const up = endpoint('eu', '1', 0, { status: 'up', barred: true, verdict: 'down' });
    expect(poolShares([up])[0]!.endpoints[0]).toMatchObject({ effectiveWeight: 1, effectiveShare: 1 });
  });
});
