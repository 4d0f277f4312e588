import { describe, expect, it } from 'vitest';
import { AgentLedger } from '../../../src/health/agent-ledger.ts';
import { CheckBook, type KnownCheck } from '../../../src/health/check-book.ts';
import { CheckJudge, type CheckStanding } from '../../../src/health/check-judge.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { checkSpec } from '../../tools/check-spec.ts';

type Saying = readonly [state: CheckState, failing: number];

/** Agents that say of the check `x` what they are told to, each in its own region unless named otherwise. */
function court(agents: number, spec: Partial<CheckSpec> = {}, regionOf = (agent: number) => `r${agent}`) {
  const book = new CheckBook();
  const ledger = new AgentLedger(book);
  const judge = new CheckJudge(book, ledger);
  const standing = (id = 'x') => judge.standingOf(book.find(id));
  judge.setChecks(new Map([['x', { ...checkSpec(spec), id: 'x' }]]), new Map([['x', 1]]));
  let seq = 0;
  let nowMs = 1_000;
  let isSettled = true;
  const regions = new Set(Array.from({ length: agents }, (_, i) => regionOf(i))).size;
  const judged = (isNormal = true) =>
    judge.judge([book.open('x')], { isNormal, knownRegions: regions, freshRegions: regions, isSettled, nowMs });
  const say = (agent: number, [state, failing]: Saying) => {
    seq++;
    const times = { connectMs: null, connectDevMs: null, serverMs: null };
    const reports = [{ id: 'x', state, reason: '', ...times, seq, heldMs: 0, failing }];
    ledger.applyChanges(
      { agent: `a${agent}`, region: regionOf(agent), boot: 'b', seq, intervalMs: 5_000, reports },
      nowMs,
    );
    return judged();
  };
  const sayAll = (...sayings: Saying[]) => {
    for (const [agent, saying] of sayings.entries()) say(agent, saying);
    return standing();
  };
  const pass = (ms: number) => {
    nowMs += ms;
    return judge.judge([], { isNormal: true, knownRegions: regions, freshRegions: regions, isSettled, nowMs });
  };
  const unsettle = (isStarting = true) => {
    isSettled = !isStarting;
  };
  return { judge, standing, say, sayAll, judged, pass, unsettle };
}

const idsOf = (checks: Iterable<KnownCheck>) => Array.from(checks, ({ id }) => id);

const UP: Saying = ['up', 0];
const FAILING: Saying = ['up', 1];
const DOWN: Saying = ['down', 2];

describe('after a start', () => {
  it('nothing goes down on the word of the first to be heard, but of two who have seen it fail twice', () => {
    const { judge, sayAll, unsettle } = court(3);
    unsettle();
    sayAll(DOWN);
    expect(judge.verdictOf('x')).toBe('unknown');
    sayAll(DOWN, ['down', 1]);
    expect(judge.verdictOf('x')).toBe('unknown');
    sayAll(DOWN, DOWN);
    expect(judge.verdictOf('x')).toBe('down');
  });

  it('the usual quorum counts once all can have been heard', () => {
    const { judge, sayAll, unsettle, judged } = court(1);
    unsettle();
    sayAll(DOWN);
    unsettle(false);
    judged();
    expect(judge.verdictOf('x')).toBe('down');
  });
});

describe('a suspicion', () => {
  it('takes an endpoint down as soon as one agent has confirmed it and four of five fail', () => {
    const { judge, standing, say, sayAll } = court(5);
    sayAll(UP, UP, UP, UP, UP);
    say(0, FAILING);
    expect(standing()).toMatchObject({ verdict: 'up', isSuspect: true });
    for (const agent of [1, 2, 3]) say(agent, FAILING);
    expect(judge.verdictOf('x')).toBe('up');
    const { changed, touched } = say(0, DOWN);
    expect(changed).toEqual([{ id: 'x', verdict: 'down', previous: 'up' }]);
    expect(idsOf(touched)).toEqual(['x']);
    expect(standing()).toMatchObject({ verdict: 'down', isSuspect: false });
  });

  it('does not with three of five, nor without a confirmation', () => {
    for (const sayings of [
      [DOWN, FAILING, FAILING, UP, UP],
      [FAILING, FAILING, FAILING, FAILING, FAILING],
    ]) {
      const { sayAll } = court(5);
      sayAll(UP, UP, UP, UP, UP);
      expect(sayAll(...sayings)).toMatchObject({ verdict: 'up', isSuspect: true });
    }
  });

  it('stands until agents see it well: who still fails does not bring it back', () => {
    const { judge, say, sayAll, judged } = court(5);
    sayAll(UP, UP, UP, UP, UP);
    sayAll(DOWN, FAILING, FAILING, FAILING, FAILING);
    expect(judge.verdictOf('x')).toBe('down');
    expect(judged().changed).toEqual([]);
    say(1, UP);
    say(2, UP);
    expect(judge.verdictOf('x')).toBe('down');
    say(3, UP);
    expect(judge.verdictOf('x')).toBe('up');
  });

  it('never goes against the quorum that is asked for, nor against HOLD', () => {
    const all = court(5, { quorum: 'all' });
    all.sayAll(UP, UP, UP, UP, UP);
    expect(all.sayAll(DOWN, FAILING, FAILING, FAILING, UP).verdict).toBe('up');
    expect(all.sayAll(DOWN, FAILING, FAILING, FAILING, FAILING).verdict).toBe('down');
    // Nine of ten agents are 90 %, but one of two regions.
    const lopsided = court(10, {}, (agent) => (agent < 9 ? 'big' : 'small'));
    lopsided.sayAll(...Array.from({ length: 10 }, () => UP));
    const nine: Saying[] = [DOWN, ...Array.from({ length: 8 }, () => FAILING)];
    expect(lopsided.sayAll(...nine, UP).verdict).toBe('up');
    const held = court(1);
    held.say(0, UP);
    held.judged(false);
    expect(held.judged(false).changed).toEqual([]);
  });

  it('that nobody joins ends by itself after two intervals, and touches the words then', () => {
    const { standing, say, sayAll, pass } = court(3);
    sayAll(UP, UP, UP);
    say(0, DOWN);
    expect(standing().isSuspect).toBe(true);
    expect(idsOf(pass(9_999).touched)).toEqual([]);
    expect(idsOf(pass(1).touched)).toEqual(['x']);
    expect(standing()).toMatchObject({ verdict: 'up', isSuspect: false });
    expect(idsOf(say(0, UP).touched)).toEqual([]);
  });
});

