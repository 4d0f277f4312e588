import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_REPORTS_MAX, AGENTS_MAX } from '../../../src/base/limits.ts';
import { AgentLedger, type LedgerNews } from '../../../src/health/agent-ledger.ts';
import { CheckBook } from '../../../src/health/check-book.ts';
import { regionLatencies } from '../../../src/health/latency-book.ts';
import type { CheckState } from '../../../src/health/observation.ts';
import type { AgentSnapshot } from '../../../src/health/report.ts';

/** A message in which each check of `states` stands with the version of the message. */
function message(
  agent: string,
  seq: number,
  states: Record<string, CheckState> = {},
  fields: Partial<AgentSnapshot> = {},
) {
  const reports = Object.entries(states).map(([id, state]) => ({
    id,
    state,
    reason: `${state} at ${seq}`,
    connectMs: 1,
    connectDevMs: 0,
    serverMs: null,
    seq,
    heldMs: 0,
    failing: 0,
  }));
  return { agent, region: `region of ${agent}`.slice(-1), boot: 'b1', seq, intervalMs: 5000, reports, ...fields };
}

/** A ledger, and what it counts on a check by its id. */
function newLedger() {
  const book = new CheckBook();
  const ledger = new AgentLedger(book);
  return { book, ledger, countVotes: (id: string) => ledger.countVotes(book.open(id)) };
}

const idsIn = ({ changed }: LedgerNews) => changed.map(({ id }) => id);

describe('latencies', () => {
  it('are by region the medians of what fresh agents measure of a check that is up', () => {
    const { ledger } = newLedger();
    const say = (agent: string, region: string, state: CheckState, connectMs: number | null, atMs = 60_000) => {
      const { reports, ...header } = message(agent, 1, { x: state }, { region });
      ledger.applySnapshot(
        { ...header, reports: reports.map((each) => ({ ...each, connectMs, connectDevMs: 2 })) },
        atMs,
      );
    };
    say('a', 'eu', 'up', 10);
    say('b', 'eu', 'up', 14);
    say('c', 'eu', 'down', 900);
    say('d', 'us', 'up', null);
    say('e', 'us', 'up', 80);
    say('f', 'ap', 'up', 200, 0);
    ledger.age(60_000);
    expect(regionLatencies(ledger.heardOn('x'))).toEqual([
      { region: 'eu', ms: 12, deviationMs: 2 },
      { region: 'us', ms: 80, deviationMs: 2 },
    ]);
    expect(regionLatencies(ledger.heardOn('y'))).toEqual([]);
  });
});

describe('voices', () => {
  it('are counted by region and by agent, those in doubt both ways', () => {
    const { ledger, countVotes } = newLedger();
    const say = (agent: string, state: CheckState, failing: number) => {
      const { reports, ...header } = message(agent, 1, { x: state });
      ledger.applySnapshot({ ...header, reports: reports.map((report) => ({ ...report, failing })) }, 0);
    };
    say('1a', 'up', 0);
    say('2b', 'up', 1);
    say('3b', 'up', 3);
    say('4b', 'down', 0);
    say('5c', 'down', 1);
    say('6c', 'down', 2);
    say('7d', 'unknown', 9);
    expect(countVotes('x')).toEqual({
      ups: 2,
      downs: 1,
      downRegions: 0b100,
      doubtingUps: 1,
      doubtingDowns: 2,
      agents: 6,
      failing: 4,
      confirmed: 1,
    });
  });

  it('are news when an agent begins or ceases to fail, though its state stays', () => {
    const { ledger } = newLedger();
    const say = (seq: number, failing: number) => {
      const { reports, ...header } = message('a', seq, { x: 'up' });
      return idsIn(ledger.applyChanges({ ...header, reports: reports.map((report) => ({ ...report, failing })) }, 0));
    };
    expect([say(1, 0), say(2, 1), say(3, 2), say(4, 0)]).toEqual([['x'], ['x'], [], ['x']]);
  });
});

