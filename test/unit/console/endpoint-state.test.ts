import { describe, expect, it } from 'vitest';
import type { EndpointAnswer } from '../../../src/console/api-answers.ts';
import { endpointState, needsAttention } from '../../../src/console/endpoint-state.ts';

const endpoint = (fields: Partial<EndpointAnswer>) =>
  ({ status: 'obey', verdict: 'up', barred: false, suspect: false, ...fields }) as EndpointAnswer;

describe('the state of an endpoint', () => {
  it.each([
    [{}, 'up', 'up'],
    [{ verdict: 'down', barred: true }, 'down', 'down'],
    [{ barred: true }, 'held', 'held back'],
    [{ verdict: 'unknown' }, 'unknown', 'not known, served'],
    [{ status: 'up', verdict: 'down' }, 'up', 'up by file'],
    [{ status: 'down', verdict: 'up' }, 'down', 'down by file'],
  ] as const)('of %j is %s: %s', (fields, state, word) => {
    expect(endpointState(endpoint(fields))).toEqual({ state, word });
  });

  it('calls for somebody only where health decides', () => {
    expect(needsAttention(endpoint({ verdict: 'down' }))).toBe(true);
    expect(needsAttention(endpoint({ suspect: true }))).toBe(true);
    expect(needsAttention(endpoint({ status: 'up', verdict: 'down' }))).toBe(false);
    expect(needsAttention(endpoint({ verdict: 'unknown' }))).toBe(false);
  });
});
