import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { endpointLines } from '../../../src/cli/explain-endpoint-view.ts';
import type { EndpointTrace, StepTrace } from '../../../src/decision/trace.ts';
import type { AgentVoice, ExplainedEndpoint } from '../../../src/server/node-status.ts';

const step = { name: 'www.a.', type: 'A', ttlReason: 'the shortest' } as StepTrace;
const endpoint: EndpointTrace = {
  slot: 0,
  value: '192.0.2.1',
  weight: 4,
  status: 'obey',
  verdict: 1,
  factor: 1,
  fate: 'eligible',
  isChosen: false,
  isShifted: false,
  isSuspect: false,
  isLastGood: false,
  ttlWish: null,
  word: 1,
  dissent: 0,
  turn: null,
  score: null,
};
const voice: AgentVoice = {
  agent: 'a1',
  region: 'eu',
  vote: 'up',
  reason: 'ok',
  connectMs: 12.34,
  ageSeconds: 2,
  fresh: true,
};
const known = {
  name: 'www.a.',
  type: 'A',
  pool: 'p',
  value: '192.0.2.1',
  votes: [{ region: 'eu', vote: 'up' }],
  check: 'c',
  flap: null,
  voices: [
    voice,
    { ...voice, agent: 'a2', vote: 'down', reason: 'timeout', connectMs: null, ageSeconds: 90, fresh: false },
  ],
} as unknown as ExplainedEndpoint;

const lines = (changed: Partial<EndpointTrace>, voices: readonly ExplainedEndpoint[] = []) =>
  endpointLines({ ...endpoint, ...changed }, 'p', step, voices).map((line) => stripVTControlCharacters(line));

describe('an endpoint of an explanation', () => {
  it('shows every voice with reason and age, and which do not count', () => {
    expect(lines({}, [known]).slice(1)).toEqual([
      '      votes eu:up  check c',
      '        eu a1: up (ok, connect 12.3 ms), heard 2 s ago',
      '        eu a2: down (timeout), STALE, heard 90 s ago and not counted',
    ]);
    expect(lines({}, [{ ...known, voices: Array.from({ length: 20 }, () => voice) }]).at(-1)).toContain('and 4 more');
    expect(lines({ status: 'up' }, [known])).toHaveLength(1);
  });

  it('says why it is out, and does not say "out" of what was answered all the same', () => {
    expect(lines({ fate: 'drained', factor: 0, isShifted: true })[0]).toContain('x 0 (shift), health up, out: drained');
    const damped = { ...known, flap: { check: 'c', penalty: 2345.6, heldMs: 61_000 } };
    expect(lines({ fate: 'held back' }, [damped]).join('\n')).toMatch(/flap penalty 2346, held back for another .*1/);
    expect(lines({}, [known]).join('\n')).not.toContain('penalty');
    expect(lines({ fate: 'held back' })[0]).toContain('held back until an operator');
    expect(lines({ fate: 'down', verdict: 2 })[0]).toContain('health down, out: down');
    expect(lines({ fate: 'down', verdict: 2, isChosen: true })[0]).toMatch(/^ {2}> .*down, answered all the same$/);
  });

  it('shows ramp, doubt, score, turn and the TTL asked for', () => {
    const [line] = lines({ factor: 0.25, isSuspect: true, score: 0.123456, turn: -512, ttlWish: 3 });
    for (const part of ['weight 4 x 0.25 (ramp)', 'no quorum yet', 'scores 0.1235', 'stood at -512/1024', 'TTL 3 s'])
      expect(line).toContain(part);
  });
});
