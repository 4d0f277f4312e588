import { describe, expect, it } from 'vitest';
import { SAYS_DOWN, SAYS_UP, VoteMatrix } from '../../../src/health/vote-matrix.ts';

describe('the matrix of votes', () => {
  it('holds one octet for each check and agent', () => {
    const matrix = new VoteMatrix();
    matrix.set('x', 0, 'up');
    matrix.set('x', 3, 'down');
    matrix.set('y', 3, 'up');
    expect([...matrix.rowOf('x').slice(0, 4)]).toEqual([SAYS_UP, 0, 0, SAYS_DOWN]);
    expect(matrix.rowOf('y')[3]).toBe(SAYS_UP);
    expect(matrix.rowOf('nobody')[3]).toBeUndefined();
  });

  it('widens for agents that come late, and keeps what was said', () => {
    const matrix = new VoteMatrix();
    matrix.set('x', 0, 'down');
    matrix.set('x', 255, 'up');
    expect([matrix.rowOf('x')[0], matrix.rowOf('x')[255]]).toEqual([SAYS_DOWN, SAYS_UP]);
  });

  it('forgets a check of which nobody says anything any more', () => {
    const matrix = new VoteMatrix();
    matrix.set('x', 0, 'unknown');
    matrix.set('x', 200, 'unknown');
    expect(matrix.size).toBe(0);
    matrix.set('x', 0, 'up');
    matrix.set('x', 0, 'down');
    matrix.set('x', 1, 'up');
    matrix.set('x', 0, 'unknown');
    matrix.set('x', 0, 'unknown');
    expect(matrix.size).toBe(1);
    matrix.set('x', 200, 'unknown');
    matrix.set('x', 1, 'unknown');
    expect(matrix.size).toBe(0);
  });
});
