import { expect, it } from 'vitest';
import { NodeMetrics } from '../../../src/admin/node-metrics.ts';
import { sampleMeasures } from './sample-measures.ts';
import { sampleStatus } from './sample-status.ts';

it('says in Prometheus words what the status says', async () => {
  const text = await new NodeMetrics({ status: sampleStatus, measures: sampleMeasures }).text();
  for (const line of [
    'meridian_node_info{node="ns1-1",cluster="default",state="redis",transport="dgram"} 1',
    'meridian_node_mode{mode="HOLD"} 1',
    'meridian_uptime_seconds 12',
    'meridian_zones{state="serving"} 1',
    'meridian_zones{state="last-good"} 0',
    'meridian_zones{state="refused"} 1',
    'meridian_zone_errors{zone="b."} 3',
    'meridian_workers{role="udp",state="ready"} 2',
    'meridian_worker_restarts_total{role="udp"} 2',
    'meridian_endpoints{verdict="down"} 1',
    'meridian_endpoints_barred 1',
    'meridian_agents{fresh="false"} 1',
    'meridian_dns_queries_total{transport="udp"} 7',
    'meridian_dns_answers_total{rcode="NXDOMAIN"} 2',
    'meridian_dns_events_total{event="truncated"} 1',
    'meridian_tcp_connections 4',
    'meridian_zone_contents{kind="records"} 6',
    'meridian_agent_silence_seconds{agent="a2",region="r2"} 90',
    'meridian_agent_reported_lag_seconds{agent="a1",region="r1"} 0.25',
    'meridian_store_losses_total 7',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).not.toContain('meridian_agent_reported_lag_seconds{agent="a2"');
});

it('does not add up from scrape to scrape', async () => {
  const metrics = new NodeMetrics({ status: sampleStatus, measures: sampleMeasures });
  await metrics.text();
  expect(await metrics.text()).toContain('meridian_dns_events_total{event="truncated"} 1\n');
});

it('forgets a zone once its faults are mended', async () => {
  let status = sampleStatus();
  const metrics = new NodeMetrics({ status: () => status, measures: sampleMeasures });
  await metrics.text();
  status = { ...status, zones: status.zones.map((zone) => ({ ...zone, errors: 0 })) };
  expect(await metrics.text()).not.toContain('meridian_zone_errors{');
});
