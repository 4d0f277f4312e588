/** What steering by place promises: by distance, by latency, and inside fences. */

import { describe, expect, it } from 'vitest';
import { compileClassMap, compileClassTable } from '../../src/geo/class-table.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../src/health/health-table.ts';
import type { FenceExit, SteeringMethod, SteeringModel } from '../../src/zone/zone-model.ts';
import { chiSquare, chiSquareLimit } from '../tools/chi-square.ts';
import type { Serving } from '../tools/model-zone.ts';
import { AS_FAR_AS_IT_IS, ask, poolOfOctet, poolShares, world } from '../tools/steering-world.ts';

const METHODS: readonly SteeringMethod[] = ['rules', 'failover', 'weighted', 'nearest', 'latency'];
const FORMS = [compileClassTable, compileClassMap] as const;
const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

describe('nearest', () => {
  const at = (serving: Serving, ecs: string | null) => poolOfOctet(ask(serving, ecs, 1).octets[0]!);

  it('sends London to Dublin, Boston to Virginia, Seoul to Tokyo', () => {
    const serving = world({ method: 'nearest' });
    expect(['20.1.0.0/24', '20.2.0.0/24', '20.3.0.0/24', '2400:3::/48'].map((ecs) => at(serving, ecs))).toEqual([
      'eu',
      'us',
      'ap',
      'ap',
    ]);
    expect(at(serving, '20.3.7.0/25')).toBe('eu');
    expect(ask(serving, '20.3.7.0/25', 1).scope).toBe(25);
  });

  it('goes to the next nearest when that is down', () => {
    const serving = world({ method: 'nearest' });
    for (const octet of [11, 12, 13]) serving.tables.health[serving.slotOf(`192.0.2.${octet}`)] = DOWN;
    expect(at(serving, '20.1.0.0/24')).toBe('us');
  });

  it("gives clients of no known place the catch-all's own pool", () => {
    expect(at(world({ method: 'nearest' }), null)).toBe('eu');
    expect(at(world({ method: 'nearest' }), '99.1.2.0/24')).toBe('eu');
  });

  it('chooses by weight among what is equally near', () => {
    const nearTie = { ratio: 0, marginMs: 1_000 };
    const { ap = 0, eu = 0, us = 0 } = poolShares(world({ method: 'nearest', nearTie }), '20.3.0.0/24', 100_000);
    expect(chiSquare([ap, eu, us], [1, 7, 2])).toBeLessThan(chiSquareLimit(2));
  });
});

describe('latency', () => {
  const at = (serving: Serving, ecs: string | null) => poolOfOctet(ask(serving, ecs, 1).octets[0]!);
  const everywhere = (serving: Serving) =>
    ['20.1.0.0/24', '20.2.0.0/24', '20.3.0.0/24', '2400:3::/48'].map((ecs) => at(serving, ecs));

  it.each(FORMS.map((form) => [form.name, form] as const))(
    'sends clients where agents near them are near (%s)',
    (_, form) => {
      expect(everywhere(world({ method: 'latency' }, form))).toEqual(['eu', 'us', 'ap', 'ap']);
      // A cable that goes the other way round the world: from Tokyo, and so for Seoul, Virginia is nearer than Tokyo's own pool.
      const detour = [[197, 223, 300], [5, 114, 260], AS_FAR_AS_IT_IS[2]!];
      expect(everywhere(world({ method: 'latency' }, form, detour))).toEqual(['eu', 'us', 'us', 'us']);
    },
  );

  it('goes by distance alone where no agent is near, or none has measured', () => {
    const nothing = [Number.NaN, Number.NaN, Number.NaN];
    expect(everywhere(world({ method: 'latency' }, compileClassTable, [nothing, nothing, nothing]))).toEqual([
      'eu',
      'us',
      'ap',
      'ap',
    ]);
  });

  it("gives clients of no known place the catch-all's own pool", () => {
    expect(at(world({ method: 'latency' }), null)).toBe('eu');
    expect(at(world({ method: 'latency' }), '99.1.2.0/24')).toBe('eu');
  });

  it('chooses by weight within the near-tie band', () => {
    const nearTie = { ratio: 0.1, marginMs: 5 };
    const close = [[197, 223, 205], [5, 114, 300], AS_FAR_AS_IT_IS[2]!];
    const serving = world({ method: 'latency', nearTie }, compileClassTable, close);
    const { ap = 0, eu = 0, us = 0 } = poolShares(serving, '20.3.0.0/24', 100_000);
    expect(eu).toBe(0);
    expect(chiSquare([ap, us], [1, 2])).toBeLessThan(chiSquareLimit(1));
  });
});

describe('a fence', () => {
  const DE = [{ continent: 'EU', country: 'DE', province: null }];
  const fenced = (onDown: FenceExit, down: boolean, steering: Partial<SteeringModel> = {}) => {
    const serving = world({ fences: [{ geos: DE, pools: [0], onDown }], ...steering });
    if (down) for (const octet of [1, 2]) serving.tables.health[serving.slotOf(`192.0.2.${octet}`)] = DOWN;
    return serving;
  };

  it.each(METHODS)('keeps clients of its places inside by %s', (method) => {
    expect(poolOfOctet(ask(fenced('nodata', false, { method }), '20.0.1.0/24', 1).octets[0]!)).toBe('ap');
    expect(poolOfOctet(ask(fenced('nodata', false, { method: 'rules' }), '2a00:1::/48', 1).octets[0]!)).toBe('eu');
  });

  it('with all inside down does what on_down says, and outside nothing changes', () => {
    const inside = '20.0.1.0/24';
    expect(poolOfOctet(ask(fenced('serve_anyway', true), inside, 1).octets[0]!)).toBe('ap');
    expect(ask(fenced('nodata', true), inside, 1)).toMatchObject({
      octets: [],
      rcode: String(ask(fenced('nodata', true), null, 1).rcode),
    });
    expect(poolOfOctet(ask(fenced('fallback', true), inside, 1).octets[0]!)).toBe('eu');
    expect(poolOfOctet(ask(fenced('nodata', true), '2a00:1::/48', 1).octets[0]!)).toBe('eu');
  });
});