describe('messages', () => {
  it('tell which checks changed their state, and nothing when none did', () => {
    const { ledger } = newLedger();
    const news = ledger.applySnapshot(message('a', 1, { x: 'up', y: 'down' }), 0);
    expect(news).toMatchObject({ refused: null, agentEvent: 'joined' });
    expect(idsIn(news)).toEqual(['x', 'y']);
    expect(idsIn(ledger.applyChanges(message('a', 2, { x: 'up', y: 'up' }), 1))).toEqual(['y']);
    expect(ledger.applyChanges(message('a', 3), 2)).toEqual({ refused: null, changed: [], agentEvent: null });
  });

  it('merge whatever their order: an older report never beats a newer one', () => {
    const { ledger, countVotes } = newLedger();
    ledger.applySnapshot(message('a', 1, { x: 'up' }), 0);
    ledger.applyChanges(message('a', 5, { x: 'down' }), 1);
    expect(idsIn(ledger.applySnapshot(message('a', 3, { x: 'up', y: 'down' }), 2))).toEqual(['y']);
    expect(countVotes('x')).toMatchObject({ ups: 0, downs: 1 });
  });

  it('of a snapshot drop the checks it no longer names, unless it is the older one', () => {
    const { ledger, countVotes } = newLedger();
    ledger.applySnapshot(message('a', 1, { x: 'up', y: 'up' }), 0);
    ledger.applyChanges(message('a', 3, { z: 'down' }), 0);
    ledger.applySnapshot(message('a', 2, { x: 'up' }), 0);
    expect(ledger.standings(0)[0]?.checks).toBe(3);
    expect(idsIn(ledger.applySnapshot(message('a', 4, { x: 'up', z: 'down' }), 0))).toEqual(['y']);
    expect(countVotes('y')).toMatchObject({ ups: 0, downs: 0 });
  });

  it('of a snapshot are all taken, even when an agent at its limit names nothing but new checks', () => {
    const { ledger, countVotes } = newLedger();
    const many = (prefix: string) =>
      Object.fromEntries(Array.from({ length: AGENT_REPORTS_MAX }, (_, i) => [`${prefix}${i}`, 'up' as const]));
    ledger.applySnapshot(message('a', 1, many('old')), 0);
    expect(idsIn(ledger.applyChanges(message('a', 2, { extra: 'down' }), 0))).toEqual([]);
    ledger.applySnapshot(message('a', 3, many('new')), 0);
    expect([countVotes('old0').ups, countVotes('new65535').ups]).toEqual([0, 1]);
  });

  it('lost, repeated and out of order leave no trace once the last snapshot has come', () => {
    const ids = ['w', 'x', 'y', 'z'];
    const step = fc.record({
      states: fc.dictionary(fc.constantFrom(...ids), fc.constantFrom<CheckState>('up', 'down', 'unknown'), {
        noNullPrototype: true,
      }),
      isSnapshot: fc.boolean(),
    });
    const delivery = fc.array(fc.nat({ max: 19 }), { maxLength: 40 });
    const history = fc.array(step, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(history, delivery, (steps, order) => {
        const truth: Record<string, CheckState> = {};
        const versions: Record<string, number> = {};
        const sent = steps.map(({ states, isSnapshot }, i) => {
          for (const id of Object.keys(states)) versions[id] = i + 1;
          Object.assign(truth, states);
          const reported = message('a', i + 1, isSnapshot ? { ...truth } : states);
          return {
            ...reported,
            reports: reported.reports.map((one) => ({ ...one, seq: versions[one.id] ?? 0 })),
            isSnapshot,
          };
        });
        const { ledger, countVotes } = newLedger();
        for (const at of order) {
          const one = sent[at];
          if (one?.isSnapshot) ledger.applySnapshot(one, 0);
          else if (one) ledger.applyChanges(one, 0);
        }
        const last = message('a', steps.length + 1, truth);
        ledger.applySnapshot(
          { ...last, reports: last.reports.map((one) => ({ ...one, seq: versions[one.id] ?? 0 })) },
          0,
        );
        for (const id of ids) {
          const expected = { ups: Number(truth[id] === 'up'), downs: Number(truth[id] === 'down') };
          expect(countVotes(id)).toMatchObject(expected);
        }
        expect(ledger.lacksSnapshots()).toBe(false);
      }),
    );
  });

  it('of a new boot replace everything of the one before, which is refused for good', () => {
    const { ledger, countVotes } = newLedger();
    ledger.applySnapshot(message('a', 90, { x: 'down' }), 0);
    const restarted = ledger.applyChanges(message('a', 1, {}, { boot: 'b2' }), 1);
    expect(restarted.agentEvent).toBe('restarted');
    expect(countVotes('x')).toMatchObject({ ups: 0, downs: 0 });
    expect(ledger.applySnapshot(message('a', 91, { x: 'down' }), 2).refused).toMatch(/earlier boot/);
    expect(ledger.standings(2)[0]).toMatchObject({ boot: 'b2', seq: 1, silentMs: 1 });
  });

  it('tell how late the agent is, as its last word has it', () => {
    const { ledger } = newLedger();
    const lag = () => ledger.standings(0)[0]?.lagMs;
    ledger.applySnapshot(message('a', 1, {}), 0);
    expect(lag()).toBeNull();
    ledger.applyChanges(message('a', 2, {}, { lagMs: 40 }), 1);
    expect(lag()).toBe(40);
    ledger.applyChanges(message('a', 1, {}, { lagMs: 99 }), 2);
    expect(lag()).toBe(40);
    ledger.applyChanges(message('a', 1, {}, { boot: 'b2', lagMs: 7 }), 3);
    expect(lag()).toBe(7);
  });

  it('cannot move an agent to another region within a boot', () => {
    const { ledger } = newLedger();
    ledger.applySnapshot(message('a', 1, { x: 'down' }), 0);
    expect(ledger.applyChanges(message('a', 2, {}, { region: 'z' }), 0).refused).toMatch(/region/);
    expect(ledger.applySnapshot(message('a', 1, {}, { region: 'z', boot: 'b2' }), 0).refused).toBeNull();
    expect(ledger.standings(0)[0]?.region).toBe('z');
  });

  it('of more agents than there may be push out the longest silent one, never a fresh one', () => {
    const { ledger } = newLedger();
    for (let i = 0; i < AGENTS_MAX; i++) ledger.applyChanges(message(`a${i}`, 1), i < 2 ? i : 20_000);
    expect(ledger.applyChanges(message('late', 1), 10).refused).toMatch(/AGENTS_MAX/);
    expect(ledger.age(20_000).map(({ agent }) => agent)).toEqual(['a0', 'a1']);
    expect(ledger.applyChanges(message('late', 1), 20_000).agentEvent).toBe('joined');
    const names = ledger.standings(20_000).map(({ agent }) => agent);
    expect(names).toHaveLength(AGENTS_MAX);
    expect(names).not.toContain('a0');
    expect(names).toContain('a1');
  });
});

