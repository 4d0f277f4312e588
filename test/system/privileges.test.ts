import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../tools/dns-client.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';

const ZONE = "'':\n  type: NS\n  value: ns.plain.test.\nwww:\n  type: A\n  value: 192.0.2.7\n";
const isRoot = process.getuid?.() === 0 && existsSync('/proc/self/task');

const nodes: MeridianProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that everybody may read. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-user-'));
  folders.push(folder);
  mkdirSync(join(folder, 'zones'));
  writeFileSync(join(folder, 'zones', 'plain.test.yaml'), ZONE);
  chmodSync(folder, 0o777);
  return folder;
}

/** A port below 1024 that nobody has on loopback. */
async function privilegedPort(): Promise<number> {
  for (let port = 600; port < 1000; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error('every port below 1024 is taken');
}

describe.skipIf(!isRoot)('serve as root with a user (skipped unless root, on Linux)', () => {
  it('answers at a port below 1024 and is root in no thread', async () => {
    const folder = openFolder();
    const dnsPort = await privilegedPort();
    const node = await startServe({ folder, keepFolder: true, dnsPort, args: ['--user', 'nobody'] });
    nodes.push(node);
    expect((await ask(node, 'www.plain.test.', 'A')).rcode).toBe(0);
    expect((await ask(node, 'www.plain.test.', 'A', { tcp: true })).rcode).toBe(0);
    const tasks = readdirSync(`/proc/${node.child.pid}/task`);
    const statuses = tasks.map((id) => readFileSync(`/proc/${node.child.pid}/task/${id}/status`, 'utf8'));
    expect(tasks.length).toBeGreaterThan(5);
    expect(statuses.filter((text) => /^[UG]id:.*\t0(\t|$)/m.test(text))).toEqual([]);
    const capabilities = new Set(statuses.map((text) => /^CapEff:\t(\w+)$/m.exec(text)![1]));
    expect([...capabilities].sort()).toEqual(['0000000000000000', '0000000000000400']);
  });

  it('refuses addresses beyond loopback without a user, and says the cure', async () => {
    const refused = startServe({ zones: {}, listen: ['127.0.0.1'], args: ['--listen', '192.0.2.1:5300'] });
    await expect(refused).rejects.toThrow(/as root: name a user to become with --user/);
  });
});
