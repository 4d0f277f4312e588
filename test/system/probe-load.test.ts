import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasRedisServer } from '../tools/redis-server.ts';

const SCRIPT = join(import.meta.dirname, '../bench/probe-load.ts');

describe.skipIf(!hasRedisServer())('one agent with many targets (needs redis-server)', () => {
  it('checks each of them once an interval, and says what it took', () => {
    const args = ['--targets', '300', '--interval', '1', '--seconds', '3'];
    const { stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8', timeout: 90_000 });
    expect(stderr).toBe('');
    const figure = (what: string) => Number(new RegExp(`${what}: (\\d+)`).exec(stdout)?.[1]);
    // 900 are due; a machine that is busy with other tests may be late, but not by half.
    expect(figure('checks')).toBeGreaterThan(450);
    expect(figure('checks')).toBeLessThan(1_500);
    expect(figure('requests that targets saw')).toBeGreaterThan(450);
    expect(stdout).toMatch(/failed, unknown, passed over: 0, \d+, \d+/);
    expect(stdout).toMatch(/CPU of the agent: [\d.]+ s in [\d.]+ s: [\d.]+ cores/);
    expect(stdout).toMatch(/schedule lag: p50 <= \d+ ms, p99 <= \d+ ms/);
    expect(stdout).toMatch(/least descriptors, first and last third: \d+, \d+/);
  }, 120_000);
});
