import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { BucketHistogram } from '../../../src/admin/bucket-histogram.ts';

it('shows counts as Prometheus adds them up, and nothing twice', async () => {
  const registry = new Registry();
  const histogram = new BucketHistogram('h_seconds', 'Durations.', registry);
  const durations = { boundsMs: [10, 1_000], counts: [2, 0, 1], sumMs: 5_020 };
  histogram.show([{ labels: { kind: 'TCP' }, durations }]);
  histogram.show([{ labels: { kind: 'TCP' }, durations }]);
  expect((await registry.metrics()).trim().split('\n')).toEqual([
    '# HELP h_seconds Durations.',
    '# TYPE h_seconds histogram',
    'h_seconds_bucket{le="0.01",kind="TCP"} 2',
    'h_seconds_bucket{le="1",kind="TCP"} 2',
    'h_seconds_bucket{le="+Inf",kind="TCP"} 3',
    'h_seconds_sum{kind="TCP"} 5.02',
    'h_seconds_count{kind="TCP"} 3',
  ]);
});
