import { describe, expect, it } from 'vitest';
import { guardRoot } from '../../../src/cli/root-guard.ts';

const loopback = [
  { address: '127.0.0.53', port: 53 },
  { address: '::1', port: 53 },
];
const root = { user: undefined };
const open = [...loopback, { address: '0.0.0.0', port: 53 }];

describe('root', () => {
  it('is warned on loopback', () =>
    expect(guardRoot({ ...root, uid: 0, listen: loopback, allowRoot: false })).toMatch(/running as root/));

  it('is refused beyond loopback, with the cure', () => {
    expect(() => guardRoot({ ...root, uid: 0, listen: open, allowRoot: false })).toThrow(
      /refusing to serve 0\.0\.0\.0:53 as root: .*--allow-root/,
    );
    expect(() => guardRoot({ ...root, uid: 0, listen: [{ address: '::', port: 53 }], allowRoot: false })).toThrow(
      /\[::\]:53/,
    );
  });

  it('may insist', () => expect(guardRoot({ ...root, uid: 0, listen: open, allowRoot: true })).toMatch(/--allow-root/));
});

it('other users listen where they can', () => {
  expect(guardRoot({ ...root, uid: 1000, listen: open, allowRoot: false })).toBeNull();
  expect(guardRoot({ ...root, uid: undefined, listen: open, allowRoot: false })).toBeNull();
});

describe('a user to become', () => {
  it('is enough for root beyond loopback', () => {
    expect(guardRoot({ uid: 0, listen: open, allowRoot: false, user: 'nobody' })).toBeNull();
  });

  it('means nothing to others, who are told so unless they are that user already', () => {
    const asked = { uid: 1000, listen: open, allowRoot: false };
    expect(guardRoot({ ...asked, user: 'somebody-else' })).toMatch(/only root can become another user/);
    expect(guardRoot({ ...asked, user: '1000' })).toBeNull();
  });
});
