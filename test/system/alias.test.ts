/** ALIAS to a name that no zone of the node holds, through a resolver on loopback: another node that has the target's zone. */

import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../tools/dns-client.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';

const NODE_ZONE = "'': {type: ALIAS, ttl: 300, value: www.cdn.test.}\nns1: {type: A, value: 192.0.2.53}\n";
const CDN_ZONE =
  'www: {type: CNAME, ttl: 5, value: edge.cdn.test.}\nedge: {type: A, ttl: 5, values: [192.0.2.1, 192.0.2.2]}\n';
const RESOLVED_MS_MAX = 10_000;

const running: MeridianProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()));
});

async function start(...args: Parameters<typeof startServe>): Promise<MeridianProcess> {
  const node = await startServe(...args);
  running.push(node);
  return node;
}

/** Addresses and rcode of the apex, once `isDone` or the time is over. */
async function askApex(
  node: MeridianProcess,
  isDone: (texts: string[]) => boolean,
): Promise<{ rcode: number; texts: string[] }> {
  const until = performance.now() + RESOLVED_MS_MAX;
  for (;;) {
    const { rcode, answers } = await ask(node, 'alias.test.', 'A');
    const texts = answers.map((record) => record.text).sort();
    if (isDone(texts) || performance.now() > until) return { rcode, texts };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('an ALIAS to a name outside', () => {
  it('has the addresses that the resolver gives, and keeps the last good ones when it is gone', async () => {
    const resolver = await start({ zones: { 'cdn.test.yaml': CDN_ZONE } });
    const args = ['--alias-resolver', `${resolver.dnsHost}:${resolver.dnsPort}`];
    const node = await start({ zones: { 'alias.test.yaml': NODE_ZONE }, args });
    const expected = ['alias.test. a 192.0.2.1', 'alias.test. a 192.0.2.2'];
    expect(await askApex(node, (texts) => texts.length === 2)).toEqual({ rcode: 0, texts: expected });
    await resolver.stop();
    running.splice(running.indexOf(resolver), 1);
    const until = performance.now() + 3 * RESOLVED_MS_MAX;
    let warnings: string[] = [];
    while (warnings.length === 0 && performance.now() < until) {
      const status = (await (await fetch(`${node.adminUrl}/api/v1/status`)).json()) as { warnings: string[] };
      warnings = status.warnings.filter((line) => line.includes('ALIAS target www.cdn.test. A'));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(warnings[0]).toContain('cannot be resolved');
    expect(await askApex(node, () => true)).toEqual({ rcode: 0, texts: expected });
  }, 60_000);

  it('has no addresses where no resolver is configured', async () => {
    const node = await start({ zones: { 'alias.test.yaml': NODE_ZONE } });
    expect(await askApex(node, () => true)).toEqual({ rcode: 0, texts: [] });
  });
});
