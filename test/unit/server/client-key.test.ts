import { expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { clientKeyOf } from '../../../src/server/client-key.ts';

it('takes an IPv4 address and an IPv6 /64 for one client each', () => {
  const keys = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::ffff:1', '2001:db8:0:1::1'].map((text) =>
    clientKeyOf(parseIpAddress(text)!),
  );
  expect(keys[2]).toBe(keys[3]);
  expect(new Set(keys).size).toBe(4);
});
