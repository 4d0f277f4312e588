import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FLOORS } from './floor-rules.ts';
import {
  findArchitectureFaults,
  findInexactVersions,
  findLockFaults,
  findMachinePaths,
  findStrayTargets,
} from './repository-rules.ts';
import { listFiles } from './source-tree.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const TOP_LEVEL_FILES = [
  'README.md',
  'ARCHITECTURE.md',
  'DECISIONS.md',
  'CHANGELOG.md',
  'LICENSE',
  'package.json',
  'tsconfig.json',
];
/** And of the tools. */
const TOOL_FILES = [
  '.gitignore',
  '.npmrc',
  'biome.json',
  'package-lock.json',
  'tsconfig.build.json',
  'vitest.config.ts',
];
const TOP_LEVEL_FOLDERS = ['src', 'zones', 'geo-data', 'test', 'deploy', '.ci'];
const TEXT_NAME = /\.(ts|mjs|md|yaml|yml|zone|json|service)$|(^|\/)(Dockerfile|run|LICENSE|\.npmrc|\.gitignore)$/;

/** Files that git knows; every file below the known folders where there is no git (an unpacked archive). */
function committedFiles(): string[] {
  try {
    const output = execFileSync('git', ['ls-files', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
  } catch {
    return [...TOP_LEVEL_FILES, ...TOP_LEVEL_FOLDERS.flatMap((folder) => listFiles(ROOT, folder))];
  }
}

describe('the repository', () => {
  it.each([...TOP_LEVEL_FILES, ...TOP_LEVEL_FOLDERS])('has %s', (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true);
  });

  it('has nothing else at the top, such as what a program left where it ran', () => {
    const known = [...TOP_LEVEL_FILES, ...TOOL_FILES, ...TOP_LEVEL_FOLDERS];
    const found = new Set(committedFiles().map((path) => path.split('/')[0]!));
    expect([...found].filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names no folder of a machine', () => {
    const files = committedFiles()
      .filter((path) => TEXT_NAME.test(path))
      .map((path) => ({ path, text: read(path) }));
    expect(findMachinePaths(files)).toEqual([]);
  });

  it('locks packages by integrity and not by host, in exact versions', () => {
    expect(findLockFaults(read('package-lock.json'))).toEqual([]);
    expect(findInexactVersions(read('package.json'))).toEqual([]);
  });

  it('explains its shape in ARCHITECTURE.md', () => {
    expect(findArchitectureFaults(read('ARCHITECTURE.md'), FLOORS)).toEqual([]);
  });

  it('has sample zones whose checks stay on this machine', () => {
    const files = listFiles(ROOT, 'zones')
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => ({ path, text: read(path) }));
    expect(files.length).toBeGreaterThan(0);
    expect(findStrayTargets(files)).toEqual([]);
  });
});

describe('the rules of the repository', () => {
  it('see a path of a machine', () => {
    const file = (text: string) => [{ path: 'a', text }];
    for (const path of [
      ['', 'work', 'main'],
      ['', 'home', 'ada', 'x'],
      ['', 'Users', 'ada'],
    ]) {
      expect(findMachinePaths(file(`read ${path.join('/')}`))).toHaveLength(1);
    }
    expect(findMachinePaths(file('the server/work/mainly part and /var/lib/meridian'))).toEqual([]);
  });

  it('see a host in the lock file, and a package without integrity', () => {
    const lock = (entry: object) => JSON.stringify({ packages: { '': {}, 'node_modules/a': entry } });
    expect(findLockFaults(lock({ resolved: 'https://registry.example/a.tgz', integrity: 'x' }))).toHaveLength(1);
    expect(findLockFaults(lock({}))).toHaveLength(1);
    expect(findLockFaults(lock({ integrity: 'x' }))).toEqual([]);
    expect(findLockFaults(lock({ optional: true, os: ['darwin'] }))).toEqual([]);
    expect(findLockFaults(lock({ optional: true, os: ['linux'], libc: ['musl'] }))).toEqual([]);
    expect(findLockFaults(lock({ optional: true, os: 'linux' }))).toHaveLength(1);
    const optional = (node: string) => findLockFaults(lock({ integrity: 'x', optional: true, engines: { node } }));
    expect([optional('>=16.20.0'), optional('^8.16.0 || ^10.6.0 || >=11.0.0'), optional('>= 12')]).toEqual([
      [],
      [],
      [],
    ]);
    expect(optional('^20.19.0 || >=22.12.0')).toHaveLength(1);
    expect(findLockFaults(lock({ integrity: 'x', optionalDependencies: { b: '1.0.0' } }))).toHaveLength(1);
  });

  it('see a range of versions', () => {
    expect(
      findInexactVersions('{"dependencies":{"a":"^1.2.3","b":"1.2.3"},"devDependencies":{"c":"latest"}}'),
    ).toHaveLength(2);
  });

  it('see an architecture that is too long or forgets a floor', () => {
    expect(findArchitectureFaults('base\n'.repeat(201), ['base'])).toHaveLength(1);
    expect(findArchitectureFaults('base wire', ['base', 'zone'])).toEqual(['does not name the floor zone']);
  });

  it('see an endpoint that would be checked elsewhere', () => {
    const zone = (endpoint: string, target = '') =>
      findStrayTargets([
        {
          path: 'z',
          text: `www:\n  type: A\n  dynamic: {pools: {a: {values: [${endpoint}]}}}\n  octodns: {meridian: {healthcheck: {${target}}}}\n`,
        },
      ]);
    expect(zone('{value: 192.0.2.1}')).toHaveLength(1);
    expect(zone('{value: 192.0.2.1, status: obey}')).toHaveLength(1);
    expect(zone('{value: 192.0.2.1}', 'target: 192.0.2.9')).toHaveLength(1);
    expect(zone('{value: 192.0.2.1, status: up}')).toEqual([]);
    expect(zone('{value: 192.0.2.1}', 'target: 127.0.0.9')).toEqual([]);
    expect(zone('{value: 127.0.0.1}')).toEqual([]);
  });
});
