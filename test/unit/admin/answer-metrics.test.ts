import { Counter, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { answerMetrics } from '../../../src/admin/answer-metrics.ts';
import { sampleStatus } from './sample-status.ts';

function metrics() {
  const registry = new Registry();
  const fill = answerMetrics(
    (name, help, labelNames) => new Counter({ name, help, labelNames: [...labelNames], registers: [registry] }),
  );
  return { registry, fill };
}

describe('answers in metrics', () => {
  it('are by endpoint, by pool and of the last resort, and not added up over scrapes', async () => {
    const { registry, fill } = metrics();
    fill(sampleStatus());
    fill(sampleStatus());
    const text = await registry.metrics();
    expect(text).toContain('meridian_endpoint_answers_total{name="www.a.",type="A",pool="p",endpoint="192.0.2.1"} 30');
    expect(text).toContain('meridian_pool_answers_total{name="www.a.",type="A",pool="p"} 42');
    expect(text).toContain('meridian_last_resort_answers_total 5');
  });

  it('have a bounded number of series', async () => {
    const { registry, fill } = metrics();
    const [first] = sampleStatus().endpoints;
    const endpoints = Array.from({ length: 2_500 }, (_, i) => ({ ...first!, pool: `p${i}`, value: `v${i}` }));
    fill({ ...sampleStatus(), endpoints });
    const text = await registry.metrics();
    expect(text.match(/^meridian_endpoint_answers_total\{/gm)).toHaveLength(2_001);
    expect(text.match(/^meridian_pool_answers_total\{/gm)).toHaveLength(2_001);
    expect(text).toMatch(/endpoint_answers_total\{name="other".*\} 15000$/m);
  });
});
