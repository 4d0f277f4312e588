import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildQuery } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { freePort } from '../tools/free-port.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { pem, TLS_FILES } from '../tools/tls-files.ts';
import { findTool } from '../tools/tool-finder.ts';

const ZONES = {
  'plain.test.yaml': "'':\n  type: NS\n  value: ns.plain.test.\nwww:\n  ttl: 77\n  type: A\n  value: 192.0.2.7\n",
};
const kdig = findTool('kdig');
let folder: string;
let node: MeridianProcess;
let tls: number;
let https: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-tls-'));
  copyFileSync(TLS_FILES.cert, join(folder, 'cert.pem'));
  copyFileSync(TLS_FILES.key, join(folder, 'key.pem'));
  tls = await freePort();
  https = await freePort();
  const files = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
  const listen = ['--listen-tls', `127.0.0.1:${tls}`, '--listen-https', `127.0.0.1:${https}`];
  node = await startServe({ zones: ZONES, args: [...listen, ...files] });
});
afterAll(async () => {
  const ending = await node?.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(ending?.code).toBe(0);
});

function dig(...args: string[]): string {
  const result = spawnSync(
    kdig!,
    ['@127.0.0.1', `+tls-ca=${TLS_FILES.authority}`, '+short', ...args, 'www.plain.test'],
    {
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  return `${result.stdout}${result.stderr}`.trim();
}

async function status(): Promise<{ counters: Record<string, number>; warnings: string[] }> {
  return (await (await fetch(`${node.adminUrl}/api/v1/status`)).json()) as never;
}

/** SHA-256 of the certificate that a newcomer is shown. */
function shown(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: tls, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('DNS over TLS and HTTPS', () => {
  it('is in the ready line', () => {
    expect(node.readyLine).toContain(`tls 127.0.0.1:${tls}, https 127.0.0.1:${https}`);
  });

  it.skipIf(kdig === null)('answers kdig over TLS and over HTTPS with GET and POST (skipped without kdig)', () => {
    expect(dig('-p', String(tls), '+tls')).toBe('192.0.2.7');
    expect(dig('-p', String(https), '+https')).toBe('192.0.2.7');
    expect(dig('-p', String(https), '+https', '+https-get')).toBe('192.0.2.7');
  });

  it('answers a client that speaks HTTP/2 as a browser does, and counts by transport', async () => {
    const before = (await status()).counters.queriesHttps ?? 0;
    const session = connectHttp2(`https://127.0.0.1:${https}`, { ca: pem(TLS_FILES.authority) });
    const query = Buffer.from(buildQuery('www.plain.test.', 'A', { id: 0 })).toString('base64url');
    const stream = session.request({ ':path': `/dns-query?dns=${query}`, accept: 'application/dns-message' });
    const chunks: Buffer[] = [];
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      stream.on('response', resolve).on('error', reject);
    });
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    session.close();
    expect(headers).toMatchObject({ ':status': 200, 'cache-control': 'private, max-age=77' });
    expect(readReply(Buffer.concat(chunks)).rcode).toBe(0);
    expect((await status()).counters.queriesHttps).toBe(before + 1);
  });

  it('shows a renewed certificate without a restart; a broken one changes nothing, and is told', async () => {
    const first = await shown();
    writeFileSync(join(folder, 'cert.pem'), pem(TLS_FILES.otherCert).slice(0, 200));
    await node.waitForText('certificate-refused');
    expect(await shown()).toBe(first);
    expect((await status()).warnings.join()).toContain('the certificate before stays in force');
    copyFileSync(TLS_FILES.otherCert, join(folder, 'cert.pem'));
    await node.waitForText('certificate-renewed');
    expect(await shown()).not.toBe(first);
    expect((await status()).warnings.join()).not.toContain('certificate');
  });
});

describe('a node that is told to serve TLS', () => {
  it.each([
    [['--listen-tls', '127.0.0.1:0'], /--tls-cert and --tls-key/],
    [['--listen-https', '127.0.0.1:0', '--tls-cert', '/nonexistent', '--tls-key', '/nonexistent'], /cannot serve TLS/],
  ])('says what is missing and ends with code 2: %j', async (args, message) => {
    const failed = startServe({ zones: ZONES, args });
    await expect(failed).rejects.toThrow(message);
  });
});
