import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../../src/cli');
const LAUNCHER = join(SOURCES, 'launch.mjs');
const PINNED = `node-${process.platform}-${process.arch}`;
/** What the fake entry prints: how it was started, and the signals it gets. */
const ENTRY = `
const started = JSON.stringify({ argv: process.argv.slice(1) });
const code = Number(process.argv.find((word) => word.startsWith('exit='))?.slice(5) ?? -1);
if (code >= 0) { console.log(started); process.exit(code); }
const timer = setInterval(() => {}, 1000);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2']) {
  process.on(signal, () => {
    console.log(signal);
    if (signal === 'SIGTERM') { clearInterval(timer); process.exit(7); }
  });
}
console.log(started);
`;

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-launch-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A package at `at` inside the folder, with the launcher and both entries. */
function putPackage(at: string, entries: readonly string[] = ['src/cli/main.ts', 'dist/cli/main.js']): string {
  put(join(at, 'package.json'), '{"type":"module"}');
  for (const entry of entries)
    put(join(at, entry), entry.endsWith('.ts') ? `const typed: number = 1;\nvoid typed;\n${ENTRY}` : ENTRY);
  const launcher = join(folder, at, 'src/cli/launch.mjs');
  mkdirSync(dirname(launcher), { recursive: true });
  copyFileSync(LAUNCHER, launcher);
  copyFileSync(join(SOURCES, 'pinned-node.mjs'), join(dirname(launcher), 'pinned-node.mjs'));
  return launcher;
}

/** A pinned runtime under `at` that says another version than the running one, though it is the same binary. */
function putPinned(at: string, version: string): void {
  put(join(at, 'node_modules', PINNED, 'package.json'), JSON.stringify({ version }));
  const binary = join(folder, at, 'node_modules', PINNED, 'bin/node');
  mkdirSync(dirname(binary), { recursive: true });
  writeFileSync(binary, `#!/bin/sh\nPINNED_RAN=yes exec '${process.execPath}' "$@"\n`);
  chmodSync(binary, 0o755);
}

function launch(launcher: string, args: readonly string[]) {
  return spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8', timeout: 10_000 });
}

function printed(output: string): { argv: string[] } {
  return JSON.parse(output.split('\n')[0]!) as { argv: string[] };
}

describe('launch', () => {
  it('runs the TypeScript entry of a checkout in its own process, with the arguments as given', () => {
    const result = launch(putPackage('checkout'), ['serve', '--zones', 'a b', 'exit=0']);
    expect(result.stderr).toBe('');
    expect(printed(result.stdout).argv).toEqual([
      join(folder, 'checkout/src/cli/main.ts'),
      'serve',
      '--zones',
      'a b',
      'exit=0',
    ]);
    expect(result.status).toBe(0);
  });

  it('runs the compiled entry where the package is installed', () => {
    const result = launch(putPackage('app/node_modules/meridian-dns'), ['exit=3']);
    expect(printed(result.stdout).argv[0]).toBe(join(folder, 'app/node_modules/meridian-dns/dist/cli/main.js'));
    expect(result.status).toBe(3);
  });

  it('finds the compiled entry through the link that npm makes for a command', () => {
    const launcher = putPackage('app/node_modules/meridian-dns');
    mkdirSync(join(folder, 'app/node_modules/.bin'));
    symlinkSync(launcher, join(folder, 'app/node_modules/.bin/meridian'));
    const result = launch(join(folder, 'app/node_modules/.bin/meridian'), ['exit=0']);
    expect(printed(result.stdout).argv[0]).toContain('dist/cli/main.js');
  });

  it.each([
    ['of its own', 'app/node_modules/meridian-dns'],
    ['hoisted beside it', 'app'],
  ])('prefers the pinned Node %s', (_, at) => {
    const launcher = putPackage('app/node_modules/meridian-dns', ['dist/cli/main.js']);
    put('app/node_modules/meridian-dns/dist/cli/main.js', 'console.log(process.env.PINNED_RAN); process.exit(5);');
    putPinned(at, '0.0.1');
    const result = launch(launcher, []);
    expect(result.stdout).toBe('yes\n');
    expect(result.status).toBe(5);
  });

  it('starts no second process when the pinned Node has the version that runs already', () => {
    const launcher = putPackage('checkout', []);
    put('checkout/src/cli/main.ts', 'console.log(String(process.env.PINNED_RAN)); process.exit(0);');
    putPinned('checkout', process.versions.node);
    expect(launch(launcher, []).stdout).toBe('undefined\n');
  });

  it('does without a pinned Node that cannot start here', () => {
    const launcher = putPackage('checkout');
    putPinned('checkout', '0.0.1');
    writeFileSync(join(folder, 'checkout/node_modules', PINNED, 'bin/node'), '#!/no/such/loader\n');
    const result = launch(launcher, ['exit=4']);
    expect(result.status).toBe(4);
  });

  it('says in one line what is missing when there is no entry', () => {
    const result = launch(putPackage('app/node_modules/meridian-dns', []), []);
    expect(result.status).toBe(2);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stderr).toContain('install the package again');
  });

  it('says in one line that the Node is too old', () => {
    const launcher = putPackage('checkout');
    const preload = join(folder, 'old.cjs');
    writeFileSync(
      preload,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });",
    );
    const result = spawnSync(process.execPath, ['--require', preload, launcher], { encoding: 'utf8' });
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^meridian: Node 20\.1\.0 is too old: use Node 22\.18 or later.*\n$/);
  });

  it('hands on the signals an operator sends and ends with the code of the program', async () => {
    const launcher = putPackage('checkout');
    putPinned('checkout', '0.0.1');
    const child = spawn(process.execPath, [launcher, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const seen = (text: string) => expect.poll(() => output, { timeout: 5_000 }).toContain(text);
    await seen('argv');
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGUSR2', 'SIGTERM'] as const) {
      child.kill(signal);
      await seen(signal);
    }
    expect(await ended).toBe(7);
  });

  it('ends by the signal that ended the program', async () => {
    const launcher = putPackage('checkout', []);
    put('checkout/src/cli/main.ts', "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
    putPinned('checkout', '0.0.1');
    const child = spawn(process.execPath, [launcher], { stdio: 'ignore' });
    children.push(child);
    const ended = await new Promise((resolve) => child.once('exit', (code, signal) => resolve([code, signal])));
    expect(ended).toEqual([null, 'SIGKILL']);
  });

  it('may be executed by its path', () => {
    const launcher = putPackage('checkout');
    expect(spawnSync(launcher, ['exit=6'], { encoding: 'utf8' }).status).toBe(6);
  });
});
