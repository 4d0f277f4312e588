import { describe, expect, it } from 'vitest';
import { AssertionError, assert, present } from '../../../src/base/assert.ts';

describe('assertions', () => {
  it('throw their own error, with what did not hold', () => {
    expect(() => assert(false, 'a slot without endpoint')).toThrow(new AssertionError('a slot without endpoint'));
    expect(() => assert(0, 'zero')).toThrow(AssertionError);
    expect(() => assert(true, 'fine')).not.toThrow();
  });

  it('let 0, false and the empty text be present', () => {
    expect([present(0, 'x'), present(false, 'x'), present('', 'x')]).toEqual([0, false, '']);
    expect(() => present(undefined, 'the apex')).toThrow('the apex is missing');
    expect(() => present(null, 'the apex')).toThrow(AssertionError);
  });
});