describe('freshness', () => {
  it('lasts three intervals, and 15 s at least', () => {
    const { ledger } = newLedger();
    ledger.applyChanges(message('quick', 1, {}, { intervalMs: 1000 }), 0);
    ledger.applyChanges(message('slow', 1, {}, { intervalMs: 10_000 }), 0);
    expect(ledger.age(15_000)).toEqual([]);
    expect(ledger.age(15_001).map(({ agent }) => agent)).toEqual(['quick']);
    expect(ledger.age(30_000)).toEqual([]);
    expect(ledger.age(30_001).map(({ agent }) => agent)).toEqual(['slow']);
  });

  it('comes from a new seq only: repeats and old copies keep nobody alive', () => {
    const { ledger, countVotes } = newLedger();
    ledger.applySnapshot(message('a', 7, { x: 'down' }), 0);
    ledger.applySnapshot(message('a', 7, { x: 'down' }), 14_000);
    ledger.applyChanges(message('a', 6), 14_000);
    expect(ledger.age(15_001)).toHaveLength(1);
    expect(countVotes('x')).toMatchObject({ ups: 0, downs: 0 });
    expect(ledger.applySnapshot(message('a', 7, { x: 'down' }), 16_000).agentEvent).toBeNull();
    expect(ledger.applyChanges(message('a', 8), 16_000).agentEvent).toBe('back');
    expect(countVotes('x')).toMatchObject({ ups: 0, downs: 1 });
  });

  it('is lost by all when the store lost its memory, and regained one by one', () => {
    const { ledger } = newLedger();
    for (const agent of ['a', 'b']) ledger.applySnapshot(message(agent, 1, { x: 'up' }), 0);
    ledger.distrustAll();
    expect(ledger.regionCounts(1)).toEqual({ known: 2, fresh: 0 });
    ledger.applyChanges(message('a', 2), 1);
    expect(ledger.regionCounts(1)).toEqual({ known: 2, fresh: 1 });
  });

  it('is not given to agents recalled from before a restart, until they say something new', () => {
    const { ledger, countVotes } = newLedger();
    const { reports: _, ...header } = message('a', 50);
    ledger.recall(header, 0);
    expect(ledger.headers()).toEqual([header]);
    ledger.applySnapshot(message('a', 50, { x: 'down' }), 1);
    expect(ledger.regionCounts(1)).toEqual({ known: 1, fresh: 0 });
    expect(ledger.applyChanges(message('a', 51), 2).agentEvent).toBe('back');
    expect(countVotes('x')).toMatchObject({ ups: 0, downs: 1 });
  });

  it('ends for good after a day', () => {
    const { ledger, book } = newLedger();
    ledger.applyChanges(message('a', 1, { x: 'up' }), 0);
    expect(book.size).toBe(1);
    ledger.age(86_400_001);
    expect(book.size).toBe(0);
    expect(ledger.standings(86_400_001)).toEqual([]);
    expect(ledger.regionCounts(86_400_001)).toEqual({ known: 0, fresh: 0 });
  });
});

