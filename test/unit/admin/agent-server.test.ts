import { afterEach, describe, expect, it } from 'vitest';
import { AgentServer } from '../../../src/admin/agent-server.ts';
import { sampleAgentStatus } from './sample-status.ts';

let server: AgentServer;
afterEach(() => server.close());

async function start(): Promise<string> {
  server = new AgentServer(sampleAgentStatus, () => 0);
  const at = await server.listen({ address: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${at.port}`;
}

describe('the HTTP side of an agent', () => {
  it('gives metrics', async () => {
    const response = await fetch(`${await start()}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('meridian_agent_info{agent="a1",region="eu-west"} 1');
  });

  it('is alive', async () => expect((await fetch(`${await start()}/healthz`)).status).toBe(200));

  it('changes nothing for anybody', async () => {
    const url = await start();
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(403);
    expect((await fetch(`${url}/api/v1/status`)).status).toBe(404);
  });
});
