/**
 * PowerDNS Recursor as a client: static and steered names, and a cache that keeps the answers of two places apart by the scope of
 * Client Subnet. It is told where the zone is, so that nothing leaves loopback.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type DnsServer } from '../tools/dns-client.ts';
import { freePort } from '../tools/free-port.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';

const RECURSOR = findTool('pdns_recursor');
const ZONE = `---
'': {type: NS, value: ns1.gslb.example.}
alias: {type: CNAME, value: www.gslb.example.}
ns1: {type: A, value: 127.0.0.1}
static: {type: A, ttl: 60, value: 127.0.83.1}
www:
  type: A
  ttl: 60
  value: 127.0.83.99
  dynamic:
    pools:
      asia: {values: [{value: 127.0.83.30, status: up}]}
      europe: {values: [{value: 127.0.83.20, status: up}]}
      rest: {values: [{value: 127.0.83.10, status: up}]}
    rules:
    - {geos: [AS], pool: asia}
    - {geos: [EU], pool: europe}
    - {pool: rest}
`;
const NETWORKS = '192.0.2.0/24: {country: IE}\n198.18.0.0/16: {country: DE}\n203.0.113.0/24: {country: SG}\n';
const EUROPE = '127.0.83.20';
const ASIA = '127.0.83.30';

describe.skipIf(RECURSOR === null)(
  `PowerDNS Recursor${RECURSOR === null ? ' (skipped: no pdns_recursor)' : ''}`,
  () => {
    let node: MeridianProcess;
    let recursor: DnsServer & { readonly child: ChildProcess };
    let folder: string;
    let said = '';
    beforeAll(async () => {
      node = await startServe({
        zones: { 'gslb.example.yaml': ZONE },
        geoData: { 'networks.yaml': NETWORKS },
        workers: 1,
      });
      folder = mkdtempSync(join(tmpdir(), 'meridian-recursor-'));
      const port = await freePort();
      const child = spawn(RECURSOR!, optionsOf(folder, port, node), { stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
      process.once('exit', () => child.kill('SIGKILL'));
      recursor = { dnsHost: '127.0.0.1', dnsPort: port, child };
      for (const endMs = performance.now() + 15_000; ; ) {
        const got = await resolve('static.gslb.example.').catch(() => []);
        if (got[0] === '127.0.83.1') break;
        if (performance.now() > endMs) throw new Error(`the recursor does not answer:\n${said}`);
        await sleep(100);
      }
    }, 60_000);
    afterAll(async () => {
      const ended = new Promise((done) => recursor?.child.once('exit', done));
      if (recursor?.child.kill('SIGKILL')) await ended;
      await node?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    async function resolve(name: string, ecs?: string): Promise<string[]> {
      const reply = await ask(recursor, name, 'A', { rd: true, edns: 1232, ...(ecs === undefined ? {} : { ecs }) });
      return reply.answers.map((record) => String(record.data));
    }

    it('resolves a steered name, and an alias of it', async () => {
      expect(await resolve('alias.gslb.example.', '192.0.2.0/24')).toEqual(['www.gslb.example', EUROPE]);
    });

    it('gives two subnets behind it their own regions, from its cache too', async () => {
      for (let i = 0; i < 3; i++) {
        expect(await resolve('www.gslb.example.', '192.0.2.0/24')).toEqual([EUROPE]);
        expect(await resolve('www.gslb.example.', '203.0.113.0/24')).toEqual([ASIA]);
      }
    });

    it('asks once for a scope that is wider than the subnet', async () => {
      expect(await resolve('www.gslb.example.', '198.18.1.0/24')).toEqual([EUROPE]);
      const before = await queriesOf(node);
      expect(await resolve('www.gslb.example.', '198.18.77.0/24')).toEqual([EUROPE]);
      expect(await queriesOf(node)).toBe(before);
    });
  },
);

async function queriesOf(node: MeridianProcess): Promise<number> {
  const response = await fetch(`${node.adminUrl}/api/v1/status`);
  return ((await response.json()) as { counters: Record<string, number> }).counters.queriesUdp!;
}

/** Everything asked for is forwarded to the node: the root too, so that nothing is sent elsewhere. */
function optionsOf(folder: string, port: number, node: MeridianProcess): string[] {
  const at = `127.0.0.1:${node.dnsPort}`;
  return [
    ...[`--config-dir=${folder}`, `--socket-dir=${folder}`, '--daemon=no', '--threads=1', '--write-pid=no'],
    ...['--local-address=127.0.0.1', `--local-port=${port}`, '--query-local-address=127.0.0.1', '--dont-query='],
    ...[`--forward-zones=gslb.example=${at},.=${at}`, '--hint-file=no', '--dnssec=off', '--security-poll-suffix='],
    ...['--edns-subnet-allow-list=127.0.0.0/8', '--use-incoming-edns-subnet=yes', '--ecs-ipv4-bits=24'],
    ...['--ecs-ipv4-cache-bits=24', '--ecs-add-for=0.0.0.0/0', '--packetcache-ttl=0', '--disable-packetcache=yes'],
  ];
}
