import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/base/random.ts';
import { decide } from '../../../src/decision/decide.ts';
import { Decision, Outcome } from '../../../src/decision/decision.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { ClientSubnet } from '../../../src/wire/client-subnet.ts';
import { RRType } from '../../../src/wire/codes.ts';
import type { AllDown } from '../../../src/zone/zone-model.ts';
import { chiSquare, chiSquareLimit } from '../../tools/chi-square.ts';
import { type DynamicSketch, modelZone, serve } from '../../tools/model-zone.ts';
import { findNode } from '../../tools/zone-node.ts';

const unknown = unpackHealth(UNKNOWN_WORD);
const DOWN = packHealth({ ...unknown, verdict: Verdict.DOWN, barred: true });

function steered(sketch: Partial<DynamicSketch>) {
  const pools = {
    eu: { fallback: 'us', values: ['192.0.2.1', '192.0.2.2'] },
    us: { fallback: 'ap', values: ['192.0.2.3'] },
    ap: { values: ['192.0.2.4 3'] },
  };
  const model = { name: 'www', values: ['192.0.2.8', '192.0.2.9'], pools, rules: [{ pool: 'eu' }], ...sketch };
  const serving = serve([modelZone('example.', [], [model])]);
  const { tables } = serving;
  const zone = tables.zones[0]!;
  const at = zone.dataOf(zone.findRRset(findNode(zone, 'www.example.'), RRType.A));
  const decision = new Decision();
  const random = new RandomStream(5);
  const request = { sourceFamily: 4 as const, sourceWords: new Uint32Array(4), subnet: new ClientSubnet() };
  return {
    set: (value: string, word: number) => {
      tables.health[serving.slotOf(value)] = word;
    },
    /** Last octets of the chosen addresses, or the outcome. */
    decide: (): number[] | string => {
      decide(decision, zone, at, request, tables.classTables, tables.health, random);
      if (decision.outcome === Outcome.NODATA) return 'nodata';
      if (decision.outcome === Outcome.FAILURE) return 'servfail';
      return [...decision.dataAt.subarray(0, decision.count)].map((at) => zone.bytes[at + 6]!);
    },
  };
}

/** How often each last octet was answered in `rounds` decisions. */
function shares(of: ReturnType<typeof steered>, rounds = 100_000): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < rounds; i++)
    for (const octet of of.decide()) counts.set(Number(octet), (counts.get(Number(octet)) ?? 0) + 1);
  return counts;
}

