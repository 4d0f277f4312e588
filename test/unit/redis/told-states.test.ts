import { describe, expect, it } from 'vitest';
import type { CheckState } from '../../../src/health/observation.ts';
import type { AgentSnapshot } from '../../../src/health/report.ts';
import { ToldStates } from '../../../src/redis/told-states.ts';

function message(states: Record<string, CheckState>, fields: Partial<AgentSnapshot> = {}): AgentSnapshot {
  const times = { connectMs: null, connectDevMs: null, serverMs: null };
  const reports = Object.entries(states).map(([id, state]) => ({
    id,
    state,
    reason: '',
    ...times,
    seq: 1,
    heldMs: 0,
    failing: 0,
  }));
  return { agent: 'a', region: 'r', boot: 'b', seq: 1, intervalMs: 5000, reports, ...fields };
}

const idsOf = (told: ToldStates, snapshot: AgentSnapshot) => told.newsIn(snapshot).map(({ id }) => id);

describe('news in a snapshot', () => {
  it('are none in the first of an agent, nor in the first of a boot', () => {
    const told = new ToldStates();
    expect(idsOf(told, message({ x: 'down' }))).toEqual([]);
    told.noteSnapshot(message({ x: 'up' }));
    expect(idsOf(told, message({ x: 'down' }, { boot: 'b2' }))).toEqual([]);
    expect(idsOf(told, message({ x: 'down' }, { agent: 'other' }))).toEqual([]);
  });

  it('are the states that neither a snapshot nor changes have told', () => {
    const told = new ToldStates();
    told.noteSnapshot(message({ x: 'up', y: 'up', z: 'down' }));
    told.noteChanges(message({ y: 'down' }));
    expect(idsOf(told, message({ x: 'down', y: 'down', z: 'down', late: 'up', idle: 'unknown' }))).toEqual([
      'x',
      'late',
    ]);
  });

  it('stay news until the snapshot has arrived', () => {
    const told = new ToldStates();
    told.noteSnapshot(message({ x: 'up' }));
    expect(idsOf(told, message({ x: 'down' }))).toEqual(['x']);
    expect(idsOf(told, message({ x: 'down' }))).toEqual(['x']);
    told.noteSnapshot(message({ x: 'down' }));
    expect(idsOf(told, message({ x: 'down' }))).toEqual([]);
  });
});
