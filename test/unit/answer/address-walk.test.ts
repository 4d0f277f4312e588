import { expect, it } from 'vitest';
import { AddressWalk, WalkFound } from '../../../src/answer/address-walk.ts';

it('begins nowhere, and has an end of its own for each way to end', () => {
  const walk = new AddressWalk();
  expect(walk).toMatchObject({ zone: null, rrset: 0, ttl: 0, isDecided: false, isAllDown: false });
  expect(walk.name.length).toBe(1);
  expect(new Set(Object.values(WalkFound)).size).toBe(4);
});
