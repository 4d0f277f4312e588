import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, buildQuery, exchangeUdp } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { freePort } from '../tools/free-port.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { proxyHeader } from '../tools/proxy-header.ts';
import { findTool } from '../tools/tool-finder.ts';
import { TRANSPORTS } from '../tools/transports.ts';

/** 192.0.2.1 for clients of 127.0.0.5 and 203.0.113.0/24, 192.0.2.2 for everybody else. */
const ZONE = `
'':
  type: NS
  value: ns.proxy.test.
www:
  type: A
  value: 192.0.2.9
  dynamic:
    pools:
      inside: {values: [{value: 192.0.2.1, status: up}]}
      outside: {values: [{value: 192.0.2.2, status: up}]}
    rules:
    - {pool: inside, subnets: [127.0.0.5/32, 203.0.113.0/24]}
    - {pool: outside}
`;
const NAME = 'www.proxy.test.';
const haproxy = findTool('haproxy');
const dnsdist = findTool('dnsdist');

describe.each(TRANSPORTS)('a node with trusted proxies, UDP by %s', (transport) => {
  let node: MeridianProcess;
  const children: ChildProcess[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'meridian-proxy-'));

  beforeAll(async () => {
    const args = ['--proxy-from', '127.0.0.1/32'];
    node = await startServe({ zones: { 'proxy.test.yaml': ZONE }, transport, args, readyWithinMs: 60_000 });
  });
  afterAll(async () => {
    for (const child of children) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await node?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function refused(): Promise<number> {
    const status = (await (await fetch(`${node.adminUrl}/api/v1/status`)).json()) as {
      counters: Record<string, number>;
    };
    return status.counters.proxyRefused!;
  }

  /** The address that a client gets through the proxy on `dnsPort`, which may need a moment to be there. */
  async function through(dnsPort: number, options: { tcp?: boolean; from: string }): Promise<unknown> {
    let trouble: unknown;
    for (let tries = 0; tries < 40; tries++) {
      try {
        return (await ask({ dnsHost: '127.0.0.1', dnsPort }, NAME, 'A', options)).answers.map((record) => record.data);
      } catch (error) {
        trouble = error;
        await sleep(250);
      }
    }
    throw trouble;
  }

  it('steers by the client that a header names', async () => {
    for (const [client, address] of [
      ['203.0.113.7', 1],
      ['198.51.100.7', 2],
    ] as const) {
      const query = buildQuery(NAME, 'A');
      const reply = await exchangeUdp(node, Uint8Array.from([...proxyHeader(client), ...query]), 5_000, '127.0.0.1');
      expect([...reply!.subarray(-4)]).toEqual([192, 0, 2, address]);
      expect(readReply(reply!).rcode).toBe(0);
    }
  });

  it('drops and counts headers of strangers and queries of proxies without one', async () => {
    const before = await refused();
    const query = buildQuery(NAME, 'A');
    const forged = Uint8Array.from([...proxyHeader('203.0.113.7'), ...query]);
    expect(await exchangeUdp(node, forged, 500, '127.0.0.9')).toBeNull();
    expect(await exchangeUdp(node, query, 500, '127.0.0.1')).toBeNull();
    await expect.poll(refused, { timeout: 10_000 }).toBe(before + 2);
    expect((await ask(node, NAME, 'A', { from: '127.0.0.9' })).rcode).toBe(0);
  });

  it('closes a connection of a proxy whose header is none', async () => {
    const before = await refused();
    const socket = connect({ host: '127.0.0.1', port: node.dnsPort, localAddress: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write(Buffer.alloc(40, 1));
    await once(socket, 'close');
    await expect.poll(refused, { timeout: 10_000 }).toBe(before + 1);
  });

  it.skipIf(haproxy === null)('takes what haproxy writes before connections (skipped without haproxy)', async () => {
    const port = await freePort();
    const config = `
defaults
  mode tcp
  timeout connect 2s
  timeout client 5s
  timeout server 5s
listen dns
  bind 127.0.0.1:${port}
  server meridian 127.0.0.1:${node.dnsPort} send-proxy-v2 source 127.0.0.1
`;
    writeFileSync(join(folder, 'haproxy.cfg'), config);
    children.push(spawn(haproxy!, ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' }));
    expect(await through(port, { tcp: true, from: '127.0.0.5' })).toEqual(['192.0.2.1']);
    expect(await through(port, { tcp: true, from: '127.0.0.6' })).toEqual(['192.0.2.2']);
  });

  it.skipIf(dnsdist === null)('takes what dnsdist writes before datagrams (skipped without dnsdist)', async () => {
    const port = await freePort();
    const config = `
setLocal('127.0.0.1:${port}')
newServer({address='127.0.0.1:${node.dnsPort}', source='127.0.0.1', useProxyProtocol=true, healthCheckMode='up', checkName='${NAME}'})
setSecurityPollSuffix('')
`;
    writeFileSync(join(folder, 'dnsdist.conf'), config);
    const args = ['--supervised', '--disable-syslog', '-C', join(folder, 'dnsdist.conf')];
    children.push(spawn(dnsdist!, args, { stdio: 'ignore' }));
    expect(await through(port, { from: '127.0.0.5' })).toEqual(['192.0.2.1']);
    expect(await through(port, { from: '127.0.0.6' })).toEqual(['192.0.2.2']);
  });
});
