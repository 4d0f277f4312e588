import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CommandFailure } from '../../../src/cli/command-failure.ts';
import { resolveSettings } from '../../../src/cli/resolve-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian-settings-'));
const configFile = join(folder, 'meridian.yaml');
writeFileSync(configFile, 'zones: from-file\ngeo-data: from-file\nstate-dir: from-file\n');
afterAll(() => rmSync(folder, { recursive: true }));

describe('settings', () => {
  it('from flags win over the environment, the environment over the file', () => {
    const { settings, sources } = resolveSettings({
      flags: { zones: 'from-flag' },
      configFile,
      environment: { MERIDIAN_ZONES: 'from-env', MERIDIAN_GEO_DATA: 'from-env' },
    });
    expect(settings).toEqual({ zones: 'from-flag', 'geo-data': 'from-env', 'state-dir': 'from-file' });
    expect([...sources]).toEqual([
      ['zones', 'flag'],
      ['geo-data', 'environment'],
      ['state-dir', 'file'],
    ]);
  });

  it('come from the file that MERIDIAN_CONFIG names, when no flag does', () => {
    expect(
      resolveSettings({ flags: {}, configFile: null, environment: { MERIDIAN_CONFIG: configFile } }).settings.zones,
    ).toBe('from-file');
  });

  it('take an empty variable for an unset one', () => {
    expect(
      resolveSettings({ flags: {}, configFile, environment: { MERIDIAN_ZONES: '', MERIDIAN_CONFIG: '' } }).settings
        .zones,
    ).toBe('from-file');
  });

  it('name the flag or variable that is wrong, with exit code 2', () => {
    const failure = (flags: Record<string, unknown>, environment: Record<string, string>) => {
      try {
        resolveSettings({ flags, configFile: null, environment });
      } catch (error) {
        return error as CommandFailure;
      }
      throw new Error('nothing was thrown');
    };
    expect(failure({ workers: '0' }, {})).toBeInstanceOf(CommandFailure);
    expect(failure({ workers: '0' }, {}).exitCode).toBe(2);
    expect(failure({ workers: '0' }, {}).message).toMatch(/^--workers must be at least 1/);
    expect(failure({}, { MERIDIAN_LISTEN: 'x' }).message).toMatch(/^MERIDIAN_LISTEN must be ADDRESS:PORT/);
  });
});
