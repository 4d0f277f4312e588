import { types } from 'node:util';
import { expect, it } from 'vitest';
import { usePlainEnvironment } from '../../../src/server/plain-environment.ts';

it('keeps what the environment says, in an object that is read like any other', () => {
  const before = process.env;
  try {
    usePlainEnvironment();
    expect(process.env).not.toBe(before);
    expect(process.env).toEqual({ ...before });
    expect(types.isProxy(process.env)).toBe(false);
    // Node's own makes a text of whatever is put into it.
    Object.assign(process.env, { MERIDIAN_PLAIN: 1 });
    expect(process.env.MERIDIAN_PLAIN).toBe(1);
  } finally {
    process.env = before;
  }
});
