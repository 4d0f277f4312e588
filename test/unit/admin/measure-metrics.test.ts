import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { measureMetrics } from '../../../src/admin/measure-metrics.ts';
import { sampleMeasures } from './sample-measures.ts';

it('says in Prometheus words what was measured', async () => {
  const registry = new Registry();
  const fill = measureMetrics(registry);
  fill(sampleMeasures());
  fill(sampleMeasures());
  const lines = (await registry.metrics()).split('\n');
  for (const line of [
    'meridian_reloads_total{result="done"} 3',
    'meridian_reloads_total{result="failed"} 1',
    'meridian_zone_refusals_total 2',
    'meridian_last_reload_timestamp_seconds 1800000000',
    'meridian_last_reload_duration_seconds 0.25',
    'meridian_health_transitions_total{verdict="down"} 5',
    'meridian_endpoints_suspect 2',
    'meridian_agent_events_total{event="stale"} 1',
    'meridian_node_mode_changes_total 6',
    'meridian_node_mode_held_seconds 9.5',
    'meridian_agent_regions{fresh="false"} 2',
    'meridian_store_state{state="lost"} 1',
    'meridian_store_state{state="connected"} 0',
    'meridian_store_losses_total 7',
    'meridian_store_records_refused_total 8',
    'meridian_loads_pushed_total 10',
    'meridian_table_bytes{table="zones"} 3',
    'meridian_steering_groups 6',
    'meridian_dns_answers_by_type_total{type="A"} 12',
    'meridian_zone_answers_total{zone="a."} 14',
    'meridian_zone_answers_total{zone="none"} 15',
    'meridian_client_subnet_scopes_total{family="ipv4",bits="17-24"} 13',
    'meridian_dns_service_seconds_bucket{le="0.00005",transport="udp"} 7',
    'meridian_dns_service_seconds_bucket{le="0.001",transport="udp"} 9',
    'meridian_dns_service_seconds_bucket{le="+Inf",transport="udp"} 10',
    'meridian_dns_service_seconds_sum{transport="udp"} 0.0125',
    'meridian_dns_service_seconds_count{transport="udp"} 10',
    'meridian_dns_service_seconds_count{transport="https"} 0',
    'meridian_certificate_expiry_timestamp_seconds{transport="tls"} 1900000000',
  ]) {
    expect(lines).toContain(line);
  }
});

it('says nothing of a certificate or of health that are not there', async () => {
  const registry = new Registry();
  measureMetrics(registry)({ ...sampleMeasures(), health: null, certificateExpiresMs: null });
  const text = await registry.metrics();
  expect(text).not.toMatch(/^meridian_certificate_expiry_timestamp_seconds/m);
  expect(text).not.toMatch(/^meridian_store_state/m);
});
