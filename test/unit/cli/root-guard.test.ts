import { describe, expect, it } from 'vitest';
import { guardRoot } from '../../../src/cli/root-guard.ts';

const loopback = [
  { address: '127.0.0.53', port: 53 },
  { address: '::1', port: 53 },
];
const open = [...loopback, { address: '0.0.0.0', port: 53 }];

describe('root', () => {
  it('is warned on loopback', () => expect(guardRoot(0, loopback, false)).toMatch(/running as root/));

  it('is refused beyond loopback, with the cure', () => {
    expect(() => guardRoot(0, open, false)).toThrow(/refusing to serve 0\.0\.0\.0:53 as root: .*--allow-root/);
    expect(() => guardRoot(0, [{ address: '::', port: 53 }], false)).toThrow(/\[::\]:53/);
  });

  it('may insist', () => expect(guardRoot(0, open, true)).toMatch(/--allow-root/));
});

it('other users listen where they can', () => {
  expect(guardRoot(1000, open, false)).toBeNull();
  expect(guardRoot(undefined, open, false)).toBeNull();
});
