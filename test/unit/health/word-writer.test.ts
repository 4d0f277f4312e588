import { describe, expect, it } from 'vitest';
import { CheckBook, type KnownCheck } from '../../../src/health/check-book.ts';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import {
  createHealthTable,
  dissentOf,
  isDisputedWord,
  isEligibleWord,
  isLastGoodWord,
  unpackHealth,
  Verdict,
} from '../../../src/health/health-table.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import { ResumeBook } from '../../../src/health/resume-book.ts';
import { WordWriter } from '../../../src/health/word-writer.ts';
import type { EndpointSpec, RecoveryModel } from '../../../src/zone/zone-model.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

function world(specs: EndpointSpec[], size = 16) {
  const registry = new EndpointRegistry(createHealthTable(size));
  registry.claim(specs);
  const writer = new WordWriter(registry);
  const checks = new CheckBook();
  const verdicts = new Map<string, CheckState>();
  const suspects = new Set<string>();
  const heldBack = new Set<string>();
  const dissents = new Map<string, number>();
  const shifts = new Map<string, number>();
  /** Response times by check, milliseconds. */
  const times = new Map<string, number>();
  const resumes = new ResumeBook();
  let nowMs = 0;
  const blindness = { isBlind: false };
  const source = () => ({
    checkOf: (id: string) => checks.open(id),
    standingOf: (check: KnownCheck | undefined) => {
      const { id } = check!;
      return {
        verdict: verdicts.get(id) ?? 'unknown',
        isSuspect: suspects.has(id),
        isHeldBack: heldBack.has(id),
        dissent: dissents.get(id) ?? 0,
        ttlSeconds: 10,
      };
    },
    shiftOf: (spec: EndpointSpec) => shifts.get(spec.value) ?? null,
    loadOf: (check: string) => ({
      report: null,
      source: null,
      ageMs: 0,
      standing: 'stale' as const,
      responseMs: times.get(check) ?? null,
    }),
    resumes,
    isBlind: blindness.isBlind,
    nowMs,
    wallMs: nowMs,
  });
  writer.rebuild(source());
  const set = (changes: Record<string, CheckState>) => {
    for (const [value, verdict] of Object.entries(changes)) verdicts.set(`check:${value}`, verdict);
    writer.write(
      Object.keys(changes).map((value) => checks.open(`check:${value}`)),
      source(),
    );
  };
  const pass = (seconds: number) => {
    nowMs += seconds * 1000;
    writer.passTime(source());
  };
  const words = () => specs.map((_, slot) => unpackHealth(registry.table[slot]!));
  const slots = (isTrue: (word: number) => boolean) => specs.map((_, slot) => isTrue(registry.table[slot]!));
  return {
    registry,
    writer,
    source,
    set,
    pass,
    suspects,
    heldBack,
    dissents,
    shifts,
    times,
    resumes,
    blindness,
    words,
    eligible: () => slots(isEligibleWord),
    lastGood: () => slots(isLastGoodWord),
    factors: () => words().map(({ factor }) => factor),
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

  it('say which regions dispute the verdict, whether or not anything else has changed', () => {
    const { registry, set, dissents } = world([a, b]);
    const disputes = () =>
      [0, 1].map((slot) => isDisputedWord(registry.table[slot]!) && dissentOf(registry.table, slot));
    set({ a: 'up', b: 'up' });
    dissents.set(a.check.id, 0b110);
    set({ a: 'up' });
    expect(disputes()).toEqual([0b110, false]);
    dissents.set(a.check.id, 0b011);
    set({ b: 'down', a: 'up' });
    expect(disputes()).toEqual([0b011, false]);
    dissents.clear();
    set({ a: 'up' });
    expect(disputes()).toEqual([false, false]);
  });

  it('reach every endpoint that shares a check, in whatever record', () => {
    const elsewhere = endpointSpec('z', { name: 'api.example.com.', check: a.check });
    const { set, eligible } = world([a, b, elsewhere]);
    set({ a: 'down' });
    expect(eligible()).toEqual([false, true, false]);
  });

  it('are written for endpoints that came with a reload', () => {
    const { registry, writer, source, set } = world([a]);
    set({ a: 'down' });
    const late = endpointSpec('late', { check: a.check });
    const [slot] = registry.claim([late]);
    writer.rebuild(source());
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

describe('the weight in the words', () => {
  const recovery: RecoveryModel = { ramp: { seconds: 100, floor: 0.125 }, manualResume: false };
  const [ra, rb] = [a, b].map((spec) => ({ ...spec, recovery })) as [EndpointSpec, EndpointSpec];

  it('grows after an outage, second by second, and never falls', () => {
    const { set, pass, factors, words } = world([ra, rb]);
    set({ a: 'up', b: 'up' });
    expect(factors()).toEqual([1024, 1024]);
    set({ a: 'down' });
    set({ a: 'up' });
    expect(factors()).toEqual([128, 1024]);
    expect(words().map(({ ttlSeconds }) => ttlSeconds)).toEqual([1, 10]);
    let before = 0;
    for (let second = 1; second <= 110; second++) {
      pass(1);
      const [factor] = factors() as [number, number];
      expect(factor).toBeGreaterThanOrEqual(before);
      before = factor;
      if (second === 50) expect(factor).toBe(512);
    }
    expect(factors()).toEqual([1024, 1024]);
    expect(words()[0]!.ttlSeconds).toBe(10);
  });

  it('does not grow when all peers of the pool would, and stays whole when others join them', () => {
    const elsewhere = { ...c, pool: 'other', recovery };
    const { set, pass, factors } = world([ra, rb, elsewhere]);
    set({ a: 'down', b: 'down', c: 'up' });
    set({ a: 'up' });
    expect(factors()[0]).toBe(1024);
    set({ b: 'up' });
    expect(factors()).toEqual([1024, 128, 1024]);
    pass(10);
    expect(factors()).toEqual([1024, 128, 1024]);
  });

  it('is that of the shift, at once; afterwards it grows again', () => {
    const { writer, source, shifts, pass, words, factors } = world([a, b]);
    shifts.set('a', 0.25).set('b', 0);
    writer.writeAll(source());
    expect(factors()).toEqual([256, 0]);
    expect(words().map(({ shifted, ttlSeconds }) => [shifted, ttlSeconds])).toEqual([
      [true, 1],
      [true, 1],
    ]);
    shifts.clear();
    writer.writeAll(source());
    expect(factors()).toEqual([256, 1]);
    expect(words().map(({ shifted }) => shifted)).toEqual([false, false]);
    pass(30);
    expect(factors()).toEqual([512, 512]);
    pass(30);
    expect(factors()).toEqual([1024, 1024]);
  });

  it('survives a reload half way', () => {
    const { registry, writer, source, set, pass, factors } = world([ra, rb]);
    set({ a: 'down', b: 'up' });
    set({ a: 'up' });
    pass(50);
    registry.claim([ra, rb]);
    writer.rebuild(source());
    expect(factors()).toEqual([512, 1024]);
  });
});

describe('a node that is blind', () => {
  it('serves what is not drained, with the shortest TTL, and bars again once it sees', () => {
    const { writer, source, set, shifts, blindness, eligible, words } = world([a, b, c]);
    set({ a: 'down', b: 'up', c: 'up' });
    shifts.set('c', 0);
    blindness.isBlind = true;
    writer.writeAll(source());
    expect(eligible()).toEqual([true, true, true]);
    expect(words().map(({ ttlSeconds, factor }) => [ttlSeconds, factor])).toEqual([
      [1, 1024],
      [1, 1024],
      [1, 0],
    ]);
    expect(words()[0]!.verdict).toBe(Verdict.DOWN);
    expect(words().every(({ blind }) => blind)).toBe(true);
    blindness.isBlind = false;
    writer.writeAll(source());
    expect(eligible()).toEqual([false, true, true]);
    expect(words().some(({ blind }) => blind)).toBe(false);
  });
});

describe('an endpoint that is up again', () => {
  it('is not readmitted while it is held back beside one that is always served', () => {
    const { set, heldBack, eligible } = world([a, endpointSpec('b', { status: 'up' })]);
    heldBack.add('check:a');
    set({ a: 'up', b: 'up' });
    expect(eligible()).toEqual([false, true]);
  });

  it('is not readmitted while it is held back, unless nothing else is left', () => {
    const { set, heldBack, eligible, words } = world([a, b]);
    heldBack.add('check:a');
    set({ a: 'up', b: 'up' });
    expect(eligible()).toEqual([false, true]);
    expect(words()[0]!.verdict).toBe(Verdict.UP);
    set({ b: 'down' });
    expect(eligible()).toEqual([true, false]);
  });

  it('waits for an operator where the file says so', () => {
    const manual = { ...a, recovery: { ramp: null, manualResume: true } };
    const { writer, source, set, resumes, eligible } = world([manual, b]);
    set({ a: 'up' });
    set({ a: 'down' });
    set({ a: 'up' });
    expect(eligible()).toEqual([false, true]);
    set({ b: 'down' });
    expect(eligible()).toEqual([false, false]);
    resumes.release(manual.key, 0);
    writer.writeAll(source());
    expect(eligible()).toEqual([true, false]);
  });

  const quick = ['a', 'b', 'c'].map((value) => endpointSpec(value, { balance: 'least_latency' }));

  it('follow the loads slowly where the balance says so, and other records with the same checks do not', () => {
    const other = endpointSpec('a', { name: 'other.example.com.' });
    const { times, set, pass, factors, words } = world([...quick, other]);
    set({ a: 'up', b: 'up', c: 'up' });
    for (const [value, ms] of Object.entries({ a: 10, b: 40, c: 40 })) times.set(`check:${value}`, ms);
    pass(2);
    const first = factors();
    expect(first[0]).toBe(1024);
    expect(first[1]).toBeLessThan(1024);
    expect(first[1]).toBeGreaterThan(900);
    for (let i = 0; i < 300; i++) pass(2);
    expect(factors()).toEqual([1024, 512, 512, 1024]);
    expect(words().map(({ ttlSeconds }) => ttlSeconds)).toEqual([10, 10, 10, 10]);
  });

  it('of a corrected endpoint keep their correction while it is shifted, and ask for the shortest TTL only then', () => {
    const { times, set, pass, factors, shifts, words, writer, source } = world(quick);
    set({ a: 'up', b: 'up', c: 'up' });
    for (const [value, ms] of Object.entries({ a: 10, b: 40, c: 40 })) times.set(`check:${value}`, ms);
    for (let i = 0; i < 300; i++) pass(2);
    const correction = () => writer.correctionOf(quick[1]!.key)!.factor;
    const before = correction();
    shifts.set('b', 0.5);
    writer.writeAll(source());
    expect(factors()).toEqual([1024, 256, 512]);
    for (let i = 0; i < 100; i++) pass(2);
    expect(correction()).toBe(before);
    expect(words().map(({ ttlSeconds }) => ttlSeconds)).toEqual([10, 1, 10]);
    expect(writer.correctionOf(quick[1]!.key)).toMatchObject({ condition: 'moving', terms: { responseMs: 40 } });
    expect(writer.correctionOf('other')).toBeNull();
  });

  it('of a corrected endpoint keep the TTL of what stands still when a suspicion has passed', () => {
    const { times, set, pass, suspects, words } = world(quick);
    set({ a: 'up', b: 'up', c: 'up' });
    times.set('check:a', 10).set('check:b', 40);
    for (let i = 0; i < 30; i++) pass(2);
    suspects.add('check:b');
    set({ b: 'up' });
    expect(words()[1]).toMatchObject({ suspect: true, ttlSeconds: 1 });
    suspects.clear();
    set({ b: 'up' });
    expect(words()[1]).toMatchObject({ suspect: false, ttlSeconds: 10 });
  });

  it('of an endpoint that was down grow by ramp and correction together', () => {
    const ramp = { ramp: { seconds: 100, floor: 0.1 }, manualResume: false };
    const { times, set, pass, factors } = world(quick.map((spec) => ({ ...spec, recovery: ramp })));
    set({ a: 'up', b: 'up', c: 'up' });
    for (const [value, ms] of Object.entries({ a: 10, b: 40, c: 40 })) times.set(`check:${value}`, ms);
    for (let i = 0; i < 300; i++) pass(2);
    set({ b: 'down' });
    pass(2);
    set({ b: 'up' });
    pass(50);
    expect(factors()[1]).toBeGreaterThan(230);
    expect(factors()[1]).toBeLessThan(300);
  });

  it('of thousands of corrected endpoints take their steps in turns, none left out', () => {
    const many = Array.from({ length: 2_500 }, (_, i) =>
      endpointSpec(`e${i}`, { name: `n${i >> 1}.example.com.`, balance: 'least_latency' }),
    );
    const { times, pass, writer, registry } = world(many, 2_500);
    for (let i = 0; i < many.length; i++) times.set(`check:e${i}`, i % 2 === 0 ? 10 : 40);
    const stepped = () => many.filter(({ key }) => writer.correctionOf(key) !== null).length;
    pass(2);
    expect(stepped()).toBe(1_000);
    pass(1);
    expect(stepped()).toBe(2_000);
    pass(1);
    expect(stepped()).toBe(2_500);
    for (let i = 0; i < 900; i++) pass(1);
    expect(new Set(many.map((_, slot) => unpackHealth(registry.table[slot]!).factor))).toEqual(new Set([1024, 512]));
  });
});
