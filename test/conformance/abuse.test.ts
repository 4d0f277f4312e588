/**
 * What an attacker can make of a running server, and what keeps real clients served meanwhile: cookies that several nodes share,
 * response rate limiting, and how much larger an answer can be than its query. Prints the figures.
 */

import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, buildQuery, exchangeUdp } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { craftOpt, craftQuery } from '../tools/packet-case.ts';
import { optionHex } from '../tools/reply-options.ts';
import { TRANSPORTS } from '../tools/transports.ts';

const ZONES = {
  'static.test.yaml': readFileSync(join(import.meta.dirname, '../vectors/zones/static.test.yaml'), 'utf8'),
};
/** Four nodes start one after the other, on machines that do other things too. */
const READY_MS = 60_000;
const COOKIE = 10;
const NSID = 3;
const CLIENT_COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const CHAOS = 3;
const BADCOOKIE = 23;

/** The rcode, and the cookie in hexadecimal, of a query that is about cookies alone (RFC 7873 5.4). */
async function askCookie(server: MeridianProcess, cookie: Uint8Array): Promise<{ rcode: number; cookie: string }> {
  const query = craftQuery({ additional: [craftOpt({ options: [[COOKIE, cookie]] })] });
  const answer = (await exchangeUdp(server, query)) ?? expect.fail('silence');
  return { rcode: readReply(answer).rcode, cookie: optionHex(answer, COOKIE) ?? expect.fail('no cookie') };
}

const believes = async (server: MeridianProcess, cookie: string) =>
  (await askCookie(server, Buffer.from(cookie, 'hex'))).rcode !== BADCOOKIE;

describe.each(TRANSPORTS)('cookies over %s', (transport) => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-abuse-'));
  const file = join(folder, 'secrets');
  const [OLD, NEW] = ['00112233445566778899aabbccddeeff', 'ffeeddccbbaa99887766554433221100'];
  const nodes: MeridianProcess[] = [];
  const put = (...secrets: string[]) => {
    writeFileSync(`${file}.new`, `${secrets.join('\n')}\n`);
    renameSync(`${file}.new`, file);
  };

  beforeAll(async () => {
    put(OLD);
    const args = ['--cookie-secret-file', file, '--server-id', 'fra1', '--server-version', 'nine'];
    for (let i = 0; i < 2; i++)
      nodes.push(await startServe({ readyWithinMs: READY_MS, zones: ZONES, transport, args, workers: 2 }));
    nodes.push(await startServe({ readyWithinMs: READY_MS, zones: ZONES, transport }));
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    rmSync(folder, { recursive: true });
  });

  it('of one node are good at every node with its secret, and at no other (RFC 9018 5)', async () => {
    const [first, second, stranger] = nodes as [MeridianProcess, MeridianProcess, MeridianProcess];
    const { rcode, cookie } = await askCookie(first, CLIENT_COOKIE);
    expect([rcode, cookie.slice(0, 24)]).toEqual([0, '010203040506070801000000']);
    // Each question comes from another port, so both workers of a node are met.
    for (let i = 0; i < 8; i++) expect(await believes(i & 1 ? first : second, cookie)).toBe(true);
    expect(await believes(stranger, cookie)).toBe(false);
  });

  it('stay good while the secret rolls over in a file that is read again by itself', async () => {
    const [node] = nodes as [MeridianProcess];
    const old = (await askCookie(node, CLIENT_COOKIE)).cookie;
    put(NEW, OLD);
    const fresh = () => askCookie(node, Buffer.from(old, 'hex'));
    // Made anew as soon as the new secret is the first.
    await expect.poll(async () => (await fresh()).cookie !== old, { timeout: 20_000, interval: 50 }).toBe(true);
    const made = await fresh();
    expect(made.rcode).toBe(0);
    put(NEW);
    await expect.poll(() => believes(node, old), { timeout: 20_000, interval: 50 }).toBe(false);
    expect(await believes(node, made.cookie)).toBe(true);
    put('broken');
    await expect.poll(() => node.output.includes('cookie secret file'), { timeout: 20_000, interval: 50 }).toBe(true);
    expect(await believes(node, made.cookie)).toBe(true);
    put(OLD);
    await expect.poll(() => believes(node, old), { timeout: 20_000, interval: 50 }).toBe(true);
    expect(node.output).not.toMatch(new RegExp(`broken\\b(?! )|${OLD}|${NEW}`));
  });

  it('go with the name of the server, where it tells (RFC 5001, 4892)', async () => {
    const [node, , stranger] = nodes as [MeridianProcess, MeridianProcess, MeridianProcess];
    const options = [{ code: NSID, data: new Uint8Array() }];
    const told = (server: MeridianProcess) => exchangeUdp(server, buildQuery('a.static.test.', 'A', { options }));
    expect(optionHex(await told(node), NSID)).toBe(Buffer.from('fra1').toString('hex'));
    expect(optionHex(await told(stranger), NSID)).toBeNull();
    for (const [name, text] of [
      ['id.server', 'fra1'],
      ['version.bind', 'nine'],
    ] as const) {
      const answer = await exchangeUdp(node, buildQuery(`${name}.`, 'TXT', { class: CHAOS }));
      expect(Buffer.from(answer!.subarray(-text.length)).toString()).toBe(text);
      expect((await exchangeUdp(stranger, buildQuery(`${name}.`, 'TXT', { class: CHAOS })))![3]! & 15).toBe(5);
    }
  });
});

