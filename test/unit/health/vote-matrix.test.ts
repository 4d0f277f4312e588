import { describe, expect, it } from 'vitest';
import { Voice } from '../../../src/health/voice.ts';
import { VoteMatrix } from '../../../src/health/vote-matrix.ts';

describe('the matrix of votes', () => {
  it('holds one octet for each check and agent', () => {
    const matrix = new VoteMatrix();
    matrix.set('x', 0, Voice.UP);
    matrix.set('x', 3, Voice.DOWN);
    matrix.set('y', 3, Voice.UP);
    expect([...matrix.rowOf('x').slice(0, 4)]).toEqual([Voice.UP, 0, 0, Voice.DOWN]);
    expect(matrix.rowOf('y')[3]).toBe(Voice.UP);
    expect(matrix.rowOf('nobody')[3]).toBeUndefined();
  });

  it('widens for agents that come late, and keeps what was said', () => {
    const matrix = new VoteMatrix();
    matrix.set('x', 0, Voice.DOWN);
    matrix.set('x', 255, Voice.UP);
    expect([matrix.rowOf('x')[0], matrix.rowOf('x')[255]]).toEqual([Voice.DOWN, Voice.UP]);
  });

  it('forgets a check of which nobody says anything any more', () => {
    const matrix = new VoteMatrix();
    matrix.set('x', 0, Voice.UNKNOWN);
    matrix.set('x', 200, Voice.UNKNOWN);
    expect(matrix.size).toBe(0);
    matrix.set('x', 0, Voice.UP);
    matrix.set('x', 0, Voice.DOWN);
    matrix.set('x', 1, Voice.UP);
    matrix.set('x', 0, Voice.UNKNOWN);
    matrix.set('x', 0, Voice.UNKNOWN);
    expect(matrix.size).toBe(1);
    matrix.set('x', 200, Voice.UNKNOWN);
    matrix.set('x', 1, Voice.UNKNOWN);
    expect(matrix.size).toBe(0);
  });
});
