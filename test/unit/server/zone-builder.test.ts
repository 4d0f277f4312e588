import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDir } from '../../../src/server/state-dir.ts';
import { ZoneBuilder } from '../../../src/server/zone-builder.ts';
import { listZoneSources } from '../../../src/server/zone-files.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';

const zone = (address: string) => `www:\n  type: A\n  value: ${address}\n`;

describe('ZoneBuilder', () => {
  let root: string;
  let builder: ZoneBuilder;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-builder-'));
    builder = new ZoneBuilder(root, new StateDir(null, () => undefined), ZONE_DEFAULTS);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const save = (text: string, seconds = 1_700_000_000) => {
    writeFileSync(join(root, 'a.test.yaml'), text);
    utimesSync(join(root, 'a.test.yaml'), seconds, seconds);
  };
  const look = (explicit = false, by = builder) =>
    by.look(listZoneSources(root).sources[0]!, explicit, Date.now() + 60_000);

  it('builds a zone once, and again when its content changes', () => {
    save(zone('127.0.0.1'));
    expect(look()?.built).toMatchObject({ names: 2, changes: null });
    expect(look()).toBeNull();
    expect(look(true)).toBeNull();
    save(zone('127.0.0.2'), 1_700_000_060);
    expect(look()?.built?.changes).toMatchObject({ changed: ['www.a.test. A'], added: [], removed: [] });
  });

  it('does not parse again what holds the same, however new the file is', () => {
    save(zone('127.0.0.1'));
    const serial = look()?.built?.serial;
    save(zone('127.0.0.1'), 1_700_000_500);
    expect(look()).toBeNull();
    save(zone('127.0.0.2'), 1_700_000_900);
    expect(look()?.built?.serial).toBeGreaterThan(serial!);
  });

  it('numbers by the time of the file, and never backwards or twice the same', () => {
    save(zone('127.0.0.1'), 1_700_000_000);
    expect(look()?.built?.serial).toBe(1_700_000_000);
    save(zone('127.0.0.2'), 1_700_000_000);
    expect(look(true)?.built?.serial).toBe(1_700_000_001);
    save(zone('127.0.0.3'), 1_600_000_000);
    expect(look(true)?.built?.serial).toBe(1_700_000_002);
  });

  it('keeps a serial that ran ahead of its file over a restart', () => {
    const state = new StateDir(join(root, 'state'), () => undefined);
    const first = new ZoneBuilder(root, state, ZONE_DEFAULTS);
    save(zone('127.0.0.1'));
    look(false, first);
    save(zone('127.0.0.2'));
    expect(look(true, first)?.built?.serial).toBe(1_700_000_001);
    first.keepSerials();
    expect(look(false, new ZoneBuilder(root, state, ZONE_DEFAULTS))?.built?.serial).toBe(1_700_000_001);
  });

  it('is news without a table when the file has errors, with every fault at its place', () => {
    save(zone('127.0.0.1'));
    look();
    save(zone('not an address'));
    const news = look();
    expect(news?.built).toBeNull();
    expect(news?.errors).toBeGreaterThan(0);
    expect(news?.faults[0]).toMatchObject({ severity: 'error', record: 'www' });
    expect(news?.faults[0]?.line).toBe(3);
  });

  it.each([
    ['emptied', '', 'zone-emptied'],
    ['cut inside a line', zone('127.0.0.11').slice(0, -2), 'zone-file-cut'],
  ])('refuses a file that was %s', (_, text, code) => {
    save(zone('127.0.0.11'));
    look();
    save(text);
    const news = look();
    expect(news?.built).toBeNull();
    const errors = news?.faults.filter((fault) => fault.severity === 'error');
    expect(errors?.map((fault) => fault.code)).toEqual([code]);
  });

  it('takes an empty file for an empty zone when it never was another', () => {
    save('');
    expect(look()?.built).toMatchObject({ dynamics: 0 });
  });

  it('still knows an emptied file for one when the file was gone in between', () => {
    save(zone('127.0.0.1'));
    look();
    rmSync(join(root, 'a.test.yaml'));
    save('');
    expect(look()?.built).toBeNull();
    builder.forgetOthers(new Set());
    expect(look()?.built).not.toBeNull();
  });
});