describe.each(TRANSPORTS)('a flood of one name over %s', (transport) => {
  let server: MeridianProcess;
  const PER_SECOND = 20;

  beforeAll(async () => {
    const args = ['--rate-limit', 'on', '--rate-limit-per-second', `${PER_SECOND}`];
    server = await startServe({ readyWithinMs: READY_MS, zones: ZONES, transport, args, workers: 1 });
  });
  afterAll(() => server.stop());

  it('gets less than one and a half times what it sends; who has a cookie, or comes by TCP, gets everything', async () => {
    const cookie = (await askCookie(server, CLIENT_COOKIE)).cookie;
    const query = buildQuery('medium.static.test.', 'TXT', { edns: 1232 });
    const flood = createSocket('udp4');
    let [sent, received, whole] = [0, 0, 0];
    flood.on('message', (answer) => {
      received += answer.length;
      if (answer.length > 600) whole++;
    });
    await new Promise<void>((resolve) => flood.bind(0, '127.0.0.1', resolve));
    let served = 0;
    for (let i = 0; i < 60; i++) {
      // Some three thousand a second: 150 times the limit.
      for (let k = 0; k < 60; k++) flood.send(query, server.dnsPort, server.dnsHost);
      sent += 60 * query.length;
      const reply = await ask(server, 'medium.static.test.', 'TXT', { cookie, edns: 1232, tcp: i % 10 === 0 });
      if (reply.answers.length > 0) served++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await expect.poll(() => received, { timeout: 5_000, interval: 100 }).toBeGreaterThan(0);
    flood.close();
    const factor = received / sent;
    console.log(
      `rate limit over ${transport}: ${(factor).toFixed(2)} octets out for each in, ${whole} whole answers to 3,600 queries; ${served} of 60 answered to a client with a cookie`,
    );
    expect(factor).toBeLessThan(1.5);
    expect(served).toBe(60);
    const status = (await (await fetch(`${server.adminUrl}/api/v1/status`)).json()) as {
      counters: Record<string, number>;
    };
    expect(status.counters.rateDropped).toBeGreaterThan(1_000);
    expect(status.counters.rateSlipped).toBeGreaterThan(1_000);
    expect(status.counters.cookiesGood).toBeGreaterThanOrEqual(54);
  });
});

describe('the largest answers to datagrams of clients without a cookie', () => {
  let server: MeridianProcess;
  beforeAll(async () => {
    server = await startServe({ readyWithinMs: READY_MS, zones: ZONES, args: ['--server-id', 'fra1.ns.example.net'] });
  });
  afterAll(() => server.stop());

  it('are bounded by kind, and errors are not longer than their queries', async () => {
    const edns = { edns: 4096 };
    const nsid = { edns: 4096, options: [{ code: NSID, data: new Uint8Array() }] };
    const cases = [
      ['address', 'a.static.test.', 'A', {}],
      ['address, NSID', 'a.static.test.', 'A', nsid],
      ['address, new cookie', 'a.static.test.', 'A', { cookie: Buffer.from(CLIENT_COOKIE).toString('hex') }],
      ['apex NS', 'static.test.', 'NS', edns],
      ['SOA', 'static.test.', 'SOA', edns],
      ['text of 512 octets and more, no EDNS', 'medium.static.test.', 'TXT', {}],
      ['text of 512 octets and more', 'medium.static.test.', 'TXT', edns],
      ['text beyond the limit', 'large.static.test.', 'TXT', edns],
      ['ANY', 'static.test.', 'ANY', edns],
      ['ANY of one large set', 'large.static.test.', 'ANY', edns],
      ['chain of aliases', 'chain1.static.test.', 'A', edns],
      ['referral', 'x.sub.static.test.', 'A', edns],
      ['no data', 'a.static.test.', 'AAAA', edns],
      ['no name', 'none.static.test.', 'A', edns],
      ['refused', 'www.example.net.', 'A', nsid],
      ['refused transfer', 'static.test.', 'AXFR', nsid],
      ['refused class', 'version.server.', 'TXT', { ...nsid, class: 4 }],
      ['newer EDNS', 'static.test.', 'SOA', { ...nsid, version: 1 }],
      ['malformed option', 'static.test.', 'SOA', { options: [{ code: COOKIE, data: new Uint8Array(7) }] }],
    ] as const;
    const lines: string[] = [];
    for (const [label, name, type, options] of cases) {
      const query = buildQuery(name, type, options);
      const answer = (await exchangeUdp(server, query)) ?? expect.fail(`silence: ${label}`);
      const factor = answer.length / query.length;
      lines.push(`${label.padEnd(40)} ${query.length} -> ${answer.length} octets, ${factor.toFixed(2)}`);
      expect(answer.length, label).toBeLessThanOrEqual(1232);
      const isError = ![0, 3].includes(answer[3]! & 15);
      if (isError) expect(answer.length, label).toBeLessThanOrEqual(query.length);
    }
    console.log(`amplification of each kind of answer:\n  ${lines.join('\n  ')}`);
  });
});
