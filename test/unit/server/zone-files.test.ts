import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findParts, listZoneSources, stampOf, ZoneFileReader, zoneOfFileName } from '../../../src/server/zone-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meridian-zones-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(name: string, content = '---\n'): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('listZoneSources', () => {
  it('finds single files, split directories with their catch-all, and master files', () => {
    put('example.com.yaml');
    put('example.com.zone');
    put('example.net./www.yaml');
    put('example.net./$example.net.yaml');
    put('example.org.zone');
    const { sources, directories, faults } = listZoneSources(root);
    expect(faults).toEqual([]);
    expect(sources.map((source) => source.zone)).toEqual(['example.com.', 'example.net.', 'example.org.']);
    expect(sources[0]!.masterFile).toBe(join(root, 'example.com.zone'));
    expect(sources[1]!.yamlFiles).toEqual(
      ['$example.net.yaml', 'www.yaml'].map((name) => join(root, 'example.net.', name)),
    );
    expect(directories).toEqual([root, join(root, 'example.net.')]);
  });

  it('takes no notice of dot files, backups, lock files and README', () => {
    for (const name of [
      '.a.yaml',
      'a.yaml~',
      '.a.yaml.swp',
      '#a.yaml#',
      '4913',
      'README.md',
      'README.yaml',
      'a.yaml.bak',
    ])
      put(name);
    expect(listZoneSources(root).sources).toEqual([]);
  });

  it('reads UTF-8 and IDNA file names as one zone, and refuses both at once', () => {
    put('münchen.example.yaml');
    expect(listZoneSources(root).sources[0]!.zone).toBe('xn--mnchen-3ya.example.');
    put('xn--mnchen-3ya.example.yaml');
    const { sources } = listZoneSources(root);
    expect(sources).toHaveLength(1);
    expect(sources[0]!.faults.map((fault) => fault.code)).toEqual(['zone-file-twice']);
  });

  it('refuses one zone in two spellings of case', () => {
    put('Example.com.yaml');
    put('example.com.yaml');
    expect(listZoneSources(root).sources[0]!.faults[0]!.code).toBe('zone-file-twice');
  });

  it('warns about a file whose name is no zone name', () => {
    put(`${'a'.repeat(64)}.example.yaml`);
    const { sources, faults } = listZoneSources(root);
    expect(sources).toEqual([]);
    expect(faults[0]).toMatchObject({ code: 'zone-file-name', severity: 'warning' });
  });

  it('says so when the directory is not there, so that nobody takes it for an empty one', () => {
    const { faults } = listZoneSources(join(root, 'gone'));
    expect(faults[0]).toMatchObject({ code: 'zones-directory-unreadable', severity: 'error' });
  });
});

describe('findParts', () => {
  it('takes an included file of one label for a part, and one with a dot for a zone all the same', () => {
    put('a.test.yaml');
    put('b.test.yaml');
    put('pools.yaml');
    const { sources } = listZoneSources(root);
    const included = new Set(['b.test.yaml', 'pools.yaml'].map((name) => realpathSync(join(root, name))));
    expect(findParts(sources, included)).toEqual(new Set(['pools.']));
    expect(findParts(sources, new Set())).toEqual(new Set());
  });
});

describe('zoneOfFileName', () => {
  it('knows the zone of each form', () => {
    expect(zoneOfFileName('zones/Example.com.yaml')).toEqual({ zone: 'example.com.', form: 'yaml' });
    expect(zoneOfFileName('zones/example.com.zone')).toEqual({ zone: 'example.com.', form: 'master' });
    expect(zoneOfFileName('zones/example.com./www.yaml')).toEqual({ zone: 'example.com.', form: 'yaml' });
    expect(zoneOfFileName('zones/notes.txt')).toBeNull();
  });
});

describe('ZoneFileReader', () => {
  const reader = () => new ZoneFileReader(root, Date.now() + 60_000);

  it('hashes content and not names or times', () => {
    const one = reader();
    const two = reader();
    one.readMain(put('a.yaml', 'x'));
    two.readMain(put('b.yaml', 'x'));
    expect(one.contentHash()).toBe(two.contentHash());
    two.readMain(put('c.yaml', 'y'));
    expect(one.contentHash()).not.toBe(two.contentHash());
  });

  it('reads includes relative to the file that includes', () => {
    put('parts/pools.yaml', 'pools');
    const read = reader().readInclude('../parts/pools.yaml', put('example.com./www.yaml'));
    expect('bytes' in read && text(read.bytes)).toBe('pools');
  });

  it.each(['../outside.yaml', '/etc/hostname', 'a\0b', '..', '.'])('refuses to include %j', (target) => {
    const from = put('example.com.yaml');
    const read = reader().readInclude(target, from);
    expect('fault' in read && read.fault.file).toBe(from);
  });

  it('refuses an include through a symlink that leaves the directory', () => {
    symlinkSync('/etc/hostname', join(root, 'sneaky.yaml'));
    const read = reader().readInclude('sneaky.yaml', put('example.com.yaml'));
    expect('fault' in read && read.fault.code).toBe('include-outside');
  });

  it('follows symlinks that stay inside, as a ConfigMap mounts its files', () => {
    put('..2024/pools.yaml', 'first');
    put('..2025/pools.yaml', 'second');
    symlinkSync('..2024', join(root, '..data'));
    symlinkSync('..data/pools.yaml', join(root, 'pools.yaml'));
    const from = put('example.com.yaml');
    const before = reader();
    const first = before.readInclude('pools.yaml', from);
    expect('bytes' in first && text(first.bytes)).toBe('first');
    symlinkSync('..2025', join(root, '..swap'));
    renameSync(join(root, '..swap'), join(root, '..data'));
    expect(stampOf(before.files[0]!.path, Date.now() + 60_000)).not.toBe(before.files[0]!.stamp);
    const second = reader().readInclude('pools.yaml', from);
    expect('bytes' in second && text(second.bytes)).toBe('second');
  });

  it('remembers an include that is missing, so that its appearance is a change', () => {
    const missing = reader();
    const read = missing.readInclude('later.yaml', put('example.com.yaml'));
    expect('fault' in read && read.fault.message).toContain('no such file');
    const [file] = missing.files;
    put('later.yaml');
    expect(stampOf(file!.path, Date.now() + 60_000)).not.toBe(file!.stamp);
  });

  it('does not wait for a FIFO', () => {
    const path = join(root, 'pipe.yaml');
    execFileSync('mkfifo', [path]);
    const read = reader().readMain(path);
    expect('fault' in read && read.fault.message).toBe('not a regular file');
  });

  it('tells a directory and a missing file from a zone', () => {
    mkdirSync(join(root, 'dir.yaml'));
    for (const name of ['dir.yaml', 'none.yaml']) {
      const read = reader().readMain(join(root, name));
      expect('fault' in read && read.fault.code).toBe('file-unreadable');
    }
  });
});

describe('stampOf', () => {
  it('never equals another stamp while the file is too fresh to trust', () => {
    const path = put('a.yaml');
    expect(stampOf(path, Date.now())).toMatch(/^fresh/);
    expect(stampOf(path, Date.now() + 60_000)).not.toMatch(/^fresh/);
  });
});
