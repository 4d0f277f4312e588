import { describe, expect, it } from 'vitest';
import { FlapDamper, flapOf, isSuppressed, type Penalized } from '../../../src/health/flap-damping.ts';

const MINUTE = 60_000;

const named = (id: string): Penalized => ({ id, penalty: null });

describe('flap damping', () => {
  it('lets two downs in a short time pass, and holds the third back', () => {
    const [damper, x, y] = [new FlapDamper(), named('x'), named('y')];
    damper.noteDown(x, 0);
    damper.noteDown(x, 10_000);
    expect(isSuppressed(x)).toBe(false);
    damper.noteDown(x, 20_000);
    expect(isSuppressed(x)).toBe(true);
    expect(isSuppressed(y)).toBe(false);
  });

  it('readmits when the penalty has fallen from 3000 to 750, after two half-lives', () => {
    const [damper, x] = [new FlapDamper(), named('x')];
    for (let i = 0; i < 3; i++) damper.noteDown(x, 0);
    expect(damper.age(9.99 * MINUTE)).toEqual([]);
    expect(damper.age(10 * MINUTE)).toEqual([x]);
    expect(isSuppressed(x)).toBe(false);
    expect(damper.age(11 * MINUTE)).toEqual([]);
  });

  it('never holds back for more than 15 minutes after the last down, however many there were', () => {
    const [damper, x] = [new FlapDamper(), named('x')];
    for (let i = 0; i < 1000; i++) damper.noteDown(x, i);
    expect(damper.age(14.9 * MINUTE)).toEqual([]);
    expect(damper.age(15.1 * MINUTE)).toEqual([x]);
  });

  it('forgives downs that are far apart', () => {
    const [damper, x] = [new FlapDamper(), named('x')];
    for (let i = 0; i < 100; i++) {
      damper.noteDown(x, i * 5 * MINUTE);
      expect(isSuppressed(x)).toBe(false);
      damper.age(i * 5 * MINUTE);
    }
  });

  it('forgets a check', () => {
    const [damper, x] = [new FlapDamper(), named('x')];
    for (let i = 0; i < 3; i++) damper.noteDown(x, 0);
    damper.forget(x);
    expect(isSuppressed(x)).toBe(false);
    expect(damper.age(20 * MINUTE)).toEqual([]);
  });

  it('tells penalty and time, and goes on after a restart where it had been', () => {
    const [damper, x, y] = [new FlapDamper(), named('x'), named('y')];
    for (let i = 0; i < 3; i++) damper.noteDown(x, 0);
    damper.noteDown(y, 0);
    expect(flapOf(x, 0)).toEqual({ check: 'x', penalty: 3_000, heldMs: 10 * MINUTE });
    expect(flapOf(y, 5 * MINUTE)).toEqual({ check: 'y', penalty: 500, heldMs: 0 });
    expect(flapOf(named('z'), 0)).toBeNull();
    const [later, laterX, laterY] = [new FlapDamper(), named('x'), named('y')];
    const [flapOfX, flapOfY] = damper.list(2 * MINUTE);
    later.recall(laterX, flapOfX!, 3 * MINUTE, 1_000_000);
    later.recall(laterY, flapOfY!, 3 * MINUTE, 1_000_000);
    expect(isSuppressed(laterX)).toBe(true);
    expect(isSuppressed(laterY)).toBe(false);
    expect(flapOf(laterX, 1_000_000)!.heldMs / MINUTE).toBeCloseTo(5, 1);
    expect(later.age(1_000_000 + 4.9 * MINUTE)).toEqual([]);
    expect(later.age(1_000_000 + 5.1 * MINUTE)).toEqual([laterX]);
  });
});
