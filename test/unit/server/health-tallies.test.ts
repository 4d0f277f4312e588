import { expect, it } from 'vitest';
import { HealthTallies } from '../../../src/server/health-tallies.ts';

it('counts verdicts told one by one and those told in sum', () => {
  const tallies = new HealthTallies();
  const change = { event: 'verdict', check: 'c', regions: {}, reason: '' } as const;
  tallies.note({ ...change, verdict: 'down', previous: 'up' });
  tallies.note({ ...change, verdict: 'up', previous: 'down' });
  tallies.note({ ...change, verdict: 'unknown', previous: 'up' });
  tallies.note({ event: 'verdicts', up: 4, down: 7 });
  expect(tallies.read().transitions).toEqual({ up: 5, down: 8, unknown: 1 });
});

it('counts losses and beginnings, not their ends', () => {
  const tallies = new HealthTallies();
  for (const state of ['lost', 'connected'] as const) tallies.note({ event: 'store', state, trouble: null });
  for (const state of ['begins', 'ends'] as const) tallies.note({ event: 'guard', state });
  tallies.note({ event: 'agent', agent: 'a', region: 'r', change: 'stale' });
  tallies.note({ event: 'mode', mode: 'HOLD', previous: 'NORMAL', reason: null });
  expect(tallies.read()).toMatchObject({ storeLosses: 1, guards: 1, modes: 1, agents: { stale: 1, joined: 0 } });
});
