import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWatch } from '../../../src/server/file-watch.ts';

const TIMES = { quietMs: 40, waitMsMax: 150, pollMs: 60_000 };

describe('FileWatch', () => {
  let root: string;
  let looks: number;
  let watch: FileWatch;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'meridian-watch-'));
    looks = 0;
    watch = new FileWatch(() => looks++, TIMES);
  });
  afterEach(() => {
    watch.close();
    rmSync(root, { recursive: true, force: true });
  });
  const settle = () => sleep(TIMES.waitMsMax + 150);

  it('takes a burst of writes for one change', async () => {
    watch.watch([root]);
    for (let i = 0; i < 5; i++) writeFileSync(join(root, 'a.yaml'), `${i}`);
    await settle();
    expect(looks).toBe(1);
  });

  it('does not wait for ever while writes keep coming', async () => {
    watch.watch([root]);
    for (let i = 0; i < 15; i++) {
      writeFileSync(join(root, 'a.yaml'), `${i}`);
      await sleep(20);
    }
    expect(looks).toBeGreaterThanOrEqual(1);
  });

  it('sees an editor that writes elsewhere and renames', async () => {
    writeFileSync(join(root, 'a.yaml'), 'old');
    const elsewhere = mkdtempSync(join(tmpdir(), 'meridian-watch-'));
    writeFileSync(join(elsewhere, 'new'), 'new');
    watch.watch([root]);
    renameSync(join(elsewhere, 'new'), join(root, 'a.yaml'));
    await settle();
    rmSync(elsewhere, { recursive: true });
    expect(looks).toBe(1);
  });

  it('sees the swap of a symlink', async () => {
    mkdirSync(join(root, 'one'));
    mkdirSync(join(root, 'two'));
    symlinkSync('one', join(root, '..data'));
    watch.watch([root]);
    symlinkSync('two', join(root, '..tmp'));
    renameSync(join(root, '..tmp'), join(root, '..data'));
    await settle();
    expect(looks).toBe(1);
  });

  it('watches anew a directory that was replaced by another of its name', async () => {
    const zones = join(root, 'zones');
    mkdirSync(zones);
    watch.watch([zones]);
    renameSync(zones, join(root, 'old'));
    mkdirSync(zones);
    watch.watch([zones]);
    await settle();
    looks = 0;
    writeFileSync(join(zones, 'a.yaml'), 'x');
    await settle();
    expect(looks).toBe(1);
  });

  it('looks now and then without any event', async () => {
    watch.close();
    watch = new FileWatch(() => looks++, { ...TIMES, pollMs: 30 });
    for (let waited = 0; looks < 2 && waited < 5_000; waited += 20) await sleep(20);
    expect(looks).toBeGreaterThanOrEqual(2);
  });

  it('is silent once closed, and about directories no longer asked for', async () => {
    const other = join(root, 'other');
    mkdirSync(other);
    watch.watch([other]);
    watch.watch([]);
    writeFileSync(join(other, 'a'), 'x');
    await settle();
    expect(looks).toBe(0);
    watch.watch([other]);
    watch.close();
    writeFileSync(join(other, 'a'), 'y');
    await settle();
    expect(looks).toBe(0);
  });

  it('takes a directory that does not exist as one to be watched later', async () => {
    const later = join(root, 'later');
    watch.watch([later]);
    mkdirSync(later);
    watch.watch([later]);
    writeFileSync(join(later, 'a'), 'x');
    await settle();
    expect(looks).toBe(1);
  });
});
