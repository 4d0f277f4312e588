import { expect, it } from 'vitest';
import {
  compareChange,
  excessOfShift,
  PlanError,
  withCapacities,
  wordsAfter,
} from '../../../src/decision/planned-change.ts';
import { wordsOfNothing } from '../../../src/decision/what-if-report.ts';
import { unpackHealth } from '../../../src/health/health-table.ts';
import type { Override } from '../../../src/health/override.ts';
import { modelZone } from '../../tools/model-zone.ts';
import { groundOf, poolIn } from '../../tools/what-if-world.ts';

const pools = { eu: poolIn('dublin', 1, 100, 150), us: poolIn('virginia', 2, 100, 150) };
const plain = { us: { values: ['192.0.2.9'], region: 'virginia' } };
const SHARED = {
  method: 'weighted',
  pools: [
    { pool: 'eu', weight: 50 },
    { pool: 'us', weight: 50 },
  ],
};
const ground = groundOf([{ name: 'www', pools, rules: [{ pool: 'eu' }], steering: SHARED } as never]);
const words = wordsOfNothing(ground);
const CHANGE = { down: [], edits: { weights: [], biases: [] }, name: null, load: 200 };
const SHIFT: Override = {
  id: 'a',
  scope: 'region',
  target: 'dublin',
  factor: 0,
  isResume: false,
  reason: '',
  by: '',
  createdMs: 0,
  expiresMs: 60_000,
};

it('tells what the loss of a region would do', () => {
  const { ok, over, change } = compareChange(ground, words, { ...CHANGE, down: ['dublin'] });
  expect(ok).toBe(false);
  expect(over).toMatchObject([{ pool: 'us', load: 200, max: 150 }]);
  expect(change.down).toEqual(['dublin']);
  expect(unpackHealth(wordsAfter(ground, words, { ...CHANGE, down: ['dublin'] })[0]!).barred).toBe(true);
});

it('refuses what nothing has, since its gate would never close', () => {
  expect(() => compareChange(ground, words, { ...CHANGE, down: ['mars'] })).toThrow(PlanError);
  const edits = { weights: [{ target: 'nowhere', weight: 1 }], biases: [] };
  expect(() => compareChange(ground, words, { ...CHANGE, edits })).toThrow(/neither a pool nor a region/);
});

it('counts against a shift what it does to others, not to its own target', () => {
  expect(excessOfShift(ground, words, SHIFT, 200)).toMatchObject([{ pool: 'us', load: 200 }]);
  expect(excessOfShift(ground, words, { ...SHIFT, target: 'mars' }, 200)).toEqual([]);
  expect(excessOfShift(ground, words, SHIFT, 100)).toEqual([]);
});

it('leaves out records that no capacity bounds', () => {
  const bounded = { name: 'a', pools, rules: [{ pool: 'eu' }] };
  const model = modelZone('example.', [], [bounded, { name: 'b', pools: plain, rules: [{ pool: 'us' }] }]);
  expect(withCapacities(model)[0]!.dynamics).toHaveLength(1);
  expect(withCapacities({ ...model, dynamics: model.dynamics.slice(1) })).toEqual([]);
});
