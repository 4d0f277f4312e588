import { describe, expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import {
  createHealthTable,
  isEligibleWord,
  isLastGoodWord,
  unpackHealth,
  Verdict,
} from '../../../src/health/health-table.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import { WordWriter } from '../../../src/health/word-writer.ts';
import type { EndpointSpec } from '../../../src/zone/zone-model.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

function world(specs: EndpointSpec[]) {
  const registry = new EndpointRegistry(createHealthTable(16));
  registry.claim(specs);
  const writer = new WordWriter(registry);
  const verdicts = new Map<string, CheckState>();
  const standingOf = (check: string) =>
    ({ verdict: verdicts.get(check) ?? 'unknown', isSuspect: suspects.has(check) }) as const;
  const suspects = new Set<string>();
  writer.rebuild(standingOf);
  const set = (changes: Record<string, CheckState>) => {
    for (const [value, verdict] of Object.entries(changes)) verdicts.set(`check:${value}`, verdict);
    writer.write(
      Object.keys(changes).map((value) => `check:${value}`),
      standingOf,
    );
  };
  const slots = (isTrue: (word: number) => boolean) => specs.map((_, slot) => isTrue(registry.table[slot]!));
  return {
    registry,
    writer,
    standingOf,
    set,
    suspects,
    eligible: () => slots(isEligibleWord),
    lastGood: () => slots(isLastGoodWord),
  };
}

const [a, b, c] = ['a', 'b', 'c'].map((value) => endpointSpec(value)) as [EndpointSpec, EndpointSpec, EndpointSpec];

describe('the words', () => {
  it('bar what is down, and nothing else', () => {
    const { registry, set, eligible } = world([a, b, c]);
    set({ a: 'down', b: 'up' });
    expect(eligible()).toEqual([false, true, true]);
    expect([0, 1, 2].map((slot) => unpackHealth(registry.table[slot]!).verdict)).toEqual([
      Verdict.DOWN,
      Verdict.UP,
      Verdict.UNKNOWN,
    ]);
    set({ a: 'up' });
    expect(eligible()).toEqual([true, true, true]);
  });

  it('show a suspicion, and serve the endpoint all the same', () => {
    const { registry, set, suspects, eligible } = world([a, b]);
    suspects.add(a.check.id);
    set({ a: 'up', b: 'up' });
    expect([0, 1].map((slot) => unpackHealth(registry.table[slot]!).suspect)).toEqual([true, false]);
    expect(eligible()).toEqual([true, true]);
    suspects.clear();
    set({ a: 'up' });
    expect(unpackHealth(registry.table[0]!).suspect).toBe(false);
  });

  it('reach every endpoint that shares a check, in whatever record', () => {
    const elsewhere = endpointSpec('z', { name: 'api.example.com.', check: a.check });
    const { set, eligible } = world([a, b, elsewhere]);
    set({ a: 'down' });
    expect(eligible()).toEqual([false, true, false]);
  });

  it('are written for endpoints that came with a reload', () => {
    const { registry, writer, standingOf, set } = world([a]);
    set({ a: 'down' });
    const late = endpointSpec('late', { check: a.check });
    const [slot] = registry.claim([late]);
    writer.rebuild(standingOf);
    expect(isEligibleWord(registry.table[slot!]!)).toBe(false);
  });
});

describe('the last good endpoints of a record', () => {
  it('are those not down, while there are any', () => {
    const { set, lastGood } = world([a, b, c]);
    expect(lastGood()).toEqual([true, true, true]);
    set({ a: 'down' });
    expect(lastGood()).toEqual([false, true, true]);
  });

  it('stay as they were when the last ones go down, together or one after the other', () => {
    const together = world([a, b, c]);
    together.set({ a: 'down' });
    together.set({ b: 'down', c: 'down' });
    expect(together.lastGood()).toEqual([false, true, true]);
    expect(together.eligible()).toEqual([false, false, false]);
    const apart = world([a, b, c]);
    apart.set({ a: 'down' });
    apart.set({ b: 'down' });
    apart.set({ c: 'down' });
    expect(apart.lastGood()).toEqual([false, false, true]);
  });

  it('are counted for each record by itself', () => {
    const other = endpointSpec('b', { name: 'api.example.com.' });
    const { set, lastGood } = world([a, other]);
    set({ a: 'down' });
    expect(lastGood()).toEqual([true, true]);
    set({ b: 'down' });
    expect(lastGood()).toEqual([true, true]);
  });

  it('heed what the file says of an endpoint', () => {
    const drained = endpointSpec('drained', { status: 'down' });
    const forced = endpointSpec('forced', { status: 'up' });
    const { set, lastGood } = world([a, drained, forced]);
    set({ a: 'down', forced: 'down' });
    expect(lastGood()).toEqual([false, false, true]);
  });
});
