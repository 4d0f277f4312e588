import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOADS_PUSHED_CHARS_MAX, LOADS_PUSHED_MAX } from '../../../src/base/limits.ts';
import { encodeLoadPushes, endpointText, parseLoadPushes, recordText } from '../../../src/health/load-push.ts';
import { loadPush } from '../../tools/load-push.ts';

const GOOD = ['192.0.2.1', null, [412, 800, 1_200, null, null, null, 30, 0]];
const text = (loads: unknown, rest = {}) => JSON.stringify({ v: 1, kind: 'loads', loads, ...rest });

describe('the words of a push', () => {
  it.each([
    ['192.0.2.10', '192.0.2.10'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['Edge1.Example.com', 'edge1.example.com.'],
    ['edge1.example.com.', 'edge1.example.com.'],
  ])('for the endpoint %s are %s', (value, same) => {
    expect(endpointText(value)).toBe(same);
  });

  it('for a record are in lower case and absolute', () => {
    expect([recordText('WWW.example.com'), recordText('www.example.com.')]).toEqual(Array(2).fill('www.example.com.'));
  });
});

describe('pushes in text form', () => {
  it('come back as they were', () => {
    const pushes = [loadPush('192.0.2.1', 5), { ...loadPush('2001:db8::1', 9, 'www.example.com.') }];
    expect(parseLoadPushes(encodeLoadPushes(pushes))).toEqual({ loads: pushes });
  });

  it('of a newer node are read as far as they are known', () => {
    const [endpoint, name, load] = GOOD;
    expect(parseLoadPushes(text([[endpoint, name, load, 'more']], { by: 'dns7' }))).toMatchObject({
      loads: [{ endpoint, load: { current: 412, ageMs: 0 } }],
    });
  });

  it('have room for the longest request', () => {
    const many = Array.from({ length: LOADS_PUSHED_MAX }, () => loadPush('a'.repeat(300), 1, 'b'.repeat(100)));
    expect(parseLoadPushes(encodeLoadPushes(many))).toEqual({ loads: many });
  });

  it.each([
    ['', 'not JSON'],
    ['[]', 'not an object'],
    [text([GOOD], { v: 2 }), '"v" is not 1'],
    [text([GOOD], { kind: 'changes' }), '"kind" is not "loads"'],
    [text({}), '"loads" is not a list of reports'],
    [text([]), '"loads" is not a list of reports'],
    [text(Array(LOADS_PUSHED_MAX + 1).fill(GOOD)), `more reports than LOADS_PUSHED_MAX (${LOADS_PUSHED_MAX})`],
    [text([GOOD, 5]), 'report 1: not a list of 3 elements'],
    [text([GOOD.slice(0, 2)]), 'report 0: not a list of 3 elements'],
    [text([['', null, GOOD[2]]]), 'report 0: bad endpoint'],
    [text([[7, null, GOOD[2]]]), 'report 0: bad endpoint'],
    [text([['x'.repeat(5_000), null, GOOD[2]]]), 'report 0: bad endpoint'],
    [text([['192.0.2.1', 7, GOOD[2]]]), 'report 0: bad name'],
    [text([['192.0.2.1', null, { current: 5 }]]), 'report 0: bad load'],
    [text([['192.0.2.1', null, [-1, null, null, null, null, null, 30, 0]]]), 'report 0: bad load'],
    [text([['192.0.2.1', null, [5, 0, null, null, null, null, 30, 0]]]), 'report 0: bad load'],
    [text([['192.0.2.1', null, [5, null, null, null, null, null, 30, -1]]]), 'report 0: bad load'],
    [text([GOOD]).replace('412', '1e999'), 'report 0: bad load'],
    [
      text([GOOD], { x: 'x'.repeat(LOADS_PUSHED_CHARS_MAX) }),
      `longer than LOADS_PUSHED_CHARS_MAX (${LOADS_PUSHED_CHARS_MAX})`,
    ],
  ])('%j are refused whole', (bad, fault) => {
    expect(parseLoadPushes(bad)).toEqual({ fault });
  });

  it('never throw, whatever stands there', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void parseLoadPushes(text(value))));
    fc.assert(fc.property(fc.string(), (any) => void parseLoadPushes(any)));
  });
});
