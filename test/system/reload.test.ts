import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UDP_WAIT_MS } from '../../src/base/limits.ts';
import { ask } from '../tools/dns-client.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { streamDuring } from '../tools/query-stream.ts';

/** A zone whose `www` is `address`. Every endpoint is the operator's word, so that no check sends a packet. */
const zone = (address: string) => `---
'':
  type: NS
  value: ns1.outside.test.
www:
  type: A
  value: ${address}
steered:
  type: A
  value: 127.0.0.9
  dynamic:
    pools:
      main:
        values:
        - {value: ${address}, status: up}
    rules:
    - pool: main
`;
const OTHER = zone('127.0.9.9');
/** "In force within a second", as promised to whoever saves a file, and a busy machine's share. */
const IN_FORCE_MS = 3_000;

let server: MeridianProcess;
beforeAll(async () => {
  server = await startServe({ zones: { 'a.test.yaml': zone('127.0.1.1'), 'other.test.yaml': OTHER }, workers: 2 });
});
afterAll(async () => {
  await server?.stop();
});

async function addressOf(name: string): Promise<string> {
  const reply = await ask(server, name, 'A', { timeoutMs: 1_000 });
  return reply.answers.map((record) => String(record.data)).join(' ') || `rcode ${reply.rcode}`;
}

/** How long until `www.a.test` and `steered.a.test` are at `address`; fails when it takes longer than a second. */
async function untilInForce(address: string): Promise<number> {
  const since = performance.now();
  let seen = '';
  while (performance.now() - since < IN_FORCE_MS) {
    seen = `${await addressOf('www.a.test')} ${await addressOf('steered.a.test')}`;
    if (seen === `${address} ${address}`) {
      const tookMs = performance.now() - since;
      // The other workers: one without queries looks at its messages every 100 ms.
      await sleep(2 * UDP_WAIT_MS);
      return tookMs;
    }
    await sleep(10);
  }
  throw new Error(`after ${IN_FORCE_MS} ms still ${seen}, not ${address}\n${server.output}`);
}

const told = (event: string) => server.logs.filter((line) => line.event === event);
const path = (name = 'a.test.yaml') => join(server.zonesFolder, name);

/** Runs `breakIt`, waits for the log to tell of `event` once more, and sees the zone served as before. */
async function expectLastGood(address: string, event: string, breakIt: () => void): Promise<Record<string, unknown>> {
  const before = told(event).length;
  breakIt();
  await server.waitFor(`a new ${event}`, () => told(event).length > before, 8_000);
  expect(await addressOf('www.a.test')).toBe(address);
  expect(await addressOf('steered.a.test')).toBe(address);
  expect(await addressOf('www.other.test')).toBe('127.0.9.9');
  // Errors come before warnings.
  return told(event)[before]!;
}

describe('a zone file while queries come in', () => {
  it('broken: the fault is told with its place, the old zone served; mended: the new one within a second; nothing lost', async () => {
    const questions = ['www.a.test', 'steered.a.test', 'www.other.test'].map((name) => ({ name, type: 'A' }));
    let mendedMs = 0;
    const report = await streamDuring(server, { questions, perSecond: 1_000 }, async () => {
      await sleep(200);
      const fault = await expectLastGood('127.0.1.1', 'zone-fault', () =>
        server.writeZone('a.test.yaml', zone('127.0.1.1').replace('- pool: main', '- pool: nowhere')),
      );
      expect(fault).toMatchObject({ zone: 'a.test.', record: 'steered', type: 'A' });
      expect(fault.file).toBe(path());
      expect(fault.line).toBeGreaterThan(1);
      expect(fault.column).toBeGreaterThan(0);
      expect(told('zone-refused').at(-1)).toMatchObject({ zone: 'a.test.', state: 'last-good' });
      server.writeZone('a.test.yaml', zone('127.0.1.2'));
      mendedMs = await untilInForce('127.0.1.2');
      await sleep(200);
    });
    console.log(`mended zone in force after ${mendedMs.toFixed(0)} ms`, report);
    expect(report.lost).toBe(0);
    expect(Object.keys(report.rcodes)).toEqual(['0']);
  });

  it('loses nothing over six reloads in three seconds', async () => {
    const questions = ['www.a.test', 'steered.a.test'].map((name) => ({ name, type: 'A' }));
    const report = await streamDuring(server, { questions, perSecond: 2_000 }, async () => {
      for (let i = 0; i < 6; i++) {
        server.writeZone('a.test.yaml', zone(`127.0.2.${i + 1}`));
        server.reload();
        await sleep(500);
      }
      await untilInForce('127.0.2.6');
    });
    console.log('six reloads', report);
    expect(report.lost).toBe(0);
    expect(Object.keys(report.rcodes)).toEqual(['0']);
  });
});

