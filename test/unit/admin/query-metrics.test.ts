import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { queryMetrics } from '../../../src/admin/query-metrics.ts';
import { sampleStatus } from './sample-status.ts';

it('puts every count into its family, and what is both a drop and a limit into both', async () => {
  const registry = new Registry();
  const counters = {
    queriesTls: 2,
    rcode5: 3,
    rateDropped: 4,
    cookiesGood: 5,
    tlsFailed: 6,
    clientSubnet: 7,
    tcpOpen: 8,
  };
  queryMetrics(registry)({ ...sampleStatus(), counters: { ...counters, tcpEvicted: 9 } });
  const lines = (await registry.metrics()).split('\n');
  for (const line of [
    'meridian_dns_queries_total{transport="tls"} 2',
    'meridian_dns_answers_total{rcode="REFUSED"} 3',
    'meridian_dns_drops_total{cause="rate_limit"} 4',
    'meridian_rate_limit_answers_total{action="dropped"} 4',
    'meridian_dns_cookies_total{state="good"} 5',
    'meridian_dns_errors_total{cause="tls_handshake"} 6',
    'meridian_dns_events_total{event="client_subnet"} 7',
    'meridian_tcp_connections 8',
    'meridian_tcp_connection_events_total{event="evicted"} 9',
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.join()).not.toContain('meridian_dns_events_total{event="rate');
});
