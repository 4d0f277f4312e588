import { expect, it } from 'vitest';
import { chooseTransport } from '../../../src/server/choose-transport.ts';

it('takes dgram where told to, and warns of wildcard addresses alone', () => {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  expect(chooseTransport('dgram', [{ address: '127.0.0.1', port: 53 }], warn)).toBe('dgram');
  expect(warnings).toEqual([]);
  expect(chooseTransport('dgram', [{ address: '::', port: 53 }], warn)).toBe('dgram');
  expect(warnings).toEqual([expect.stringContaining('a wildcard address with dgram')]);
});
