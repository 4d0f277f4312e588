import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveSettings } from '../../../src/cli/resolve-settings.ts';
import { readSettingsNews } from '../../../src/cli/settings-news.ts';

let folder: string;
let configFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-news-'));
  configFile = join(folder, 'meridian.yaml');
  writeFileSync(configFile, 'rate-limit: "off"\nzones: here\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const OFF = { mode: 'off', perSecond: 200, slip: 2, exempt: [] };

describe('settings read again', () => {
  it('hold the rate limit of the file as it is now, and name what else has changed', () => {
    const started = resolveSettings({ flags: {}, configFile, environment: {} });
    expect(readSettingsNews(started)).toEqual({ rateLimit: OFF, waiting: [] });
    writeFileSync(configFile, 'rate-limit: "on"\nrate-limit-slip: 3\nzones: there\nworkers: 2\n');
    const rateLimit = { ...OFF, mode: 'on', slip: 3 };
    expect(readSettingsNews(started)).toEqual({ rateLimit, waiting: ['zones', 'workers'] });
  });

  it('yield to flags and environment, as at the start', () => {
    const started = resolveSettings({ flags: { 'rate-limit': 'log-only' }, configFile, environment: {} });
    writeFileSync(configFile, 'rate-limit: "on"\n');
    expect(readSettingsNews(started)).toMatchObject({ rateLimit: { mode: 'log-only' } });
  });

  it('are faults with their places where the file is broken, and one where it is gone', () => {
    const started = resolveSettings({ flags: {}, configFile, environment: {} });
    writeFileSync(configFile, 'rate-limit: "on"\nratelimit: 3\n');
    expect(readSettingsNews(started)).toMatchObject({
      faults: [{ file: configFile, line: 2, column: 1, code: 'config-unknown-key' }],
    });
    rmSync(configFile);
    expect(readSettingsNews(started)).toMatchObject({ faults: [{ code: 'config-unreadable' }] });
  });
});
