import { expect, it } from 'vitest';
import type { ProbeResult } from '../../../src/probe/check-attempt.ts';
import { CheckStatistics } from '../../../src/probe/check-statistics.ts';
import { checkSpec } from '../../tools/check-spec.ts';

const result = (outcome: ProbeResult['outcome'], certificateExpiresMs: number | null = null): ProbeResult => ({
  outcome,
  reason: '',
  connectMs: null,
  tlsMs: null,
  serverMs: null,
  certificateExpiresMs,
});

it('tells results and durations by kind', () => {
  const statistics = new CheckStatistics();
  statistics.add(checkSpec(), result('ok'), 3);
  statistics.add(checkSpec({ port: 81 }), result('failed'), 4);
  statistics.add(checkSpec({ protocol: 'DNS' }), result('unknown'), 5);
  const kinds = statistics
    .kinds()
    .map(({ durations, phases: _, ...counts }) => ({ ...counts, sumMs: durations.sumMs }));
  expect(kinds).toEqual([
    { protocol: 'HTTP', ok: 1, failed: 1, unknown: 0, sumMs: 7 },
    { protocol: 'DNS', ok: 0, failed: 0, unknown: 1, sumMs: 5 },
  ]);
});

it('keeps the parts of a check apart, those that were measured', () => {
  const statistics = new CheckStatistics();
  statistics.add(checkSpec(), { ...result('ok'), connectMs: 1, tlsMs: 20, serverMs: 300 }, 321);
  statistics.add(checkSpec(), { ...result('failed'), connectMs: 2 }, 50);
  const { phases } = statistics.kinds()[0]!;
  const counted = Object.entries(phases).map(([phase, { counts, sumMs }]) => [
    phase,
    counts.reduce((a, b) => a + b),
    sumMs,
  ]);
  expect(counted).toEqual([
    ['connect', 2, 3],
    ['tls', 1, 20],
    ['server', 1, 300],
  ]);
});

it('tells the certificates that end first, each place once, until their check is gone', () => {
  const statistics = new CheckStatistics();
  const spec = (target: string, path: string) => checkSpec({ protocol: 'HTTPS', target, path, host: 'h' });
  statistics.add(spec('a', '/1'), result('ok', 3_000), 1);
  statistics.add(spec('a', '/2'), result('ok', 2_000), 1);
  statistics.add(spec('b', '/'), result('ok', 1_000), 1);
  statistics.add(spec('b', '/'), result('failed', null), 1);
  statistics.add(spec('c', '/'), result('ok', 9_000), 1);
  const seen = (count: number) => statistics.soonestExpiries(count).map(({ target, expiresMs }) => [target, expiresMs]);
  expect(seen(2)).toEqual([
    ['b', 1_000],
    ['a', 2_000],
  ]);
  // Renewed.
  statistics.add(spec('b', '/'), result('ok', 8_000), 1);
  statistics.forget(spec('c', '/').id);
  expect(seen(9)).toEqual([
    ['a', 2_000],
    ['b', 8_000],
  ]);
});
