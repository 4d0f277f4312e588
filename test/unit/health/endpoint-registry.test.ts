import { describe, expect, it } from 'vitest';
import { EndpointRegistry, EndpointSlotsError } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable, UNKNOWN_WORD } from '../../../src/health/health-table.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

const registryOf = (slots: number) => new EndpointRegistry(createHealthTable(slots));
const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((value) => endpointSpec(value)) as [
  ReturnType<typeof endpointSpec>,
  ReturnType<typeof endpointSpec>,
  ReturnType<typeof endpointSpec>,
];
const keys = (...specs: { key: string }[]) => new Set(specs.map(({ key }) => key));

describe('the registry', () => {
  it('gives every endpoint a slot of its own, in the order asked for', () => {
    const registry = registryOf(8);
    expect([...registry.claim([a, b])]).toEqual([0, 1]);
    expect(registry.specOf(1)).toBe(b);
    expect(registry.slotOf(a.key)).toBe(0);
    expect([registry.slotOf('nobody'), registry.specOf(7)]).toEqual([-1, null]);
    expect([...registry.endpoints()]).toEqual([
      { slot: 0, spec: a, key: a.key },
      { slot: 1, spec: b, key: b.key },
    ]);
  });

  it('keeps the slot and the word of an endpoint over reloads, whatever else changes', () => {
    const registry = registryOf(8);
    registry.claim([a, b]);
    registry.table[1] = 77;
    const heavier = { ...b, weight: 9 };
    expect([...registry.claim([c, heavier])]).toEqual([2, 1]);
    registry.keepOnly(keys(c, b));
    expect(registry.table[1]).toBe(77);
    expect(registry.specOf(1)).toBe(heavier);
    expect(registry.slotOf(a.key)).toBe(-1);
  });

  it('tells when a slot has gone to another endpoint', () => {
    const registry = registryOf(1);
    registry.claim([a]);
    const tenancy = registry.tenancyOf(0);
    registry.claim([{ ...a, weight: 9 }]);
    expect([registry.slots, registry.tenancyOf(0)]).toEqual([1, tenancy]);
    for (let i = 0; i < 5; i++) registry.keepOnly(keys(b));
    expect(registry.tenancyOf(0)).toBe(tenancy);
    registry.claim([b]);
    expect(registry.tenancyOf(0)).not.toBe(tenancy);
    expect(registry.tenancyOf(7)).toBe(0);
  });

  it('lets a slot rest for three reloads before another endpoint gets it, with a fresh word', () => {
    const registry = registryOf(2);
    registry.claim([a, b]);
    registry.table[0] = 77;
    registry.keepOnly(keys(b));
    for (let reload = 0; reload < 2; reload++) {
      expect(() => registry.claim([c])).toThrow(EndpointSlotsError);
      registry.keepOnly(keys(b));
    }
    expect(registry.table[0]).toBe(77);
    registry.keepOnly(keys(b));
    expect([...registry.claim([c])]).toEqual([0]);
    expect(registry.table[0]).toBe(UNKNOWN_WORD);
  });

  it('changes nothing when the slots do not suffice', () => {
    const registry = registryOf(2);
    registry.claim([a]);
    expect(() => registry.claim([b, c])).toThrow(/ENDPOINT_SLOTS_MAX/);
    expect([...registry.endpoints()].map(({ spec }) => spec)).toEqual([a]);
    expect([...registry.claim([b])]).toEqual([1]);
  });

  it('counts an endpoint named twice once', () => {
    const registry = registryOf(1);
    expect([...registry.claim([a, a])]).toEqual([0, 0]);
  });

  it('knows the checks that endpoints share, and follows an endpoint to another check', () => {
    const registry = registryOf(8);
    const shared = { ...b, check: a.check };
    registry.claim([a, shared, c]);
    expect([...registry.checks().keys()]).toEqual([a.check.id, c.check.id]);
    registry.claim([b]);
    expect([...registry.checks().keys()]).toEqual([a.check.id, b.check.id, c.check.id]);
    registry.keepOnly(keys(b));
    expect(registry.checks()).toEqual(new Map([[b.check.id, b.check]]));
  });

  it('names no check of endpoints whose status the operator has fixed, unless another endpoint obeys it', () => {
    const registry = registryOf(8);
    const fixed = { ...a, status: 'up' } as const;
    registry.claim([fixed, { ...b, status: 'down' }]);
    expect(registry.checks().size).toBe(0);
    registry.claim([{ ...c, check: a.check }]);
    expect([...registry.checks().keys()]).toEqual([a.check.id]);
  });

  it('follows a check whose settings changed under the same endpoint', () => {
    const registry = registryOf(8);
    registry.claim([a]);
    const check = { ...checkSpec({ target: a.value, fall: 5 }), id: 'stricter' };
    registry.claim([{ ...a, check }]);
    expect(registry.checks()).toEqual(new Map([['stricter', check]]));
  });
});
