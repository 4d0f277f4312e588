import { expect, it } from 'vitest';
import { AgentMetrics } from '../../../src/admin/agent-metrics.ts';
import { sampleAgentStatus } from './sample-status.ts';

it('says in Prometheus words what the agent says', async () => {
  const metrics = new AgentMetrics(sampleAgentStatus, () => 2);
  await metrics.text();
  const text = await metrics.text();
  for (const line of [
    'meridian_agent_checks{state="up"} 3',
    'meridian_agent_checks{state="down"} 1',
    'meridian_agent_lag_seconds 0.012',
    'meridian_agent_published_age_seconds 2.5',
    'meridian_agent_checks_started_total 40',
    'meridian_agent_loads_refused_total 6',
    'meridian_agent_publications_total{result="failed"} 1',
    'meridian_agent_zone_faults 2',
    'meridian_agent_check_results_total{kind="HTTPS",result="failed"} 5',
    'meridian_agent_certificate_expiry_timestamp_seconds{target="192.0.2.1",port="443",host="www.example.com"} 1900000000',
    '# TYPE meridian_agent_schedule_lag_seconds histogram',
    'meridian_agent_schedule_lag_seconds_bucket{le="0.001"} 30',
    'meridian_agent_schedule_lag_seconds_bucket{le="0.01"} 39',
    'meridian_agent_schedule_lag_seconds_bucket{le="+Inf"} 40',
    'meridian_agent_schedule_lag_seconds_sum 0.5',
    'meridian_agent_check_phase_seconds_count{kind="HTTPS",phase="tls"} 40',
    'meridian_agent_check_duration_seconds_count{kind="HTTPS"} 40',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

it('gives no age before anything was published', async () => {
  const text = await new AgentMetrics(
    () => ({ ...sampleAgentStatus(), publishedAgoMs: null }),
    () => 0,
  ).text();
  expect(text).not.toMatch(/^meridian_agent_published_age_seconds/m);
});
