import { beforeEach, describe, expect, it } from 'vitest';
import { decideTargets } from '../../../src/answer/decide-targets.ts';
import { HINTS_OF_FILE, TargetState } from '../../../src/answer/followed-targets.ts';
import { Transaction } from '../../../src/answer/transaction.ts';
import { ANSWERS_MAX } from '../../../src/base/limits.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { ScannedName } from '../../../src/wire/scanned-name.ts';
import { type DynamicSketch, modelZone, serve, wireName } from '../../tools/model-zone.ts';

const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });
const sketch = (name: string, values: string[], more: Partial<DynamicSketch> = {}): DynamicSketch => ({
  name,
  pools: { all: { values } },
  rules: [{ pool: 'all' }],
  ...more,
});
const crowd = Array.from({ length: 20 }, (_, i) => `crowd 70 A 192.0.2.${100 + i}`);
const LINES = [
  ...crowd,
  's 300 HTTPS 1 steered',
  's 300 HTTPS 2 crowd',
  's 300 HTTPS 3 far.test.',
  's 300 HTTPS 4 none',
  's 300 HTTPS 5 picked',
  's 300 HTTPS 6 chosen',
  's 300 HTTPS 7 half',
  'half 300 ALIAS far.test.',
];
const models = [
  modelZone(
    'example.',
    LINES,
    [
      sketch('steered', ['192.0.2.1', '192.0.2.2'], { answers: 2, ttl: 90, steering: { ttl: { min: 7, max: 50 } } }),
      sketch('picked', ['elsewhere.test.'], { type: 'CNAME', values: ['elsewhere.test.'], ttl: 33 }),
      sketch('chosen', ['seventh.example.'], { type: 'CNAME', values: ['seventh.example.'], ttl: 80 }),
      sketch('seventh', ['192.0.2.7'], { ttl: 80 }),
      sketch('half', ['192.0.2.7'], { ttl: 80 }),
    ],
    [{ owner: 's', type: 'HTTPS', hints: true }],
  ),
];
const { tables, registry, slotOf } = serve(models);
const STEERED = 0;
const CROWD = 1;
const FAR = 2;
const NONE = 3;
const PICKED = 4;
const CHOSEN = 5;
const HALF = 6;

function decideAll() {
  const zone = tables.zones[0]!;
  const name = new ScannedName();
  const wire = wireName('s.example.');
  name.scan(wire, 0, wire.length);
  const tx = new Transaction(1);
  tx.name = name;
  const ttl = decideTargets(tx, tables, zone, zone.dataOf(zone.findRRset(zone.find(name, 0), RRType.HTTPS)), 300);
  const { states, hintCount, hintsV4 } = tx.followed;
  const hintsOf = (target: number) => [hintCount[2 * target], hintCount[2 * target + 1]];
  return { ttl, tx, states, hintsOf, hintsV4 };
}

beforeEach(() => tables.health.fill(UNKNOWN_WORD));

describe('targets', () => {
  it('are alive, down, or nothing that a zone here could tell', () => {
    expect([...decideAll().states.subarray(0, 5)]).toEqual([
      TargetState.ALIVE,
      TargetState.ALIVE,
      TargetState.OUTSIDE,
      TargetState.UNKNOWN,
      // What was picked lives, although its addresses are not ours.
      TargetState.ALIVE,
    ]);
    for (const value of ['192.0.2.1', '192.0.2.2', 'elsewhere.test.']) tables.health[slotOf(value)] = DOWN;
    const { states, hintsOf } = decideAll();
    expect([states[STEERED], states[PICKED], states[CROWD]]).toEqual([
      TargetState.DOWN,
      TargetState.DOWN,
      TargetState.ALIVE,
    ]);
    // Of what is down there are no hints, neither ours nor those that the file had.
    expect([hintsOf(STEERED), hintsOf(PICKED)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('are down when all that a steered CNAME chose is down, and not while a family leads outside', () => {
    for (const { slot, spec } of registry.endpoints()) if (spec.value === '192.0.2.7') tables.health[slot] = DOWN;
    const { states } = decideAll();
    expect([states[CHOSEN], states[HALF]]).toEqual([TargetState.DOWN, TargetState.OUTSIDE]);
  });

  it('have the addresses that a query would get, as many as an answer may have', () => {
    const { hintsOf, hintsV4 } = decideAll();
    expect(hintsOf(STEERED)).toEqual([2, 0]);
    expect([...hintsV4.subarray(0, 8)].filter((_, i) => i % 4 === 3).sort()).toEqual([1, 2]);
    expect(hintsOf(CROWD)).toEqual([ANSWERS_MAX, 0]);
    const at = CROWD * ANSWERS_MAX * 4;
    expect([...hintsV4.subarray(at, at + 8)]).toEqual([192, 0, 2, 100, 192, 0, 2, 101]);
    expect(hintsOf(FAR)).toEqual([HINTS_OF_FILE, HINTS_OF_FILE]);
    expect(hintsOf(NONE)).toEqual([0, 0]);
  });

  it('hold for the shortest of what was decided and of what became a hint', () => {
    expect(decideAll().ttl).toBe(33);
    const word = { ...unpackHealth(UNKNOWN_WORD), ttlSeconds: 9 };
    tables.health[slotOf('192.0.2.1')] = packHealth(word);
    expect(decideAll().ttl).toBe(9);
    for (const value of ['192.0.2.1', '192.0.2.2']) tables.health[slotOf(value)] = DOWN;
    expect(decideAll().ttl).toBe(7);
  });
});