describe('the judge', () => {
  it('keeps what it recalls of checks in use, and forgets those that are not', () => {
    const { judge } = court(1);
    judge.recall('x', 'down');
    judge.recall('y', 'down');
    expect([judge.verdictOf('x'), judge.verdictOf('y')]).toEqual(['down', 'unknown']);
    judge.setChecks(new Map(), new Map());
    expect(judge.verdictOf('x')).toBe('unknown');
    expect(judge.checks.size).toBe(0);
  });

  it('lets nobody wait for what is no longer in use', () => {
    const { judge, ids, say } = manyChecks(4, 5);
    say([0, 1, 2], ids, DOWN);
    expect(judge.guarded).toBe(4);
    judge.setChecks(new Map([['0', { ...checkSpec(), id: '0' }]]), new Map([['0', 1]]));
    expect(judge.guarded).toBe(1);
  });

  it('needs a quorum of the known regions for a new down, and keeps a verdict without votes', () => {
    const { judge, say, judged } = court(3);
    say(0, UP);
    say(0, DOWN);
    expect(judge.verdictOf('x')).toBe('up');
    say(1, DOWN);
    expect(judge.verdictOf('x')).toBe('down');
    say(0, ['unknown', 0]);
    say(1, ['unknown', 0]);
    expect(judged().changed).toEqual([]);
    expect(judge.verdictOf('x')).toBe('down');
  });
});

/** Agents, each its own region, that speak of the checks `0` to `count - 1`, which weigh the same. */
function manyChecks(count: number, agents: number) {
  const book = new CheckBook();
  const ledger = new AgentLedger(book);
  const judge = new CheckJudge(book, ledger);
  const standing = (id: string) => judge.standingOf(book.find(id));
  const ids = Array.from({ length: count }, (_, i) => `${i}`);
  judge.setChecks(new Map(ids.map((id) => [id, { ...checkSpec(), id }])), new Map(ids.map((id) => [id, 1])));
  let seq = 0;
  let nowMs = 0;
  const judged = (which: readonly string[]) =>
    judge.judge(
      which.map((id) => book.open(id)),
      { isNormal: true, knownRegions: agents, freshRegions: agents, isSettled: true, nowMs },
    );
  const say = (who: readonly number[], which: readonly string[], [state, failing]: Saying) => {
    seq++;
    const times = { connectMs: null, connectDevMs: null, serverMs: null };
    const reports = which.map((id) => ({ id, state, reason: '', ...times, seq, heldMs: 0, failing }));
    for (const agent of who)
      ledger.applyChanges(
        { agent: `a${agent}`, region: `r${agent}`, boot: 'b', seq, intervalMs: 5_000, reports },
        nowMs,
      );
    return judged(which);
  };
  const everybody = Array.from({ length: agents }, (_, i) => i);
  say(everybody, ids, UP);
  const pass = (ms: number) => {
    nowMs += ms;
    return judged([]);
  };
  const downs = () => ids.filter((id) => judge.verdictOf(id) === 'down').length;
  return { judge, standing, ids, say, pass, downs, everybody };
}

