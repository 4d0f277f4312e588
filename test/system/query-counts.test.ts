/**
 * What a node counts is exactly what was asked: over every transport, two workers, a reload, workers that ended with a query in their
 * hands and one that met a bug. The queries that end a worker are injected (`test/drill/injected-bug.mjs`) and count nowhere.
 */

import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { countedZone } from '../tools/counted-zone.ts';
import { buildQuery, exchangeTcp, exchangeUdp } from '../tools/dns-client.ts';
import { freePort } from '../tools/free-port.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { pem, TLS_FILES } from '../tools/tls-files.ts';
import { TRANSPORTS } from '../tools/transports.ts';

const PRELOAD = join(import.meta.dirname, '../drill/injected-bug.mjs');

/** One round asks each of these so often over each of the four transports. */
const ASKED: ReadonlyArray<readonly [times: number, name: string, type: string, ecs?: string]> = [
  [8, 'www.a.test.', 'A'],
  [5, 'steered.b.test.', 'A'],
  [2, 'steered.b.test.', 'A', '198.51.100.0/24'],
  [4, 'www.b.test.', 'AAAA'],
  [3, 'gone.a.test.', 'TXT'],
  [2, 'elsewhere.example.', 'HINFO'],
  [1, 'www.a.test.', 'AXFR'],
];
const WAYS = ['udp', 'tcp', 'tls', 'https'] as const;
const ROUNDS = 4;

type Way = (typeof WAYS)[number];
type Node = { readonly process: MeridianProcess; readonly tls: number; readonly https: number };

async function start(transport: string): Promise<Node> {
  const [tls, https] = [await freePort(), await freePort()];
  const files = ['--tls-cert', TLS_FILES.cert, '--tls-key', TLS_FILES.key];
  const listen = ['--listen-tls', `127.0.0.1:${tls}`, '--listen-https', `127.0.0.1:${https}`];
  const process = await startServe({
    zones: { 'a.test.yaml': countedZone('127.0.1.1'), 'b.test.yaml': countedZone('127.0.1.2') },
    workers: 2,
    transport,
    args: [...listen, ...files],
    env: { NODE_OPTIONS: `--import ${PRELOAD}` },
  });
  return { process, tls, https };
}

/** The answer to `query`, or null when the node ends the exchange without one. Each from a socket of its own, for the kernel to spread. */
async function send(node: Node, way: Way, query: Uint8Array, timeoutMs = 5_000): Promise<Uint8Array | null> {
  if (way === 'udp') return exchangeUdp(node.process, query, timeoutMs);
  if (way === 'tcp') return exchangeTcp(node.process, query, timeoutMs);
  return way === 'tls' ? exchangeTls(node.tls, query) : exchangeHttps(node.https, query);
}

/** A worker that ends resets its connections. */
function exchangeTls(port: number, query: Uint8Array): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const socket = connectTls({ port, host: '127.0.0.1', ca: pem(TLS_FILES.authority) });
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(null));
    socket.once('data', (chunk) => {
      resolve(Uint8Array.from(chunk.subarray(2)));
      socket.destroy();
    });
    socket.write(Uint8Array.from([query.length >> 8, query.length & 255, ...query]));
  });
}

function exchangeHttps(port: number, query: Uint8Array): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: pem(TLS_FILES.authority) });
    session.on('error', () => resolve(null));
    session.on('close', () => resolve(null));
    const headers = { ':method': 'POST', ':path': '/dns-query', 'content-type': 'application/dns-message' };
    const stream = session.request(headers);
    const chunks: Buffer[] = [];
    stream.on('error', () => resolve(null));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      resolve(chunks.length === 0 ? null : Uint8Array.from(Buffer.concat(chunks)));
      session.close();
    });
    stream.end(query);
  });
}

async function askRound(node: Node): Promise<void> {
  for (const way of WAYS) {
    for (const [times, name, type, ecs] of ASKED) {
      for (let i = 0; i < times; i++) {
        const answer = await send(node, way, buildQuery(name, type, ecs === undefined ? {} : { ecs }));
        expect(answer, `${name} ${type} over ${way}`).not.toBeNull();
      }
    }
  }
}