describe('decide', () => {
  it('stays in the pool of the rule while one endpoint of it is eligible', () => {
    const record = steered({});
    record.set('192.0.2.1', DOWN);
    expect([...shares(record, 1000).keys()]).toEqual([2]);
  });

  it('follows the fallback chain, pool by pool', () => {
    const record = steered({});
    record.set('192.0.2.1', DOWN);
    record.set('192.0.2.2', DOWN);
    expect(record.decide()).toEqual([3]);
    record.set('192.0.2.3', DOWN);
    expect(record.decide()).toEqual([4]);
    record.set('192.0.2.1', UNKNOWN_WORD);
    expect(record.decide()).toEqual([1]);
  });

  it('serves what it knows nothing about', () => {
    expect(steered({}).decide()).toHaveLength(1);
  });

  it('answers as many records as the record says, from one pool', () => {
    expect(steered({ answers: 4 }).decide()).toHaveLength(2);
  });

  it('with everything exhausted does what all_down says', () => {
    const exhausted = (allDown: AllDown, lastGood?: string) => {
      const record = steered({ allDown });
      for (let i = 1; i <= 4; i++) record.set(`192.0.2.${i}`, DOWN);
      if (lastGood) record.set(lastGood, packHealth({ ...unpackHealth(DOWN), lastGood: true }));
      return record;
    };
    expect(exhausted('nodata').decide()).toBe('nodata');
    expect(exhausted('servfail').decide()).toBe('servfail');
    expect([...shares(exhausted('values'), 2000).keys()].sort()).toEqual([8, 9]);
    expect([...shares(exhausted('first_pool'), 2000).keys()].sort()).toEqual([1, 2]);
    expect([...shares(exhausted('last_good', '192.0.2.3'), 100).keys()]).toEqual([3]);
    expect([...shares(exhausted('last_good'), 2000).keys()].sort()).toEqual([8, 9]);
    const all = shares(exhausted('serve_all'));
    const counts = [1, 2, 3, 4].map((octet) => all.get(octet) ?? 0);
    expect(chiSquare(counts, [1, 1, 1, 3])).toBeLessThan(chiSquareLimit(3));
  });

  it('never answers with a drained endpoint or one of status down, however bad the rest', () => {
    const pools = { p: { values: ['192.0.2.1', '192.0.2.2 1 down', '192.0.2.3'] } };
    const record = steered({ pools, rules: [{ pool: 'p' }], allDown: 'serve_all' });
    record.set('192.0.2.1', packHealth({ ...unknown, factor: 0, shifted: true }));
    record.set('192.0.2.3', DOWN);
    expect([...shares(record, 500).keys()]).toEqual([3]);
  });

  it('is the same for the same seed', () => {
    const [a, b] = [steered({}), steered({})];
    for (let i = 0; i < 100; i++) expect(a.decide()).toEqual(b.decide());
  });

  describe('with min_healthy', () => {
    const values = ['192.0.2.1 3', '192.0.2.2 1', '192.0.2.3 1'];
    const pools = { eu: { fallback: 'us', values }, us: { values: ['192.0.2.4'] } };
    const record = (minHealthy: number, allDown: AllDown = 'values') =>
      steered({ pools, rules: [{ pool: 'eu' }], allDown, steering: { minHealthy } });

    it('passes a pool over below that share of its weight, and not at it', () => {
      const enough = record(0.6);
      enough.set('192.0.2.2', DOWN);
      enough.set('192.0.2.3', DOWN);
      expect(enough.decide()).toEqual([1]);
      const few = record(0.61);
      few.set('192.0.2.2', DOWN);
      few.set('192.0.2.3', DOWN);
      expect(few.decide()).toEqual([4]);
    });

    it('does not count a ramp as illness', () => {
      const ramping = record(0.9);
      for (const value of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
        ramping.set(value, packHealth({ ...unknown, factor: 100 }));
      }
      expect(ramping.decide()).not.toEqual([4]);
    });

    it('does what all_down says when all are passed over, the living before the dead', () => {
      const passedOver = (allDown: AllDown) => {
        const ill = record(0.5, allDown);
        ill.set('192.0.2.1', DOWN);
        ill.set('192.0.2.4', DOWN);
        return ill;
      };
      expect([...shares(passedOver('values'), 500).keys()].sort()).toEqual([8, 9]);
      expect([...shares(passedOver('first_pool'), 500).keys()].sort()).toEqual([2, 3]);
      expect(passedOver('nodata').decide()).toBe('nodata');
    });
  });

  describe('with trickle', () => {
    it('sends its share to the fallback, and to nothing when that is down', () => {
      const record = steered({ steering: { trickle: 0.1 } });
      const counts = shares(record);
      expect(chiSquare([(counts.get(1) ?? 0) + (counts.get(2) ?? 0), counts.get(3) ?? 0], [9, 1])).toBeLessThan(
        chiSquareLimit(1),
      );
      record.set('192.0.2.3', DOWN);
      expect([...shares(record, 2000).keys()].sort()).toEqual([1, 2]);
    });

    it('has no effect on a record with one pool', () => {
      const pools = { only: { values: ['192.0.2.1'] } };
      expect([
        ...shares(steered({ pools, rules: [{ pool: 'only' }], steering: { trickle: 0.5 } }), 500).keys(),
      ]).toEqual([1]);
    });
  });
});
