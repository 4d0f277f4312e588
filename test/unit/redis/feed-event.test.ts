import { describe, expect, it } from 'vitest';
import { type CheckVotes, type FeedEvent, logVerdicts } from '../../../src/redis/feed-event.ts';

const votes: CheckVotes = {
  verdict: 'down',
  regions: [
    {
      region: 'eu',
      vote: 'down',
      agents: [
        { agent: 'a', state: 'down', reason: 'stale word', connectMs: null, ageMs: 9e4, fresh: false },
        { agent: 'b', state: 'down', reason: 'refused', connectMs: null, ageMs: 5, fresh: true },
      ],
    },
    { region: 'us', vote: 'up', agents: [] },
  ],
};

describe('the log of verdicts', () => {
  it('tells each with its regions and the reason of a fresh witness', () => {
    const events: FeedEvent[] = [];
    logVerdicts(
      [{ id: 'x', verdict: 'down', previous: 'up' }],
      () => votes,
      (event) => events.push(event),
    );
    expect(events).toEqual([
      {
        event: 'verdict',
        check: 'x',
        verdict: 'down',
        previous: 'up',
        regions: { eu: 'down', us: 'up' },
        reason: 'refused',
      },
    ]);
  });

  it('counts what is beyond a hundred', () => {
    const events: FeedEvent[] = [];
    const changed = Array.from({ length: 130 }, (_, i) => {
      return { id: `${i}`, verdict: i < 110 ? 'down' : 'up', previous: 'unknown' } as const;
    });
    logVerdicts(
      changed,
      () => votes,
      (event) => events.push(event),
    );
    expect(events).toHaveLength(101);
    expect(events.at(-1)).toEqual({ event: 'verdicts', up: 20, down: 10 });
  });
});