describe('regions', () => {
  it('vote by the majority of their fresh agents, and abstain when even', () => {
    const { ledger, countVotes } = newLedger();
    const say = (agent: string, region: string, x: CheckState, now = 0) =>
      ledger.applySnapshot(message(agent, 1, { x }, { region }), now);
    say('a1', 'eu', 'down');
    say('a2', 'eu', 'down');
    say('a3', 'eu', 'up');
    say('b1', 'us', 'up');
    say('b2', 'us', 'down');
    say('c1', 'ap', 'unknown');
    expect(countVotes('x')).toMatchObject({ ups: 0, downs: 1 });
    say('b3', 'us', 'up');
    expect(countVotes('x')).toMatchObject({ ups: 1, downs: 1 });
    expect(ledger.regionCounts(0)).toEqual({ known: 3, fresh: 3 });
  });

  it('are known for ten minutes after their last word', () => {
    const { ledger } = newLedger();
    ledger.applyChanges(message('a', 1), 0);
    ledger.age(600_000);
    expect(ledger.regionCounts(600_000)).toEqual({ known: 1, fresh: 0 });
    expect(ledger.regionCounts(600_001)).toEqual({ known: 0, fresh: 0 });
  });

  it('may come and go without end', () => {
    const { ledger, countVotes } = newLedger();
    for (let i = 0; i < 2000; i++)
      ledger.applyChanges(message('a', 1, { x: 'up' }, { region: `r${i}`, boot: `b${i}` }), i);
    expect(countVotes('x')).toMatchObject({ ups: 1, downs: 0 });
    expect(ledger.regionCounts(2000)).toEqual({ known: 1, fresh: 1 });
  });

  it('show every voice, counted or not', () => {
    const { ledger } = newLedger();
    ledger.applySnapshot(message('a1', 1, { x: 'down' }, { region: 'eu' }), 0);
    ledger.applySnapshot(message('b1', 1, { x: 'up' }, { region: 'us' }), 9000);
    ledger.applySnapshot(message('b2', 1, {}, { region: 'us' }), 9000);
    ledger.age(16_000);
    const voice = { connectMs: 1, fresh: true };
    expect(ledger.votesOf('x', 16_000)).toEqual([
      {
        region: 'eu',
        vote: 'unknown',
        agents: [{ ...voice, agent: 'a1', state: 'down', reason: 'down at 1', ageMs: 16_000, fresh: false }],
      },
      {
        region: 'us',
        vote: 'up',
        agents: [
          { ...voice, agent: 'b1', state: 'up', reason: 'up at 1', ageMs: 7000 },
          { ...voice, agent: 'b2', state: 'unknown', reason: 'no report', connectMs: null, ageMs: 7000 },
        ],
      },
    ]);
  });
});

describe('missed messages', () => {
  it('are noticed by the missing number, and made good by a snapshot that is new enough', () => {
    const { ledger, countVotes } = newLedger();
    ledger.applySnapshot(message('a', 1, { x: 'up' }), 0);
    ledger.applyChanges(message('a', 2), 0);
    expect(ledger.lacksSnapshots()).toBe(false);
    ledger.applyChanges(message('a', 4), 0);
    expect(ledger.lacksSnapshots()).toBe(true);
    ledger.applySnapshot(message('a', 2, { x: 'up' }), 0);
    expect(ledger.lacksSnapshots()).toBe(true);
    ledger.applySnapshot(message('a', 3, { x: 'down' }), 0);
    expect(ledger.lacksSnapshots()).toBe(false);
    expect(countVotes('x')).toMatchObject({ ups: 0, downs: 1 });
  });

  it('are everything before the first heartbeat of an agent, or of its new boot', () => {
    const { ledger } = newLedger();
    ledger.applyChanges(message('a', 8), 0);
    expect(ledger.lacksSnapshots()).toBe(true);
    ledger.applySnapshot(message('a', 8), 0);
    expect(ledger.lacksSnapshots()).toBe(false);
    ledger.applyChanges(message('a', 1, {}, { boot: 'b2' }), 0);
    expect(ledger.lacksSnapshots()).toBe(true);
  });

  it('of an agent that is gone are nobody’s concern', () => {
    const { ledger } = newLedger();
    ledger.applyChanges(message('a', 8), 0);
    ledger.age(15_001);
    expect(ledger.lacksSnapshots()).toBe(false);
  });

  it('are none when one publication comes in several parts', () => {
    const { ledger } = newLedger();
    ledger.applySnapshot(message('a', 1), 0);
    expect(idsIn(ledger.applyChanges(message('a', 2, { x: 'down' }), 0))).toEqual(['x']);
    expect(idsIn(ledger.applyChanges(message('a', 2, { y: 'down' }), 0))).toEqual(['y']);
    expect(ledger.lacksSnapshots()).toBe(false);
  });
});