describe('what happens to zone files', () => {
  it('emptied: the last good zone is served', async () => {
    const fault = await expectLastGood('127.0.2.6', 'zone-fault', () => truncateSync(path(), 0));
    expect(fault.code).toBe('zone-emptied');
  });

  it('cut in the middle of an address that would still be one: the last good zone is served', async () => {
    server.writeZone('a.test.yaml', zone('127.0.3.11'));
    await untilInForce('127.0.3.11');
    const text = zone('127.0.3.11');
    // "value: 127.0.3.1" is a sound record, and the rest of the zone is gone.
    const cut = text.indexOf('127.0.3.11') + '127.0.3.1'.length;
    const fault = await expectLastGood('127.0.3.11', 'zone-fault', () => truncateSync(path(), cut));
    expect(fault.code).toBe('zone-file-cut');
  });

  it('written elsewhere and renamed into place, as editors do', async () => {
    writeFileSync(path('.a.test.yaml.swp'), zone('127.0.4.1'));
    renameSync(path('.a.test.yaml.swp'), path());
    await untilInForce('127.0.4.1');
  });

  it('deleted: served until the operator says to reload; back again: served at once', async () => {
    await expectLastGood('127.0.4.1', 'zone-file-gone', () => rmSync(path()));
    server.writeZone('a.test.yaml', zone('127.0.4.2'));
    await untilInForce('127.0.4.2');
    rmSync(path());
    const before = told('zone-removed').length;
    server.reload();
    await server.waitFor('the zone to go', () => told('zone-removed').length > before);
    // A worker without queries looks at its messages every 100 ms.
    await expect.poll(() => addressOf('www.a.test'), { timeout: IN_FORCE_MS }).toBe('rcode 5');
    expect(await addressOf('www.other.test')).toBe('127.0.9.9');
    server.writeZone('a.test.yaml', zone('127.0.4.3'));
    await untilInForce('127.0.4.3');
  });

  it('behind a symlink that is swapped, as a ConfigMap is', async () => {
    for (const [version, address] of [
      ['..v1', '127.0.5.1'],
      ['..v2', '127.0.5.2'],
    ]) {
      mkdirSync(path(version));
      writeFileSync(join(path(version), 'a.test.yaml'), zone(address!));
    }
    symlinkSync('..v1', path('..data'));
    symlinkSync('..data/a.test.yaml', path('.link'));
    renameSync(path('.link'), path());
    await untilInForce('127.0.5.1');
    symlinkSync('..v2', path('..next'));
    renameSync(path('..next'), path('..data'));
    await untilInForce('127.0.5.2');
  });

  it('all gone at once: everything is served, also after a reload', async () => {
    const kept = join(server.folder, 'kept');
    mkdirSync(kept);
    for (const name of ['a.test.yaml', 'other.test.yaml']) renameSync(path(name), join(kept, name));
    const before = told('zones-directory').length;
    server.reload();
    await server.waitFor('the fault', () => told('zones-directory').length > before);
    expect(await addressOf('www.other.test')).toBe('127.0.9.9');
    expect(await addressOf('www.a.test')).toBe('127.0.5.2');
  });
});