/** Has the worker behind `way` end, and waits for its successor. */
async function endWorker(node: Node, way: Way, ended: number): Promise<void> {
  await send(node, way, buildQuery('exit.a.test.', 'A'), 200);
  const replaced = () => node.process.logs.filter(({ event }) => event === 'worker-replaced').length;
  await node.process.waitFor('a successor', () => replaced() === ended, 20_000);
}

/** Of the series of `family` with a value: that value, by the value of `label`. */
function series(text: string, family: string, label: string): Record<string, number> {
  const lines = text.matchAll(new RegExp(`^${family}\\{(?:[^}]*,)?${label}="([^"]*)"[^}]*\\} (\\S+)$`, 'gm'));
  return Object.fromEntries([...lines].map((line) => [line[1], Number(line[2])] as const).filter(([, n]) => n > 0));
}

const perRound = (isOf: (name: string, type: string, ecs?: string) => boolean) =>
  ASKED.reduce((sum, [times, ...asked]) => sum + (isOf(...asked) ? times : 0), 0);
const times = (n: number) => n * ROUNDS * WAYS.length;

describe.each(TRANSPORTS)('a node over %s', (transport) => {
  it('counts exactly what it was asked, over all transports, a reload and workers that ended', async () => {
    const node = await start(transport);
    try {
      await askRound(node);
      node.process.writeZone('a.test.yaml', countedZone('127.0.1.3'));
      await node.process.change('POST', '/api/v1/reload');
      await askRound(node);
      for (const [i, way] of (['udp', 'tcp', 'tls'] as const).entries()) await endWorker(node, way, i + 1);
      await askRound(node);
      // A bug is answered SERVFAIL before anything is counted; its worker is replaced as well.
      expect((await send(node, 'udp', buildQuery('death.a.test.', 'A')))![3]! & 15).toBe(2);
      await endWorker(node, 'https', 5);
      await askRound(node);
      const text = await (await fetch(`${node.process.adminUrl}/metrics`)).text();
      const all = perRound(() => true) * ROUNDS;
      expect(series(text, 'meridian_dns_queries_total', 'transport')).toEqual({
        udp: all,
        tcp: all,
        tls: all,
        https: all,
      });
      expect(series(text, 'meridian_dns_answers_total', 'rcode')).toEqual({
        NOERROR: times(8 + 5 + 2 + 4),
        NXDOMAIN: times(3),
        REFUSED: times(2 + 1),
      });
      const typeCounts = { A: times(15), AAAA: times(4), TXT: times(3), AXFR: times(1), other: times(2) };
      expect(series(text, 'meridian_dns_answers_by_type_total', 'type')).toEqual(typeCounts);
      expect(series(text, 'meridian_zone_answers_total', 'zone')).toEqual({
        'a.test.': times(8 + 3),
        'b.test.': times(5 + 2 + 4),
        none: times(2 + 1),
      });
      expect(series(text, 'meridian_client_subnet_scopes_total', 'family')).toEqual({ ipv4: times(2) });
      expect(series(text, 'meridian_endpoint_answers_total', 'endpoint')).toEqual({ '127.0.0.1': times(7) });
      const events = { steered: times(7), client_subnet: times(2), edns: times(2) };
      expect(series(text, 'meridian_dns_events_total', 'event')).toEqual(events);
      expect(series(text, 'meridian_dns_errors_total', 'cause')).toMatchObject({ answer_bug: 1 });
      expect(series(text, 'meridian_worker_restarts_total', 'role')).toEqual({ udp: 2, stream: 1, tls: 2 });
      // The first answers of each worker and transport are timed, and one batch in 32 after them.
      const timed = series(text, 'meridian_dns_service_seconds_count', 'transport');
      for (const way of WAYS) expect([way, timed[way]! >= 2, timed[way]! <= all / 8]).toEqual([way, true, true]);
    } finally {
      await node.process.stop();
    }
  }, 120_000);
});
