import { expect, it } from 'vitest';
import { AgentMetrics } from '../../../src/admin/agent-metrics.ts';
import { sampleAgentStatus } from './sample-status.ts';

it('says in Prometheus words what the agent says', async () => {
  const metrics = new AgentMetrics(sampleAgentStatus);
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
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

it('gives no age before anything was published', async () => {
  const text = await new AgentMetrics(() => ({ ...sampleAgentStatus(), publishedAgoMs: null })).text();
  expect(text).not.toMatch(/^meridian_agent_published_age_seconds/m);
});
