import { describe, expect, it } from 'vitest';
import { Linux, loadSystemCalls } from '../../../src/server/system-calls.ts';

const loaded = loadSystemCalls();

describe.skipIf(typeof loaded === 'string')('system calls', () => {
  if (typeof loaded === 'string') return;

  it('report errors by errno', () => {
    expect(loaded.close(-1)).toBe(-1);
    expect(loaded.errno()).toBe(9);
    expect(loaded.socket(999, Linux.SOCK_DGRAM, 0)).toBe(-1);
  });

  it('give memory that both sides see', () => {
    const { address, buffer } = loaded.allocate(64);
    expect(buffer.byteLength).toBe(64);
    expect(address).toBeGreaterThan(0n);
  });
});

it.runIf(process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch))('load on Linux', () => {
  expect(typeof loaded).toBe('object');
});
