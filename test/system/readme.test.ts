/**
 * Every command of the README, run as it stands there: the `sh` blocks in their order, in a copy of what a clone holds. Ports are
 * replaced by free ones, `npm ci` is what brought the tests here, and a command that keeps running does so until the end.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../tools/free-port.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Ports as the README and the sample zone write them. */
const PORTS = [5300, 5301, 6379, 8080, 9153, 9154];
/** Commands that keep running, and what they say once they do their work. */
const STAYING: ReadonlyArray<readonly [command: RegExp, ready: RegExp]> = [
  [/^npm start$/, /meridian ready: /],
  [/^npx meridian serve (?!--help)/, /meridian ready: /],
  [/^npx meridian probe (?!--help)/, /meridian probe ready: /],
  [/^redis-server /, /Ready to accept connections/],
];
const BLOCK = /^```(\w+)\n([\s\S]*?)^```$/gm;

const folder = mkdtempSync(join(tmpdir(), 'meridian-readme-'));
const running: ChildProcess[] = [];
const outputs: string[] = [];
let environment: NodeJS.ProcessEnv;
let freePorts: Map<number, number>;

beforeAll(async () => {
  freePorts = new Map();
  for (const port of PORTS) freePorts.set(port, await freePort());
  for (const name of ['src', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
  for (const name of ['zones', 'geo-data', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const zone = join(folder, 'zones/gslb.example.com.yaml');
  writeFileSync(zone, withFreePorts(readFileSync(zone, 'utf8')));
  environment = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(MERIDIAN_|VITEST|NODE_OPTIONS|npm_)/.test(name)),
    ),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    // What commands without an address take: the defaults, moved to the free ports.
    MERIDIAN_LISTEN: `127.0.0.1:${freePorts.get(5300)}`,
    MERIDIAN_SERVER: `127.0.0.1:${freePorts.get(5300)}`,
    MERIDIAN_ADMIN: `127.0.0.1:${freePorts.get(9153)}`,
  };
});

afterAll(async () => {
  // The whole group: npm and npx stand between us and the program.
  for (const child of running.reverse())
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  await Promise.all(
    running.map(
      (child) => new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(null))),
    ),
  );
  rmSync(folder, { recursive: true, force: true });
});

function withFreePorts(text: string): string {
  return text.replaceAll(/\b(\d{4})\b/g, (digits) => String(freePorts.get(Number(digits)) ?? digits));
}

/** Starts a command that stays and waits until it works. */
async function start(command: string, ready: RegExp): Promise<void> {
  const child = spawn('bash', ['-c', `exec ${command}`], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${command} does not get ready:\n${output}`)), 30_000);
    const take = (text: Buffer) => {
      output += text.toString();
      if (ready.test(output)) {
        clearTimeout(limit);
        resolve();
      }
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${output}`)));
  });
}

function runScript(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'bash',
      ['-euo', 'pipefail', '-c', script],
      { cwd: folder, env: environment, timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${script}\nended with ${error.code}:\n${stdout}\n${stderr}`));
        else resolve(stdout);
      },
    );
  });
}

async function runBlock(text: string): Promise<string> {
  const rest: string[] = [];
  for (const line of text.trim().split('\n')) {
    const staying = STAYING.find(([command]) => command.test(line));
    if (staying !== undefined) await start(withFreePorts(line), staying[1]);
    else if (line !== 'npm ci') rest.push(line);
  }
  return rest.length === 0 ? '' : runScript(withFreePorts(rest.join('\n')));
}

describe('the README', () => {
  const blocks = [...README.matchAll(BLOCK)].map((match) => ({ kind: match[1]!, text: match[2]! }));

  it('marks each block as a command (sh), a file (yaml) or something to read (text)', () => {
    expect(new Set(blocks.map((block) => block.kind))).toEqual(new Set(['sh', 'yaml', 'text']));
    expect(blocks.filter((block) => block.kind === 'sh').length).toBeGreaterThan(8);
  });

  it('has commands that all work, in their order', async () => {
    for (const { kind, text } of blocks) {
      // The one file that the README has its reader write.
      if (kind === 'yaml') writeFileSync(join(folder, 'zones/gslb.example.org.yaml'), text);
      else if (kind === 'sh') outputs.push(await runBlock(text));
    }
  });

  it('promises what is seen', () => {
    const output = (part: string) => outputs.find((text) => text.includes(part)) ?? '';
    const places = output(';; www.gslb.example.com. A').split(';; www').slice(1);
    expect(places).toHaveLength(2);
    expect(places[0]).toMatch(/198\.51\.100\.1[01]/);
    expect(places[1]).toMatch(/192\.0\.2\.1[01]/);
    // The spare while nothing listens; the first address once something does.
    const demo = outputs.filter((text) => text.includes(';; demo.gslb.example.com. A'));
    expect(demo[0]).toContain('\tA\t198.51.100.20');
    expect(demo[1]).toContain('\tA\t192.0.2.20');
    expect(output('agent ')).toContain('eu-west');
  });

  it('points at files that exist', () => {
    for (const [, path] of README.matchAll(/\]\((?!https?:)([^)]+)\)/g))
      expect(() => readFileSync(join(ROOT, path!))).not.toThrow(/ENOENT/);
  });
});
