/**
 * SRV and HTTPS that follow their targets, the whole way: an endpoint that stops answering is found by the node's own checks, leaves the
 * answers of what leads to it, and comes back. Read by dig and kdig too where they are installed, over UDP of either transport and TCP.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rdataToText } from '../../src/wire/rdata.ts';
import { dig } from '../tools/dig.ts';
import { ask } from '../tools/dns-client.ts';
import { freePort } from '../tools/free-port.ts';
import { type HttpEndpoint, startHttpEndpoint } from '../tools/http-endpoint.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';
import { TRANSPORTS } from '../tools/transports.ts';

const ONE = '127.0.7.1';
const TWO = '127.0.7.2';
const SEEN_MS_MAX = 30_000;
const PROGRAMS = (['dig', 'kdig'] as const).filter((program) => findTool(program) !== null);

const steered = (address: string, port: number) => `
  type: A
  ttl: 25
  value: 127.0.7.9
  octodns:
    healthcheck: {protocol: HTTP, host: ~, path: /, port: ${port}}
    meridian: {healthcheck: {interval: 1, timeout: 0.9, rise: 1, fall: 2}}
  dynamic: {pools: {all: {values: [{value: ${address}}]}}, rules: [{pool: all}]}`;
const zoneOf = (port: number) => `---
'': {type: NS, value: ns1.outside.test.}
one:${steered(ONE, port)}
two:${steered(TWO, port)}
two6: {type: AAAA, ttl: 15, value: '2001:db8::2'}
_sip._tcp:
  type: SRV
  ttl: 300
  octodns: {meridian: {follow: [targets]}}
  values:
  - {priority: 10, weight: 60, port: 5060, target: one.follow.test.}
  - {priority: 10, weight: 40, port: 5061, target: two.follow.test.}
web:
  type: HTTPS
  ttl: 300
  octodns: {meridian: {follow: [targets, hints]}}
  values:
  - {svcpriority: 1, targetname: one.follow.test., svcparams: {alpn: [h3, h2], ipv6hint: ['2001:db8::dead'], port: 8443}}
  - {svcpriority: 2, targetname: two.follow.test., svcparams: {mandatory: [alpn], alpn: [h2], ipv4hint: [192.0.2.99]}}
  - {svcpriority: 3, targetname: two6.follow.test.}
`;

let one: HttpEndpoint;
let two: HttpEndpoint;
beforeAll(async () => {
  const port = await freePort();
  one = await startHttpEndpoint({ address: ONE, port });
  two = await startHttpEndpoint({ address: TWO, port });
});
afterAll(async () => {
  await one?.stop();
  await two?.stop();
});

describe.each(TRANSPORTS)('records that follow their targets, read with %s', (transport) => {
  let node: MeridianProcess;
  beforeAll(async () => {
    node = await startServe({ zones: { 'follow.test.yaml': zoneOf(one.port) }, transport });
  });
  afterAll(async () => {
    await node?.stop();
  });

  /** Holds what `read` gives to `expected`, once it is that, or after the longest time that a change may take. */
  async function expectOnce(what: string, read: () => Promise<unknown[]>, expected: readonly unknown[]): Promise<void> {
    const until = performance.now() + SEEN_MS_MAX;
    for (;;) {
      const seen = await read();
      if (JSON.stringify(seen) === JSON.stringify(expected)) return;
      if (performance.now() > until) expect(seen, `${what}\n${node.output}`).toEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Holds the SRV to records with `ports`, a target each. */
  async function expectPorts(...ports: number[]): Promise<void> {
    const read = async () => {
      const { answers } = await ask(node, '_sip._tcp.follow.test.', 'SRV');
      return answers.map(({ data }) => (data as { port: number }).port).sort();
    };
    await expectOnce('SRV', read, ports);
  }

  /** Holds the HTTPS to `records` (`TTL RDATA`), by our strict reader of RDATA and by each foreign program that is there. */
  async function expectServices(...records: string[]): Promise<void> {
    const bare = (texts: string[]) => texts.map((text) => text.replaceAll('"', '')).sort();
    const readOwn = async () => {
      const { answers } = await ask(node, 'web.follow.test.', 'HTTPS');
      return bare(answers.map(({ ttl, type, data }) => `${ttl} ${rdataToText(type, data as Uint8Array)}`));
    };
    await expectOnce('HTTPS', readOwn, records);
    for (const program of PROGRAMS) {
      for (const options of [[], ['+tcp']]) {
        const read = async () => {
          const { answers } = await dig(program, node, 'web.follow.test', 'HTTPS', options);
          return bare(answers.map(({ ttl, rdata }) => `${ttl} ${rdata}`));
        };
        await expectOnce(`HTTPS by ${program} ${options}`, read, records);
      }
    }
  }

  const FIRST = `15 1 one.follow.test. alpn=h3,h2 port=8443 ipv4hint=${ONE}`;
  const SECOND = `15 2 two.follow.test. mandatory=alpn alpn=h2 ipv4hint=${TWO}`;
  const THIRD = '15 3 two6.follow.test. ipv6hint=2001:db8::2';

  it('loses a target with its endpoint and has it again (RFC 2782, RFC 9460 7.3)', async () => {
    await expectPorts(5060, 5061);
    const srv = await ask(node, '_sip._tcp.follow.test.', 'SRV');
    expect(srv.answers.map(({ ttl }) => ttl)).toEqual([25, 25]);
    expect(srv.additional).toEqual([]);
    await expectServices(FIRST, SECOND, THIRD);

    await one.refuse();
    await expectPorts(5061);
    await expectServices(SECOND, THIRD);

    // With all of them down an SRV is whole; the HTTPS has one target left, which nobody checks.
    await two.refuse();
    await expectPorts(5060, 5061);
    await expectServices(THIRD);

    await one.accept();
    await two.accept();
    await expectServices(FIRST, SECOND, THIRD);
  }, 240_000);

  it('is explained by a running node', async () => {
    await two.refuse();
    await expectPorts(5060);
    const query = 'name=_sip._tcp.follow.test&type=SRV&client=127.0.0.1';
    const readStates = async () => {
      const told = (await (await fetch(`${node.adminUrl}/api/v1/explain?${query}`)).json()) as {
        trace: { followed: { records: { target: string; state: string; isLeftOut: boolean }[] }[] };
      };
      return told.trace.followed[0]!.records.map(({ target, state, isLeftOut }) => [target, state, isLeftOut]);
    };
    await expectOnce('explain', readStates, [
      ['one.follow.test.', 'alive', false],
      ['two.follow.test.', 'down', true],
    ]);
    await two.accept();
    await expectPorts(5060, 5061);
  }, 120_000);
});