describe('the guard against observers at fault', () => {
  it('keeps more than half of the world from going down by a majority, and gives back what went first', () => {
    const { judge, standing, ids, say, pass, downs } = manyChecks(10, 5);
    say([0, 1, 2], ids.slice(0, 3), DOWN);
    expect(downs()).toBe(3);
    pass(1_000);
    say([0, 1, 2], ids.slice(3), DOWN);
    expect(downs()).toBe(0);
    expect(judge.guarded).toBe(10);
    pass(1_000);
    expect(downs()).toBe(0);
    expect(standing('0').isHeldBack).toBe(false);
    say([0, 1, 2], ids, ['down', 3]);
    expect(downs()).toBe(0);
    say([0, 1, 2], ids, UP);
    expect(judge.guarded).toBe(0);
  });

  it('does not stand in the way of what every region says, in one blow', () => {
    const { ids, say, downs, everybody } = manyChecks(10, 5);
    say([0], ids, DOWN);
    say(everybody, ids, DOWN);
    expect(downs()).toBe(10);
  });

  it('gives way after a minute, as time passes', () => {
    const { judge, ids, say, pass, downs } = manyChecks(4, 5);
    say([0, 1, 2], ids, DOWN);
    expect(downs()).toBe(0);
    pass(59_999);
    expect(downs()).toBe(0);
    const { changed } = pass(1);
    expect(changed).toHaveLength(4);
    expect(downs()).toBe(4);
    expect(judge.guarded).toBe(0);
  });
});

describe('what flaps', () => {
  it('is held back at its third down, and let in after the penalty has decayed', () => {
    const { standing, say, pass, everybody } = manyChecks(3, 3);
    for (let i = 0; i < 3; i++) {
      say(everybody, ['0'], DOWN);
      say(everybody, ['0'], UP);
    }
    expect(standing('0')).toMatchObject({ verdict: 'up', isHeldBack: true });
    expect(idsOf(pass(599_000).touched)).not.toContain('0');
    expect(idsOf(pass(1_000).touched)).toContain('0');
    expect(standing('0').isHeldBack).toBe(false);
  });
});

describe('a dispute', () => {
  const dissent = (court: { standing: () => CheckStanding }) => court.standing().dissent;

  it('is what two regions or more say against the verdict, and ends with it', () => {
    const five = court(5);
    five.sayAll(UP, UP, UP, UP, UP);
    five.say(1, DOWN);
    expect(dissent(five)).toBe(0);
    expect(idsOf(five.say(3, DOWN).touched)).toEqual(['x']);
    expect([five.judge.verdictOf('x'), dissent(five)]).toEqual(['up', 0b01010]);
    five.say(4, DOWN);
    expect([five.judge.verdictOf('x'), dissent(five)]).toEqual(['down', 0]);
    for (const agent of [1, 3, 4]) five.say(agent, UP);
    expect([five.judge.verdictOf('x'), dissent(five)]).toEqual(['up', 0]);
  });

  it('needs the majority of a region’s agents', () => {
    const six = court(6, {}, (agent) => `r${agent >> 1}`);
    six.sayAll(DOWN, UP, DOWN, UP, UP, UP);
    expect(dissent(six)).toBe(0);
    six.sayAll(DOWN, UP, DOWN, UP, UP, UP);
    six.say(1, ['unknown', 0]);
    expect(dissent(six)).toBe(0);
    six.say(3, ['unknown', 0]);
    expect(six.judge.verdictOf('x') === 'down' || dissent(six) === 0b011).toBe(true);
  });

  it('is nobody’s while the node holds, or has just started', () => {
    const five = court(5);
    five.sayAll(UP, DOWN, DOWN, UP, UP);
    expect(dissent(five)).toBe(0b00110);
    five.judged(false);
    expect(dissent(five)).toBe(0);
    const starting = court(5);
    starting.unsettle();
    starting.sayAll(UP, ['down', 1], ['down', 1], UP, UP);
    expect(dissent(starting)).toBe(0);
  });
});

describe('an operator', () => {
  it('forgives what flaps', () => {
    const { judge, standing, say, everybody } = manyChecks(3, 3);
    for (let i = 0; i < 3; i++) {
      say(everybody, ['0'], DOWN);
      say(everybody, ['0'], UP);
    }
    judge.forgive('0');
    expect(standing('0').isHeldBack).toBe(false);
  });
});

describe('the TTL of a standing', () => {
  it('is the time that a verdict takes to turn', () => {
    const ttlOf = (spec: Partial<CheckSpec>, ...sayings: Saying[]) => court(1, spec).sayAll(...sayings).ttlSeconds;
    expect(ttlOf({ fall: 3, intervalMs: 5_000 }, UP)).toBe(15);
    expect(ttlOf({ rise: 4, intervalMs: 5_000 }, DOWN)).toBe(20);
    expect(ttlOf({ fall: 1, intervalMs: 100 }, UP)).toBe(1);
    expect(ttlOf({ fall: 10, intervalMs: 3_600_000 }, UP)).toBe(255);
  });
});

describe('a check that is named twice', () => {
  it('is judged once', () => {
    const { judge, say } = manyChecks(4, 3);
    expect(say([0, 1, 2], ['0', '0'], DOWN).changed).toHaveLength(1);
    expect(judge.flapOf('0', 0)?.penalty).toBe(1_000);
  });
});
