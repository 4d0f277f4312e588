import { expect, it } from 'vitest';
import { isLoopback } from '../../../src/admin/loopback.ts';

it('loopback is 127.0.0.0/8 and ::1, also mapped', () => {
  expect(['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '192.0.2.1', '::2', '::ffff:192.0.2.1', '128.0.0.1'].some(isLoopback)).toBe(false);
});
