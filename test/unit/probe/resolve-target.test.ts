import { describe, expect, it } from 'vitest';
import { resolveTarget } from '../../../src/probe/resolve-target.ts';

describe('resolving a target on this machine', () => {
  it('takes a literal address as it is', async () => {
    expect(await resolveTarget('127.0.0.1')).toEqual({ address: '127.0.0.1' });
  });

  it('knows localhost', async () => {
    const found = await resolveTarget('localhost');
    expect('address' in found && ['127.0.0.1', '::1'].includes(found.address)).toBe(true);
  });
});
